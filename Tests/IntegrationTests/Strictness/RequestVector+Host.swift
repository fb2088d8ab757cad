// RFC 9112, §3.2, and RFC 9110, §7.2: Host.

extension RequestVector {
    static let hosts: [RequestVector] = {
        var all: [RequestVector] = []
        all += [
            "a.example", "A.Example.", "a:80", "a:", "a:0", "a:065535", "1.2.3.4", "1.2.3.4:5", "[::1]",
            "[::1]:80",
            "[::]", "[1::]", "[1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:7::]", "[::2:3:4:5:6:7:8]",
            "[::ffff:1.2.3.4]",
            "[1:2:3:4:5:6:1.2.3.4]", "[2001:DB8::a]", "a_b", "a-b", "a~b", "a%41", "a!$&'()*+,;=b",
            "0.0.0.0=5000",
        ].map { host in
            let name = host.hasPrefix("[") ? host.prefix { $0 != "]" } + "]" : host.prefix { $0 != ":" }
            return served(
                "Host \(host)", "GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n",
                SeenRequest(host: host, name: String(name)))
        }
        all += [
            "", " ", ":", ":80", "a b", "a\tb", "a/", "a/b", "/a", "a?b", "a#b", "u@a", "u:p@a", "http://a",
            "a:b",
            "a:-1", "a:+1", "a: 80", "a :80", "a:65536", "a:99999999999999999999", "a:80:80", "a\\b", "a<b",
            "a\"b",
            "a|b", "a^b", "a`b", "{a}", "a%", "a%4", "a%zz", "[::1", "::1", "[]", "[:]", "[:::]", "[1:2]",
            "[::1::]",
            "[1:2:3:4:5:6:7:8:9]", "[1:2:3:4:5:6:7:8::]", "[12345::]", "[g::]", "[::1]a", "[::1]]", "[::1]:a",
            "[::1%25eth0]", "[::1.2.3]", "[::1.2.3.256]", "[::01.2.3.4]", "[::1.2.3.4:5]", "[v1.a]",
            "[1.2.3.4]",
            "[1:]", "[:1]", "[1:2:3:4:5:6:7:]", "\u{E9}", "a\u{0}", "a\u{7F}", "a, b", "a\u{1}",
        ].map { refused("Host \($0)", "GET / HTTP/1.1\r\nHost: \($0)\r\n\r\n") }
        all += [
            refused("no Host", "GET / HTTP/1.1\r\n\r\n"),
            refused("no Host but a look-alike", "GET / HTTP/1.1\r\nH-ost: a\r\n\r\n"),
            refused("two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
            refused("the same Host twice", "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\nhost: a\r\n\r\n"),
            refused("two Hosts in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"),
            refused("a bad Host in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a/b\r\n\r\n"),
            refused("a Host that is folded", "GET / HTTP/1.1\r\nHost:\r\n a\r\n\r\n"),
            served(
                "blanks around Host", "GET / HTTP/1.1\r\nHost:\t a:80 \t\r\n\r\n",
                SeenRequest(host: "a:80", name: "a")),
            served("no blank before Host", "GET / HTTP/1.1\r\nhOsT:a\r\n\r\n", SeenRequest()),
        ]
        return all
    }()
}
