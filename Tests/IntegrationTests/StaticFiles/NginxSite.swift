// One folder of files behind two servers: the real nginx, and ours.

import Syscalls
import Testing

/// The folder, and what serves it beside the gateway.
final class NginxSite {
    static let date = "Sun, 02 Feb 2020 02:02:02 GMT"
    /// Octets that the ranges of the table are about.
    static let text = String(repeating: "0123456789", count: 10)
    let folder: TemporaryFolder
    let port: UInt16
    private let process: StartedProcess

    /// What is in the folder. All files are of one second, but for copies that are to be older.
    private static func files(_ folder: String) -> String {
        """
        set -e; mkdir -p \(folder)/site; cd \(folder)/site
        mkdir -p sub/deep noindex "folder x" .well-known zip listed/inner few none cached
        printf %s \(text) > text.txt; cp text.txt few; cp text.txt none; cp text.txt cached; : > empty.txt
        printf %s one > noext; printf %s index > index.html; printf %s sub > sub/index.html
        printf %s deep > sub/deep/file.txt; printf %s hidden > .hidden; printf %s hidden > sub/.hidden
        printf %s token > .well-known/token; printf %s file > noindex/file.txt; printf %s x > "folder x/index.html"
        for name in "with space.txt" ä.txt percent%41.txt plus+sign.txt "semi;colon.txt" "q?uestion.txt" "quote'd.txt" \\
            a.b.c.css .well-known/x.json UPPER.TXT page.htm app.js data.json pic.png pic.svg feed.xml film.mp4 doc.pdf \\
            archive.tar.gz unknown.qqq "colon:name.txt" "amp&er.txt" "eq=ual.txt" "at@sign.txt" tilde~.txt "hash#x.txt"
        do printf %s "$name" > "$name"; done
        head -c 300000 /dev/zero | tr '\\0' x > large.bin
        for name in new stale both; do seq 1 500 > zip/$name.css; gzip -kn zip/$name.css; done; seq 1 500 > zip/plain.css
        seq 1 9 | gzip -n > zip/only.css.gz; printf %s index > zip/index.html; gzip -kn zip/index.html
        ln -s text.txt link.txt; ln -s ../secret.txt out.txt; ln -s sub linked; ln -s nowhere dangling
        printf %s secret > ../secret.txt; mkfifo pipe
        printf %s a > "listed/a&b.txt"; printf %s b > listed/b.txt; printf %s h > listed/.hidden
        find . -type f -exec touch -d 2020-02-02T02:02:02Z {} +
        touch -d 2020-02-02T02:02:00Z zip/stale.css.gz
        """
    }

    init() throws {
        folder = try TemporaryFolder()
        try run("sh", "-c", Self.files(folder.path))
        port = try freePort()
        try TextFile.write(
            """
            daemon off; pid \(folder / "nginx.pid"); error_log \(folder / "nginx.log");
            \(SystemProcess.isRoot ? "user root;" : "")
            events {}
            http {
              access_log off; include /etc/nginx/mime.types; default_type application/octet-stream;
              client_body_temp_path \(folder / "nginx"); proxy_temp_path \(folder / "nginx");
              fastcgi_temp_path \(folder / "nginx"); uwsgi_temp_path \(folder / "nginx");
              scgi_temp_path \(folder / "nginx");
              server {
                listen 127.0.0.1:\(port);
                root \(folder.path)/site; index index.html; absolute_redirect off; max_ranges 16;
                location /zip/ { gzip_static on; gzip_vary on; }
                location /listed/ { autoindex on; }
                location /few/ { max_ranges 2; }
                location /none/ { max_ranges 0; }
                location /cached/ { add_header Cache-Control max-age=60; }
              }
            }

            """, to: folder / "nginx.conf")
        process = try StartedProcess([
            "nginx", "-p", folder.path, "-c", folder / "nginx.conf", "-e", folder / "nginx.log",
        ])
        let port = port
        try eventually("nginx listens") { isOpen(port) }
    }

    deinit {
        process.signal(.term)
        _ = try? process.waitForEnd()
        process.kill()
    }

    /// Ours, with routes that say what nginx's locations say.
    func gateway() throws -> GatewayProcess {
        try GatewayProcess(
            file: """
                workers: 1
                routes:
                  - {path: /*, static: site}
                  - {path: /zip/*, static: site, precompressed: gzip}
                  - {path: /listed/*, static: site, autoindex: true}
                  - {path: /few/*, static: site, max-ranges: 2}
                  - {path: /none/*, static: site, max-ranges: 0}
                  - {path: /cached/*, static: site, cache-control: max-age=60}
                """, folder: folder)
    }
}
