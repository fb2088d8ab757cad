#!/usr/bin/env python3
"""Writes the seeds of the corpus, small inputs that reach every corner of what is fuzzed, so that the fuzzer starts there; and
the dictionaries, words that it would take long to find.

    Fuzz/seeds.py

What the fuzzer has found is in the corpus beside them, under other names, and is not touched.
"""

import struct
from pathlib import Path

CORPUS = Path(__file__).resolve().parent / "Corpus"
DICTIONARIES = CORPUS.parent / "Dictionaries"


def record(kind, content=b"", request=1, padding=0, version=1):
    """A FastCGI record (FastCGI 1.0, section 3.3)."""
    return struct.pack(">BBHHBB", version, kind, request, len(content), padding, 0) + content + b"\0" * padding


def length(count, long=False):
    return struct.pack(">I", count | 1 << 31) if long or count > 127 else bytes([count])


def pair(name, value, long=False):
    """A name-value pair (section 3.4)."""
    return length(len(name), long) + length(len(value), long) + name + value


BEGIN, ABORT, END, PARAMS, STDIN, STDOUT, STDERR, DATA, GET_VALUES, VALUES, UNKNOWN = range(1, 12)
RESPONDER, KEPT = b"\0\1\0" + b"\0" * 5, b"\0\1\1" + b"\0" * 5

HEADS = {
    "get": b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "old": b"GET /a/b?c=d HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    "absolute": b"\r\nPOST http://a:80/ HTTP/1.1\r\nHost: b\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nabcde",
    "chunked": b"PUT /x HTTP/1.1\r\nHost: [::1]:80\r\nTransfer-Encoding: chunked\r\nConnection: close, X\r\nX: y\r\n\r\n"
               b"3;a=b\r\nabc\r\n0\r\nT: u\r\n\r\n",
    "asterisk": b"OPTIONS * HTTP/1.1\r\nHost: a\r\nCookie: b=c\r\nCookie: d=e\r\n\r\n",
    "httpoxy": b"GET / HTTP/1.1\r\nHost: a\r\nProxy: b\r\nX_A: 1\r\nX-A: 2\r\nX.A: 3\r\nx-a: 4\r\n\r\n",
    "two-lengths": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
    "length-and-coding": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc",
    "two-codings": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
    "coding-tab": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\x0bchunked\r\n\r\n",
    "signed-length": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc",
    "huge-length": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
    "folded": b"GET / HTTP/1.1\r\nHost: a\r\nA: b\r\n c\r\n\r\n",
    "space-before-colon": b"GET / HTTP/1.1\r\nHost : a\r\n\r\n",
    "bare-line-feeds": b"GET / HTTP/1.1\nHost: a\n\n",
    "bare-return": b"GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n",
    "nul": b"GET / HTTP/1.1\r\nHost: a\r\nA: \0\r\n\r\n",
    "no-host": b"GET / HTTP/1.1\r\n\r\n",
    "two-hosts": b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "userinfo": b"GET http://a@b/ HTTP/1.1\r\nHost: b\r\n\r\n",
    "connect": b"CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n",
    "version": b"GET / HTTP/2.0\r\nHost: a\r\n\r\n",
    "no-version": b"GET /\r\n",
    "tls": b"\x16\x03\x01\x02\x00\x01\x00",
    "many": b"GET / HTTP/1.1\r\nHost: a\r\n" + b"A: b\r\n" * 101 + b"\r\n",
    "escapes": b"GET /%2e%2e/a%00?%41#b HTTP/1.1\r\nHost: %41.b:\r\n\r\n",
    "nominated": b"GET / HTTP/1.1\r\nHost: a\r\nConnection: host, content-length, x-a, , close\r\nX-A: 1\r\n\r\n",
    "forwarded": b"GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-Proto: https\r\nX-Forwarded-For: 192.0.2.1, ::1\r\n"
                 b"Forwarded: for=\"[2001:db8::1]:1\";proto=https\r\nTraceparent: 00-0af7651916cd43dd8448eb211c80319c-"
                 b"b7ad6b7169203331-01\r\n\r\n",
    "conditional": b"GET / HTTP/1.1\r\nHost: a\r\nIf-None-Match: \"a\", W/\"b\"\r\nRange: bytes=0-1\r\n"
                   b"Accept-Encoding: gzip;q=0.5, br, *;q=0\r\n\r\n",
}

STREAMS = {
    "two": HEADS["get"] + HEADS["asterisk"],
    "body-between": HEADS["absolute"] + HEADS["get"],
    "chunks-between": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n" + HEADS["get"],
    "smuggled": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 30\r\n\r\nGET /admin HTTP/1.1\r\nHost: b\r\n" + HEADS["get"],
    "close": b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + HEADS["get"],
    "empty-lines": HEADS["get"] + b"\r\n" + HEADS["get"] + b"\r\n\r\n" + HEADS["get"],
    "kept-old": HEADS["old"] + HEADS["old"],
    "no-body": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n" + HEADS["get"],
}

BODIES = {
    "one": b"3\r\nabc\r\n0\r\n\r\n",
    "several": b"3\r\nabc\r\nA\r\n0123456789\r\n00\r\n\r\nGET",
    "extensions": b"1;a=b;c=\"d\"\r\nx\r\n0;e\r\n\r\n",
    "trailers": b"0\r\nA: b\r\nC:d\r\n\r\n",
    "trailer-framing": b"0\r\nContent-Length: 5\r\nHost: b\r\n\r\n",
    "no-digits": b";a\r\n\r\n",
    "sign": b"+1\r\na\r\n0\r\n\r\n",
    "hexadecimal-prefix": b"0x1\r\na\r\n0\r\n\r\n",
    "large": b"FFFFFFFFFFFFFFF\r\na",
    "too-large": b"FFFFFFFFFFFFFFFFF\r\na",
    "line-feed": b"1\na\n0\n\n",
    "data-too-long": b"1\r\nab\r\n0\r\n\r\n",
    "space": b"1 \r\na\r\n0\r\n\r\n",
    "bare-return-extension": b"1;a\rb\r\na\r\n0\r\n\r\n",
}

PATHS = {
    "root": b"/", "plain": b"/a/b.c", "empty": b"", "double": b"//a//b", "dots": b"/a/./b/../c", "climbs": b"/../a",
    "climbs-late": b"/a/../../b", "escaped-dots": b"/%2e%2e/%2E/a", "escaped-slash": b"/a%2f..%2fb", "nul": b"/a%00b",
    "percent": b"/a%", "half": b"/a%4", "twice": b"/%252e%252e/", "ends-dots": b"/a/..", "ends-dot": b"/a/.",
    "three-dots": b"/.../..a/a..", "high": b"/\xc3\xa9%FF", "asterisk": b"*", "no-slash": b"a/..", "hidden": b"/.git/config",
    "well-known": b"/.well-known/acme", "only-well-known": b"/.well-known", "php": b"/index.php/a%0a.php", "backslash": b"/\\..\\a",
}

RANGES = {
    "first": b"bytes=0-0", "open": b"bytes=5-", "last": b"bytes=-5", "several": b"bytes=0-1,3-4", "unit": b"lines=0-1",
    "backwards": b"bytes=5-1", "nothing": b"bytes=-", "huge": b"bytes=99999999999999999999-", "huge-end": b"bytes=0-99999999999999999999",
    "huge-last": b"bytes=-99999999999999999999", "spaces": b"bytes= 0-1 ", "case": b"Bytes=0-1", "max": b"bytes=9223372036854775806-",
    "zero": b"bytes=-0", "sign": b"bytes=+1-2", "tag": b"\"abc\"", "weak": b"W/\"abc\"", "date": b"Sun, 06 Nov 1994 08:49:37 GMT",
}

DATES = {
    "epoch": b"0", "rfc": b"784111777", "leap": b"951782400", "century": b"4107542400", "last": b"253402300799",
    "beyond": b"253402300800", "max": b"9223372036854775807", "leap-end": b"1709251199",
}

ANSWERS = {
    "complete": record(STDOUT, b"Status: 200\r\n\r\nabc") + record(STDOUT) + record(END, b"\0" * 8),
    "padded": record(STDOUT, b"a", padding=255) + record(STDERR, b"b", padding=7) + record(END, b"\0\0\0\1\0\0\0\0"),
    "overloaded": record(END, b"\0\0\0\0\2\0\0\0"),
    "other-request": record(STDOUT, b"a", request=2),
    "version": record(STDOUT, b"a", version=2),
    "values": record(VALUES, pair(b"FCGI_MAX_CONNS", b"1"), request=0) + record(UNKNOWN, b"\0" * 8, request=0),
    "short-end": record(END, b"\0" * 4),
    "long-end": record(END, b"\0" * 16),
    "type": record(99, b"a"),
    "flush": record(STDOUT) + record(STDOUT, b"a") + record(STDOUT) + record(END, b"\0" * 8),
    "two": (record(STDOUT, b"a") + record(END, b"\0" * 8)) * 2,
    "cut": record(STDOUT, b"abcdef")[:-3],
    "end-padded": record(END, b"\0" * 8, padding=3) + record(STDOUT, b"a"),
}

REQUESTS = {
    "complete": record(BEGIN, RESPONDER) + record(PARAMS, pair(b"A", b"b")) + record(PARAMS) + record(STDIN, b"abc") + record(STDIN),
    "kept": (record(BEGIN, KEPT) + record(PARAMS) + record(STDIN)) * 2,
    "authorizer": record(BEGIN, b"\0\2\0" + b"\0" * 5),
    "second": record(BEGIN, KEPT) + record(BEGIN, KEPT, request=2) + record(PARAMS) + record(STDIN),
    "again": record(BEGIN, KEPT) + record(BEGIN, KEPT),
    "abort": record(BEGIN, KEPT) + record(PARAMS, b"\1") + record(ABORT) + record(PARAMS, b"late"),
    "values": record(GET_VALUES, pair(b"FCGI_MAX_CONNS", b"") + pair(b"FCGI_MPXS_CONNS", b""), request=0, padding=5),
    "values-empty": record(GET_VALUES, request=0),
    "management": record(77, b"abc", request=0),
    "stdin-first": record(BEGIN, KEPT) + record(STDIN, b"a"),
    "params-late": record(BEGIN, KEPT) + record(PARAMS) + record(PARAMS, b"a"),
    "short-begin": record(BEGIN, b"\0" * 4),
    "stranger": record(STDIN, b"abc", request=5, padding=2) + record(BEGIN, KEPT),
    "data": record(BEGIN, KEPT) + record(DATA, b"a"),
}

PAIRS = {
    "two": pair(b"A", b"b") + pair(b"SCRIPT_NAME", b"/x"),
    "long": pair(b"A", b"b" * 200),
    "long-name": pair(b"A" * 200, b"b"),
    "needlessly-long": pair(b"A", b"b", long=True) + pair(b"", b"", long=True),
    "empty": pair(b"", b"") + pair(b"A", b""),
    "beyond": b"\x01\x7fAb",
    "huge": b"\xff\xff\xff\xff\xff\xff\xff\xffA",
    "cut-length": b"\x80\0\0",
    "twice": pair(b"A", b"1") + pair(b"A", b"2"),
    "entries": b"A=b\0=c\0D\0E==f\0",
    "rest": pair(b"A", b"b") + b"\x05",
}

CGI = {
    "plain": b"Content-Type: text/plain\r\n\r\nabc",
    "status": b"Status: 404 Not Found\nContent-Type: a/b\n\n",
    "location": b"Location: /a?b\r\n\r\n",
    "absolute": b"Location: http://a/\r\n\r\n",
    "two-locations": b"Location: /a\r\nLocation: /b\r\n\r\n",
    "empty-location": b"Location:\r\n\r\n",
    "hint": b"Status: 103\r\nLink: </a>\r\n\r\nStatus: 200\r\n\r\n",
    "switch": b"Status: 101\r\n\r\n",
    "no-status": b"Status: abc\r\n\r\n",
    "two-statuses": b"Status: 200\r\nStatus: 200\r\n\r\n",
    "reason": b"Status: 200\tAll\xe9 right\r\n\r\n",
    "length": b"Content-Length: 3\r\ncontent-length: 3\r\n\r\nabc",
    "lengths": b"Content-Length: 3\r\nContent-Length: 4\r\n\r\n",
    "length-too-large": b"Content-Length: 99999999999999999999\r\n\r\n",
    "hop-by-hop": b"Connection: close\r\nTransfer-Encoding: chunked\r\nUpgrade: a\r\nA: b\r\n\r\n",
    "split": b"A: b\rSet-Cookie: c\r\n\r\n",
    "nul": b"A: b\0c\r\n\r\n",
    "files": b"X-Sendfile: /a\r\nX-Accel-Redirect: /b\r\nX-Accel-Buffering: no\r\nX-Accel-Expires: 1\r\n\r\n",
    "nothing": b"\r\n",
    "body-only": b"<html>\n\n",
    "fields": b"Date: a\r\nServer: b\r\nETag: \"c\"\r\nLast-Modified: d\r\nContent-Range: e\r\nContent-Encoding: f\r\n\r\n",
    "early-return": b"A: b\r\r\n\r\n",
}

SWIFT = {
    "plain": b"200 |Content-Type|text/plain",
    "no-fields": b"204 ",
    "split": b"200 |A|b\r\nSet-Cookie: c",
    "name": b"200 |A b|c",
    "hop-by-hop": b"200 |Connection|close|Content-Length|5|Status|404|A|b",
    "location": b"302 |Location|/a|Location|/b",
    "files": b"200 |X-Sendfile|/etc|X-Accel-Redirect|/b",
    "empty-value": b"200 |A||B| c ",
    "status": b"999 |A|b",
    "informational": b"103 |Link|</a>",
    "high": "200 |A|\u00e9".encode(),
}

YAML = {
    "settings": b"application: wsgi:shop:app\nbind:\n  - 127.0.0.1:8000\n  - unix:/run/shop.sock\nworkers: 4\numask: 0027\n",
    "applications": b"applications:\n  shop:\n    run: php:public\n    env: {A: b}\nroutes:\n- path: /x/*\n  application: shop\n",
    "aliases": b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
    "deep": b"[[[[[[[[a]]]]]]]]",
    "twice": b"a: 1\na: 2\n",
    "quotes": b"a: 'b''c'\nd: \"e\\u0041\\n\"\n",
    "tab": b"a:\n\tb: c\n",
    "open": b"a: [b, c\n",
    "no-end": b"a: \"b\n",
    "documents": b"--- a\n--- b\n",
    "tags": b"a: !!binary abc\nb: !x y\n? c\n: d\n",
    "block": b"a: |\n  b\n  c\nd: >-\n  e\n",
    "comment": b"# nothing\n",
    "utf16": b"\xff\xfea\0",
    "merge": b"a: &a {b: c}\nd:\n  <<: *a\n",
    "self": b"&a [*a]",
}

ROUTE_PATHS = {
    "exact": b"/a/b\n/a/b", "prefix": b"/a/*\n/a/b", "folder": b"/a/*\n/a", "everything": b"*\n/x", "slashes": b"/a/*\n//a///b",
    "no-match": b"/a/*\n/ab", "open-prefix": b"/a*\n/ab", "root": b"/\n//", "root-prefix": b"/*\n/", "dots": b"/a/../b\n/b",
    "end-slash": b"/a/\n/a//", "bad": b"a\n/a",
}

REDIRECTS = {
    "rest": b"/new$rest\n/old/x\n\na\n/x",
    "host": b"https://$host$request_uri\n//evil.example/x\n\na.example\n/x",
    "other": b"https://b.example/$rest?$query_string\n/x\nq=1\na\n//evil",
    "uri": b"$request_uri\nhttp://evil.example//x\n\na\n",
    "only-rest": b"$rest\n/\n\na\n//evil.example",
    "behind-host": b"https://b.example$rest\n/\n\na\n.evil.example",
    "behind-host-uri": b"https://b.example$request_uri\n@evil.example/\n\na\n",
    "backslash": b"$request_uri\n/\\evil.example\n\na\n",
    "backslash-template": b"/\\/\n/\n\na\n",
    "scheme": b"$scheme://$host/\n/\n\na\r\nb",
}

LOG_LINES = {
    "lines": b"a\nb\r\nc", "empty": b"\n\r\n\n", "returns": b"a\rb\r\r\n", "nul": b"a\0b\n", "long": b"x" * 9000 + b"\ny",
    "limit": b"x" * 8192 + b"\n", "limit-return": b"x" * 8191 + b"\r\n", "high": b"\xff\xfe\n",
}

SCRIPT_PARAMS = {
    **PAIRS,
    "httpoxy": pair(b"HTTP_PROXY", b"http://evil/") + pair(b"PATH", b"/evil"),
    "listed": pair(b"LISTED", b"2") + pair(b"CONTENT_LENGTH", b"") + pair(b"CONTENT_TYPE", b""),
    "equals": pair(b"A=B", b"c"),
    "nul-name": pair(b"A\0B", b"c"),
    "nul-value": pair(b"A", b"b\0c"),
    "many": pair(b"A", b"b") * 1001,
    "query": pair(b"QUERY_STRING", b"-d+allow_url_include%3d1") + pair(b"SCRIPT_FILENAME", b"/a/b"),
}

def proxy(family, addresses, extras=b"", command=0x21, length=None):
    """A header of version 2 of the PROXY protocol (proxy-protocol.txt, section 2.2)."""
    count = len(addresses) + len(extras) if length is None else length
    return b"\r\n\r\n\0\r\nQUIT\n" + struct.pack(">BBH", command, family, count) + addresses + extras


def extra(kind, value):
    return struct.pack(">BH", kind, len(value)) + value


def counted(*parts):
    """Parts behind their lengths."""
    return b"".join(bytes([len(part)]) + part for part in parts)


FOUR = b"\xc0\0\2\1\xc6\x33\x64\2\x10\x92\1\xbb"
SIX = b"\x20\1\x0d\xb8" + b"\0" * 11 + b"\1" + b"\0" * 10 + b"\xff\xff\xc0\0\2\1" + b"\x10\x92\1\xbb"
TLS = extra(0x20, b"\5\0\0\0\0" + extra(0x21, b"TLSv1.3") + extra(0x22, b"alice") + extra(0x23, b"TLS_AES_256_GCM_SHA384"))

PROXY = {
    "four": b"PROXY TCP4 192.0.2.1 198.51.100.2 4242 443\r\nGET",
    "six": b"PROXY TCP6 2001:db8::1 ::ffff:192.0.2.1 65535 0\r\n",
    "unknown": b"PROXY UNKNOWN\r\n",
    "unknown-rest": b"PROXY UNKNOWN " + b"x" * 91 + b"\r\n",
    "too-long": b"PROXY UNKNOWN " + b"x" * 92 + b"\r\n",
    "leading-zero": b"PROXY TCP4 192.0.2.01 198.51.100.2 042 443\r\n",
    "two-spaces": b"PROXY TCP4 192.0.2.1  198.51.100.2 42 443\r\n",
    "line-feed": b"PROXY TCP4 192.0.2.1 198.51.100.2 42 443\n",
    "binary-four": proxy(0x11, FOUR) + b"GET",
    "binary-six": proxy(0x21, SIX),
    "datagram": proxy(0x12, FOUR),
    "unix": proxy(0x31, b"/a".ljust(108, b"\0") + b"/b" * 54),
    "local": proxy(0, b"", command=0x20),
    "local-four": proxy(0x11, FOUR, command=0x20),
    "unspecified": proxy(0, b"", extra(0x02, b"a.example")),
    "no-transport": proxy(0x10, FOUR),
    "extras": proxy(0x11, FOUR, extra(0x01, b"h2") + extra(0x02, b"a.example") + extra(0x05, b"id-1") + extra(0x30, b"n") + TLS),
    "fill": proxy(0x11, FOUR, extra(0x04, b"\0" * 9) + extra(0xE0, b"x")),
    "twice": proxy(0x11, FOUR, extra(0x02, b"a") + extra(0x02, b"b")),
    "line-in-name": proxy(0x11, FOUR, extra(0x02, b"a\nb")),
    "beyond": proxy(0x11, FOUR, b"\x02\0\x05ab"),
    "short": proxy(0x21, FOUR),
    "large": proxy(0x11, FOUR, length=4081),
    "unverified": proxy(0x11, FOUR, extra(0x20, b"\3\0\0\0\1" + extra(0x22, b"mallory"))),
    "wrong-checksum": proxy(0x11, FOUR, extra(0x03, b"\0\0\0\0")),
}


def forwarded(*fields, host=b"a"):
    return b"GET /a HTTP/1.1\r\nHost: " + host + b"\r\n" + b"".join(field + b"\r\n" for field in fields) + b"\r\n"


FORWARDED = {
    "nothing": forwarded(),
    "one": forwarded(b"X-Forwarded-For: 198.51.100.7"),
    "hops": forwarded(b"X-Forwarded-For: evil, 198.51.100.7, 10.0.0.1, 192.0.2.1"),
    "only-hops": forwarded(b"X-Forwarded-For: 10.0.0.2, 10.0.0.1"),
    "two-fields": forwarded(b"X-Forwarded-For: 198.51.100.7", b"x-forwarded-for: [fd00::1]:80,"),
    "malformed": forwarded(b"X-Forwarded-For: 198.51.100.7, x"),
    "hidden": forwarded(b"X-Forwarded-For: unknown, _a:_b, unix:"),
    "ports": forwarded(b"X-Forwarded-For: 198.51.100.7:65535, [::ffff:10.0.0.1]:0"),
    "standard": forwarded(b"Forwarded: for=\"[2001:db8::1]:1\";proto=https;host=b.example;by=_x, for=10.0.0.1"),
    "open-quote": forwarded(b"Forwarded: for=\"x", b"Forwarded: for=198.51.100.7"),
    "escape": forwarded(b"Forwarded: for=\"a\\\"b\";host=\"a:80\""),
    "all": forwarded(b"X-Forwarded-For: 198.51.100.7", b"X-Forwarded-Proto: https", b"X-Forwarded-Host: b.example:8443",
                     b"X-Forwarded-Port: 8443", b"X-Forwarded-Prefix: /shop/"),
    "both": forwarded(b"Forwarded: for=198.51.100.7;proto=https", b"X-Forwarded-For: 198.51.100.7:9", b"X-Forwarded-Proto: https"),
    "contradiction": forwarded(b"Forwarded: for=198.51.100.7", b"X-Forwarded-For: 198.51.100.8"),
    "hosts": forwarded(b"X-Forwarded-Host: b.example, c.example"),
    "prefix": forwarded(b"X-Forwarded-Prefix: //evil.example"),
    "prefix-escape": forwarded(b"X-Forwarded-Prefix: /%2fevil/a%0ab/.."),
    "prefix-backslash": forwarded(b"X-Forwarded-Prefix: /x/../\\evil"),
    "nominated": forwarded(b"Connection: x-forwarded-for", b"X-Forwarded-For: 198.51.100.7"),
    "others": forwarded(b"X-Real-IP: 198.51.100.7", b"X-Forwarded-Server: x", b"X_Forwarded_For: 198.51.100.7"),
    "empty": forwarded(b"X-Forwarded-For: ,, ,", b"Forwarded: ,;,", b"X-Forwarded-Host:", b"X-Forwarded-Prefix: /"),
}

ACCEPT_ENCODINGS = {
    "browser": b"gzip, deflate, br, zstd", "weights": b"gzip;q=0.5, br;q=0.501", "none": b"", "any": b"*", "refused": b"gzip;q=0, *;q=1",
    "identity": b"identity;q=0.5, gzip;q=0.4", "only-identity": b"identity", "zero": b"*;q=0", "old": b"x-gzip", "twice": b"gzip, gzip;q=0",
    "spaces": b" \tgzip\t; q=0.5 ,,br ;q=1.000", "four-digits": b"gzip;q=0.5000", "above": b"br;q=1.001", "case": b"GZIP;Q=0.1, BR;Q=0",
    "parameter": b"gzip;a=b;q=0", "quotes": b"\"gzip\", br", "no-weight": b"gzip;", "point": b"gzip;q=1., br;q=0.",
}

TRACE = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
TRACES = {
    "plain": TRACE + b"\n4711-a", "later": b"cc" + TRACE[2:] + b"-x\nA.b:c+d/e=f@g~h_", "later-short": b"cc" + TRACE[2:],
    "last-version": b"ff" + TRACE[2:], "longer": TRACE + b"-x", "capitals": TRACE.upper(), "no-trace": b"00-" + b"0" * 32 + TRACE[35:],
    "no-parent": TRACE[:36] + b"0" * 16 + b"-01", "flags": TRACE[:-2] + b"ff", "two": TRACE + b", " + TRACE, "short": TRACE[:-1],
    "empty": b"\n", "id-space": TRACE + b"\na b", "id-long": b"\n" + b"a" * 129, "id-limit": b"\n" + b"a" * 128, "id-line": b"\na\r\nb",
}

DATE = b"Sun, 06 Nov 1994 08:49:37 GMT"
CONDITIONS = {
    "tags": b"\"a\"\n\"b\", \"a\"\nW/\"a\"\n" + DATE + b"\n" + DATE + b"\n\"a\"",
    "weak": b"W/\"a\"\nW/\"a\"\n\"a\"\n\n\nW/\"a\"",
    "any": b"\"a\"\n*\n * \n\n\n*",
    "nothing": b"\n\n*\n\n\n",
    "dates": b"\n\n\nSunday, 06-Nov-94 08:49:37 GMT\nSun Nov  6 08:49:37 1994\n" + DATE,
    "leap": b"\n\n\nThu, 29 Feb 2024 23:59:60 GMT\nThu, 29 Feb 2023 00:00:00 GMT\nFri, 29 Feb 1900 00:00:00 GMT",
    "ends": b"\n\n\nFri, 31 Dec 9999 23:59:60 GMT\nMon, 01 Jan 0001 00:00:00 GMT\nThu, 01 Jan 1970 00:00:00 GMT",
    "commas": b"\"a,b\"\n\"x\",\"a,b\"\n\"a\", b\"\n\n\n\"a,b\" ",
    "open": b"\"a\"\n\"a\n\"b, \"a\"\n\n\n\"a",
    "junk": b"\"a\"\nx, \"a\"\nw/\"a\", \"a\"\"b\"\n0\n-1\nx",
    "two-digit-year": b"\n\n\nMonday, 01-Jan-76 00:00:00 GMT\nMonday, 01-Jan-77 00:00:00 GMT\nSunday, 29-Feb-00 00:00:00 GMT",
}

REQUEST = (b"GET", b"/a%20b?q=1", b"HTTP/1.1", b"192.0.2.7", b"", b"a.example", b"http://x/", b"one two", b"00c0ffee00c0ffee", b"1", b"2",
           b"Basic YWxpY2U6c2VjcmV0", TRACE, b"q=1", b"a/b", b"", b"shop")
ACCESS_LOG = {
    "plain": counted(*REQUEST), "nothing": b"", "refused": counted(*(b"",) * 15, b"\x16\x03\x01\x02\n\"", b""),
    "lines": counted(*(b"a\r\nb",) * 17), "quotes": counted(*(b"\" \\\"", ) * 17), "escapes": counted(*(b"\\x22\\u0022%22%0a", ) * 17),
    "high": counted(*(b"\xe4\xc3\xa4\xff", ) * 17), "separators": counted(*("\u2028\u0085\u007f\u009f\u00a0".encode(), ) * 17),
    "surrogates": counted(*(b"\xed\xa0\x80\xf0\x9f\x98\x80\xf4\x90\x80\x80\xc0\x80", ) * 17), "nul": counted(*(b"\0\x1b[31m", ) * 17),
    "user": counted(*REQUEST[:4], b"al ice\"", *REQUEST[5:]), "no-credentials": counted(*REQUEST[:11], b"Basic YWxp", *REQUEST[12:]),
    "line-in-credentials": counted(*REQUEST[:11], b"basic  YQpiOng=", *REQUEST[12:]),
}

LOG_FORMATS = {
    "combined": b"combined", "json": b"json", "common": b"common", "atoms": b'%(h)s "%(r)s" %({x-a}i)s|%({b}o)s|%(%({C}e)s',
    "all": b"%(h)s %(l)s %(u)s %(t)s %(m)s %(U)s %(q)s %(H)s %(s)d %(B)s %(f)s %(a)s %(T)s %(D)s %(M)s %(L)s %(p)s",
    "long": b"%(time)s %(id)s %(trace_id)s %(target)s %(refused_line)s %(ended)s %(queue_us)s %(upstream)s %(request_number)s %(worker)s %(pid)s",
    "percent": b"100%% %(s)s", "open": b"%(h", "no-s": b"%(h)x", "unknown": b"%(targte)s", "no-name": b"%({}i)s", "space": b"%({a b}i)s",
    "control": b"%(h)s\n", "high": "\u00e9%(h)s\u20ac".encode(), "cut": b"%\xc3%(h)s", "quotes": b'"%(U)s %(U)s" %(U)s "%(m)s',
    "fields": b"%({content-length}i)s %({Content-Type}i)s %({SET-COOKIE}o)s %({a}o)s%({a}o)s %({HTTP_A}e)s",
}

MEDIA_TYPES = {
    "plain": b"/a/b.x\ntext/x x y\nimage/y z\n", "later": b"a.x\na/b x\nc/d X\n", "comment": b"a.x\n# a\na/b # x\n\ta/c  x # y\n",
    "built-in": b"/index.HTML\n", "none": b"/a.\na/b x", "folder": b"/a.x/b\na/b x", "bad": b"a.x\na x\na/b/c x\n/b x\na\x7f/b x",
    "returns": b"a.x\na/b x\r\nc/d y\r", "long": b"a." + b"x" * 17 + b"\na/b " + b"x" * 17, "limit": b"a." + b"x" * 16 + b"\na/b " + b"X" * 16,
    "nul": b"a.\0x\na/b \0x x", "high": b"a.\xff\na/b \xff", "upper": b"a.x\nTEXT/Html x",
}


def ruled(rules, names, head):
    return bytes([rules, names]) + head


RULED = {
    **{name: ruled(31, 0, head) for name, head in HEADS.items()},
    "fold": ruled(1, 0, forwarded(b"A: b", b"\t c \t", b" ", b"   d")),
    "fold-empty": ruled(1, 0, forwarded(b"A:", b" b")),
    "fold-blank-end": ruled(1, 0, forwarded(b"A: b   ", b" c", b"B: d")),
    "fold-host": ruled(31, 0, forwarded(b" b")),
    "fold-coding": ruled(31, 0, forwarded(b"Transfer-Encoding:", b" chunked")),
    "fold-first": ruled(31, 0, b"GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
    "fold-cookie": ruled(1, 0, forwarded(b"Cookie: a=b;", b"\tc=d", b"Content-Type: a/b;", b" c=d")),
    "lower-method": ruled(18, 0, b"get / HTTP/1.1\r\nHost: a\r\n\r\n"),
    "lower-connect": ruled(31, 0, b"connect a:80 HTTP/1.1\r\nHost: a\r\n\r\n"),
    "lower-options": ruled(31, 0, b"\r\noptions * HTTP/1.1\r\nHost: a\r\n\r\n"),
    "short-method": ruled(2, 0, b"A#b / HTTP/1.0\r\n\r\n"),
    "version": ruled(4, 0, b"GET / HTTP/1.9\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"),
    "spaces": ruled(8, 0, forwarded(b"A \t: b", b"C: d")),
    "spaces-length": ruled(31, 0, forwarded(b"Content-Length : 5")),
    "dangerous": ruled(0, 2, forwarded(b"X_A: 1", b"X-A: 2", b"Content_Length: 5", b"Transfer.Encoding: chunked")),
    "refuse": ruled(0, 1, forwarded(b"X_A: 1")),
    "forwarder": ruled(0, 20, forwarded(b"X_A: 1", b"X-A: 2", b"x.a: 3")),
    "any-forwarder": ruled(31, 24, forwarded(b"X_B: 1", b"Content_Length: 5", b" 6")),
}

BODIES |= {
    "many-trailers": b"0\r\n" + b"A: b\r\n" * 5 + b"\r\n", "long-trailer": b"0\r\nA: " + b"b" * 41 + b"\r\n\r\n",
    "trailer-names": b"0\r\nX-Forwarded-For: a\r\nif-x: b\r\nIf-: c\r\nX_Y: d\r\nTE: e\r\nRange: f\r\nA : g\r\n\r\n",
    "trailer-kept": b"1\r\nx\r\n0\r\nDigest:\t x \r\nHost: b\r\nA: \xe9\r\n\r\nGET", "trailer-line-feed": b"0\r\nA: b\n\r\n",
    "trailer-fold": b"0\r\nA: b\r\n c\r\n\r\n", "extension-quotes": b"1 ;a = \"b\\\"\r\n\" ; c\r\nx\r\n0\r\n\r\n",
    "extension-long": b"1;" + b"a" * 1024 + b"\r\nx\r\n0\r\n\r\n",
}

COMPRESSION = {
    "text": b"\3\5" + b"line of a page\n" * 9, "noise": b"\0\0" + bytes((index * 167 + index * index) % 251 for index in range(300)),
    "zeros": b"\x08\x0f" + b"\0" * 2000, "one": b"\5\0x", "gzip": b"\1\2\x1f\x8b\x08\0\0\0\0\0\0\3", "words": b"\4\7abcabcabcab",
}

FORM_ITEMS = {
    "plain": b"a=b&c=d", "twice": b"a=1&a=2&a=3", "empty": b"&&=&a&=b&", "equals": b"a=b=c&==", "plus": b"a+b=+c+%2B",
    "percent": b"%61=%&b=%4&c=%zz&d=%%41", "utf8": b"a=%E4%B8%AD&b=\xc3\xa9", "broken": b"a=%FF&b=\xe4\xb8&%C2x=%ED%A0%80",
    "nul": b"a=%00\0", "mark": b"%EF%BB%BFa=b", "composed": b"%C3%A9=1&e%CC%81=2", "semicolon": b"a=b;c=d",
}

COOKIES = {
    "two": b"a=b; c=d", "blanks": b" a\t= b ;;c=d; ", "quotes": b"a=\"b\"; c=\"; d=\"\"; e=\"f", "nameless": b"=a; b; c=d",
    "twice": b"a=1; a=2", "equals": b"a=b=c==", "high": b"a=\xe9; \xc3\xa9=b", "control": b"a=b\r\n; c=\0",
    "set": b"id\nabc=\n/shop\nshop.example", "set-path": b"id\nabc\n/a;b\n", "set-split": b"id\na\r\nX: y\n\n",
    "host": b"__Host-id\nabc\n/\n.", "secure": b"__Secure-id\n\n\na-.b",
}


def multipart(*parts, kind=b"multipart/form-data; boundary=b", end=b"--b--\r\n"):
    """A Content-Type, a line feed, and a form of parts with their heads."""
    return kind + b"\n" + b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + end


DISPOSITION = b"Content-Disposition: form-data; name="
LONG = b"=/()?" + b"x" * 65
MULTIPART = {
    "field": multipart(DISPOSITION + b"a\r\n\r\nx"),
    "file": multipart(DISPOSITION + b"\"a\"; filename=\"b.png\"\r\nContent-Type: image/png\r\n\r\n\0\r\n--\r\n"),
    "several": multipart(DISPOSITION + b"a\r\n\r\n", DISPOSITION + b"\"a%22\\\\%0D\"\r\nX: y\r\n\r\n\r\n\r\n", DISPOSITION + b"c\r\n\r\n-"),
    "no-parts": multipart(),
    "preamble": b"multipart/form-data; boundary=b\nx\r\n--a\r\n" + multipart(DISPOSITION + b"a\r\n\r\nx").partition(b"\n")[2] + b"--b\r\nmore",
    "no-line-end": multipart(DISPOSITION + b"a\r\n\r\n")[:-9] + b"--b--",
    "padding": multipart(DISPOSITION + b"a\r\n\r\nx").replace(b"--b\r\n", b"--b \t\r\n"),
    "longer": multipart(DISPOSITION + b"a\r\n\r\nx\r\n--bb"),
    "nearly": multipart(DISPOSITION + b"a\r\n\r\nx\r\n--\r\n-\r\r\n--B"),
    "quoted": multipart(DISPOSITION + b"a\r\n\r\nx", kind=b"Multipart/Form-Data; charset=x; boundary=\"b\""),
    "extended": multipart(DISPOSITION + b"a; filename*=UTF-8'en'%e2%82%ac%22%0a; filename=b\r\n\r\nx"),
    "backslash": multipart(DISPOSITION + b"\"\\\"\"; filename=\"C:\\new\\\\x\"\r\n\r\nx"),
    "no-name": multipart(b"Content-Disposition: form-data\r\n\r\nx"),
    "no-head": multipart(b"\r\nx"),
    "attachment": multipart(b"Content-Disposition: attachment; name=a\r\n\r\nx"),
    "line-feeds": multipart(DISPOSITION + b"a\r\n\r\nx").replace(b"\r", b""),
    "folded": multipart(DISPOSITION + b"a;\r\n filename=b\r\n\r\nx"),
    "incomplete": multipart(DISPOSITION + b"a\r\n\r\nx", end=b""),
    "fields": multipart(b"A: b\r\n" * 17 + b"\r\n"),
    "boundary": b"multipart/form-data; boundary=" + b"x" * 71 + b"\n--",
    "long-boundary": multipart(DISPOSITION + b"a\r\n\r\nx\r\n--b=/").replace(b"--b", b"--" + LONG).replace(b"=b\n", b"=" + LONG + b"\n"),
    "encoded": b"application/x-www-form-urlencoded\na=b&c",
}

JSON = {
    "object": b'{"a": [1, -2.5e+3, true, false, null, ""], "b": {"c": {}, "d": []}}', "string": b'"\\u00e9\\ud83d\\ude00\\n\\/ \xc3\xa9"',
    "number": b" -0.0E-1\r\n", "comma": b'{"a": 1,}', "zero": b"[01]", "control": b'"a\nb"', "surrogate": b'"\\ud800"', "open": b'{"a": [1',
    "large": b"[1e999, 123456789012345678901234567890]", "deep": b"[" * 520 + b"]" * 520, "bytes": b'"\xff"', "words": b"[tru, NaN, nul]",
    "twice": b'{"a": 1, "a": 2}', "behind": b"{} {}", "empty": b"", "null": b"null", "names": b'{"": 0, "\\u0000": 1, "a b": [{"\xf0\x9f\x98\x80": "x"}]}',
}


def frame(first, payload=b"", masked=True, length=None):
    """A frame of a WebSocket (RFC 6455, section 5.2)."""
    size = len(payload)
    head = length or (bytes([size]) if size < 126 else b"\x7e" + struct.pack(">H", size) if size < 1 << 16 else b"\x7f" + struct.pack(">Q", size))
    if not masked:
        return bytes([first]) + head + payload
    key = b"\x37\xfa\x21\x3d"
    return bytes([first, head[0] | 0x80]) + head[1:] + key + bytes(octet ^ key[place % 4] for place, octet in enumerate(payload))


# The octet that comes first: 1 is a client; 2 compression, 4 with context takeover, 6 with small windows; 8, 16 and 24 larger limits.
HELLO, AGAIN, STORED = bytes.fromhex("f248cdc9c90700"), bytes.fromhex("f200110000"), b"\0\5\0\xfa\xffHello\0"
LAST = bytes.fromhex("f348cdc9c90700")
ZEROS = bytes.fromhex("62601805c4020000")  # 300 of them
WEBSOCKET = {
    "text": b"\x08" + frame(0x81, b"Hello"),
    "client": b"\x09" + frame(0x81, b"Hello", masked=False) + frame(0x89, b"a", masked=False) + frame(0x88, masked=False),
    "client-masked": b"\x09" + frame(0x81, b"Hello"),
    "no-mask": b"\x08" + frame(0x81, b"Hello", masked=False),
    "fragments": b"\x08" + frame(0x01, b"Hel") + frame(0x89, b"ping") + frame(0x00) + frame(0x80, b"lo") + frame(0x8A),
    "fragmented-character": b"\x08" + frame(0x01, b"\xe2\x82") + frame(0x80, b"\xac"),
    "cut-character": b"\x08" + frame(0x01, b"\xe2\x82") + frame(0x80),
    "surrogate": b"\x08" + frame(0x81, b"\xed\xa0\x80"),
    "above": b"\x08" + frame(0x81, b"\xf4\x90\x80\x80"),
    "overlong": b"\x08" + frame(0x81, b"abcdefgh\xc0\xaf"),
    "binary": b"\x08" + frame(0x82, b"\xff\xfe\0"),
    "medium": b"\x10" + frame(0x82, b"a" * 126),
    "large": b"\x18" + frame(0x82, b"a" * 65_536),
    "not-minimal": b"\x18" + frame(0x82, b"a", length=b"\x7e\0\1"),
    "not-minimal-long": b"\x18" + frame(0x82, b"a", length=b"\x7f" + b"\0" * 7 + b"\x7e"),
    "top-bit": b"\x18" + frame(0x82, b"a", length=b"\x7f\x80" + b"\0" * 7),
    "huge": b"\x18" + frame(0x82, b"a", length=b"\x7f\x7f" + b"\xff" * 7),
    "over-limit": b"\0" + frame(0x02, b"abcdef") + frame(0x80, b"ghi"),
    "reserved": b"\x08" + frame(0xB1, b"a"),
    "opcode": b"\x08" + frame(0x83, b"a"),
    "long-ping": b"\x08" + frame(0x89, b"a" * 126),
    "fragmented-ping": b"\x08" + frame(0x09, b"a"),
    "continuation": b"\x08" + frame(0x80, b"a"),
    "inside": b"\x08" + frame(0x01, b"a") + frame(0x81, b"b"),
    "close": b"\x08" + frame(0x88, b"\x03\xe8bye") + frame(0x81, b"late"),
    "close-empty": b"\x08" + frame(0x88),
    "close-one": b"\x08" + frame(0x88, b"\3"),
    "close-1005": b"\x08" + frame(0x88, b"\x03\xed"),
    "close-4999": b"\x08" + frame(0x88, b"\x13\x87"),
    "close-text": b"\x08" + frame(0x88, b"\x03\xe8\xc3"),
    "compressed": b"\x0a" + frame(0xC1, HELLO) + frame(0xC1, STORED) + frame(0xC1, LAST + b"\0") + frame(0xC1, LAST),
    "compressed-fragments": b"\x0a" + frame(0x41, HELLO[:3]) + frame(0x8A) + frame(0x80, HELLO[3:]),
    "compressed-off": b"\x08" + frame(0xC1, HELLO),
    "compressed-empty": b"\x0c" + frame(0xC1, HELLO) + frame(0xC2, b"\0") + frame(0xC2) + frame(0xC1, AGAIN),
    "takeover": b"\x0c" + frame(0xC1, HELLO) + frame(0xC1, AGAIN) + frame(0xC1, LAST) + frame(0xC1, AGAIN),
    "no-takeover": b"\x0a" + frame(0xC1, HELLO) + frame(0xC1, AGAIN),
    "small-window": b"\x0e" + frame(0xC1, HELLO) + frame(0xC1, AGAIN),
    "bomb": b"\x0a" + frame(0xC2, ZEROS),
    "zeros": b"\x12" + frame(0xC2, ZEROS) + frame(0xC2, ZEROS * 2),
    "compressed-text": b"\x0a" + frame(0xC1, b"\0\1\0\xfe\xff\xc3\0"),
    "compressed-cut": b"\x0a" + frame(0xC1, b"\0\6\0\xf9\xffH"),
    "noise": b"\x0a" + frame(0xC1, b"\xff"),
}
MESSAGES = {
    f"setup-{first}": bytes([first]) + b"\5Hello\0\x20" + b"abcdefgh" * 4 + b"\4\xff\0\xfe\1\3\xe2\x82\xac\x90" + b"x" * 144
    for first in [0, 1, 2, 3, 4, 5, 6, 7, 10, 13, 0x4E, 0xEF]
}
OFFER = b"permessage-deflate"
HANDSHAKES = {
    "browser": OFFER + b"; client_max_window_bits\nchat, v1.a\nhttps://a\na:443",
    "all": OFFER + b"; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=10; client_max_window_bits=\"9\"",
    "several": OFFER + b"; server_max_window_bits=8, x-other; a=b, " + OFFER + b"; server_max_window_bits=12",
    "twice": OFFER + b"; client_max_window_bits; client_max_window_bits=9, " + OFFER,
    "unknown": OFFER + b"; unknown\n,\nnull\nnull",
    "values": OFFER + b"; server_no_context_takeover=1, " + OFFER + b"; client_max_window_bits=7, " + OFFER + b"; server_max_window_bits",
    "quoted": b"a; b=\"c\\d\"; e=\"f,g\"\n\"chat\"\nhttp://[::1]:80\n[::1]",
    "malformed": b"a b; c\nchat b\nhttp://a/\na",
    "semicolon": b"a;;b=, c;=d\nb\nhttp://a:080\na:80",
    "empty": b", ,\n\n\n",
    "zeros": OFFER + b"; client_max_window_bits=08, " + OFFER + b"; server_max_window_bits=015\nb,b\nws://A:\na",
}

REWRITES = {
    "wiki": b"^/wiki/(.*)$\n/index.php?title=$1\nx=1&y\n/wiki/A%26b%3Dc/%C3%A9", "slash": b"^(/.+)/$\n$1\nq\n//a//b/",
    "swapped": b"^/([^/]*)/(.*)$\n/x/$2/$1?$query_string&a=$2?\na=1\n/a/b%0Ac/d", "steps": b"^/(a+)+$\n/x\n\n/" + b"a" * 48 + b"!",
    "no-part": b"^/(a)?(b)|(c)\n/$1$2$3?x=$3\n\n/b", "names": b"(?i)\\.PHP$\n/r$path?p=$path&r=$rest?\nq=2\n/x/y.php",
}

SEEDS = {
    "request-head": HEADS, "request-stream": {**HEADS, **STREAMS}, "request-body": BODIES, "path": PATHS, "byte-range": RANGES,
    "http-date": DATES, "response-records": ANSWERS, "request-records": REQUESTS, "name-value-pairs": PAIRS, "cgi-head": CGI,
    "swift-answer": SWIFT, "yaml": YAML, "environ": HEADS, "route-path": ROUTE_PATHS, "redirect": REDIRECTS, "rewrite": REWRITES, "site-path": PATHS,
    "log-lines": LOG_LINES, "script-params": SCRIPT_PARAMS,
    "request-rules": RULED, "proxy-header": PROXY, "forwarded": FORWARDED, "accept-encoding": ACCEPT_ENCODINGS, "trace-parent": TRACES,
    "preconditions": CONDITIONS, "access-log": ACCESS_LOG, "log-format": LOG_FORMATS, "media-types": MEDIA_TYPES, "compression": COMPRESSION,
    "form-items": FORM_ITEMS, "cookies": COOKIES, "multipart": MULTIPART, "json": JSON,
    "websocket-frames": WEBSOCKET, "websocket-messages": MESSAGES, "handshake": HANDSHAKES,
}


HTTP_WORDS = [
    b"GET ", b"HEAD ", b"POST ", b"OPTIONS * ", b"CONNECT ", b" HTTP/1.1\r\n", b" HTTP/1.0\r\n", b"http://", b"https://", b"\r\n", b"\r\n\r\n",
    b"\n", b"\r", b"\0", b"\t", b": ", b"Host: a\r\n", b"Content-Length: 3\r\n", b"Content-Length:", b"Transfer-Encoding: chunked\r\n",
    b"Transfer-Encoding:", b"chunked", b"identity", b"Connection: close\r\n", b"Connection: keep-alive\r\n", b"Connection:", b"close",
    b"keep-alive", b"Expect: 100-continue\r\n", b"Proxy: ", b"Cookie: ", b"Content-Type: ", b"X-Forwarded-Proto: https\r\n",
    b"X-Forwarded-For: ", b"Forwarded: for=", b"Traceparent: 00-", b"TE: trailers\r\n", b"Trailer: ", b"Upgrade: ", b"Keep-Alive: ",
    b"Proxy-Connection: ", b"If-None-Match: \"a\"", b"Range: bytes=", b"Accept-Encoding: gzip;q=0.5", b"[::1]", b"%41", b"..", b"?", b"_", b".",
]
CHUNK_WORDS = [b"Content-Length: 5\r\n", b"X-Forwarded-For: a\r\n", b"If-Match: a\r\n", b"Range: a\r\n", b"=\"", b"0\r\n\r\n", b"1\r\na\r\n", b"\r\n", b"\n", b";a=b", b";", b"FFFFFFFFFFFFFFF", b"0x", b"+", b"A: b\r\n", b" ", b"\t"]
PATH_WORDS = [b"/", b"//", b"/.", b"/..", b"/../", b"%2e", b"%2E", b"%2f", b"%00", b"%25", b"%", b".php", b".well-known/", b"\\", b"*", b"?"]
RECORD_WORDS = [record(kind)[:2] for kind in range(1, 12)] + [b"\0\1", b"\0\0", b"\0\x08", record(BEGIN, KEPT), record(END, b"\0" * 8), b"\xff\xff"]
CGI_WORDS = [
    b"Status: 200", b"Status: 103", b"Status:", b"Location: /a", b"Location: http://a", b"Content-Length: 3", b"Content-Type: a/b", b"\r\n",
    b"\n", b"\r", b"\0", b"\n\n", b"Connection: close", b"Transfer-Encoding: chunked", b"X-Sendfile: a", b"X-Accel-Redirect: /a",
    b"X-Accel-Buffering: no", b"X-Accel-", b"Set-Cookie: a", b"Content-Range: a", b"Date: a", b"ETag: a", b"|",
]

WORDS = {
    "request-head": HTTP_WORDS, "request-stream": HTTP_WORDS + CHUNK_WORDS, "request-body": CHUNK_WORDS, "path": PATH_WORDS,
    "byte-range": [b"bytes=", b"-", b",", b" ", b"0", b"9223372036854775807", b"18446744073709551616", b"\"", b"W/\""],
    "http-date": [b"0", b"86400", b"31536000", b"126230400", b"3155760000", b"12622780800", b"9223372036854775807"],
    "response-records": RECORD_WORDS, "request-records": RECORD_WORDS,
    "name-value-pairs": [b"\0", b"\1\1ab", b"\x80\0\0\1", b"\xff\xff\xff\xff", b"\x7f", b"=", b"SCRIPT_NAME", b"CONTENT_LENGTH"],
    "cgi-head": CGI_WORDS, "swift-answer": CGI_WORDS,
    "yaml": [
        b"\n", b"\n  ", b": ", b"- ", b"&a ", b"*a", b"<<: *a", b"[", b"]", b"{", b"}", b",", b"'", b"\"", b"|\n", b">-\n", b"!!str ", b"# ",
        b"---\n", b"...\n", b"? ", b"\\u0041", b"\t", b"%YAML 1.2\n", b"applications:\n", b"routes:\n",
    ],
    "environ": HTTP_WORDS, "route-path": PATH_WORDS + [b"\n", b"/*\n"], "site-path": PATH_WORDS,
    "redirect": [
        b"\n", b"$rest", b"$host", b"$scheme", b"$request_uri", b"$query_string", b"://", b"https://a", b"//", b"\\", b"@", b"?", b"#", b"/",
        b"\r", b"\t",
    ],
    "rewrite": [
        b"\n", b"$1", b"$9", b"$rest", b"$path", b"$query_string", b"?", b"&", b"^/", b"(.*)", b"$", b"\\.php", b"(?:", b"%2e%2e", b"//", b"%26", b"%0A",
    ],
    "script-params": [b"\x0a\0HTTP_PROXY", b"\4\0PATH", b"\6\0LISTED", b"\0", b"=", b"\x80\0\0\1"],
    "log-lines": [b"\n", b"\r\n", b"\r", b"\0", b"x" * 60],
    "request-rules": HTTP_WORDS + [b"\r\n ", b"\r\n\t", b" :", b"get ", b" HTTP/1.9\r\n", b"X_A: ", b"X-A: ", b"Content_Length: 3\r\n"],
    "proxy-header": [
        b"PROXY ", b"TCP4 ", b"TCP6 ", b"UNKNOWN", b"\r\n", b" ", b"1.2.3.4", b"::1", b"::ffff:1.2.3.4", b"65535", b"0", proxy(0x11, b"")[:13],
        b"\x21\x11\0\x0c", b"\x21\x21\0\x24", b"\x21\x31\0\xd8", b"\x20\0\0\0", extra(0x02, b"a"), extra(0x05, b"a"), extra(0x20, b"\1\0\0\0\0"),
        extra(0x22, b"a"), extra(0x03, b"\0\0\0\0"),
    ],
    "forwarded": HTTP_WORDS + [
        b"X-Forwarded-For:", b"X-Forwarded-Proto:", b"X-Forwarded-Host:", b"X-Forwarded-Port:", b"X-Forwarded-Prefix:", b"Forwarded:", b"for=",
        b"proto=https", b"host=", b"by=", b";", b",", b"\"", b"10.0.0.1", b"192.0.2.1", b"198.51.100.7", b"[fd00::1]:80", b"unknown", b"_a", b"unix:",
        b"/%2f", b"x-forwarded-for",
    ],
    "accept-encoding": [b"gzip", b"x-gzip", b"br", b"identity", b"*", b";q=", b";q=0", b";q=1.000", b";q=0.5", b"0.001", b",", b" ", b"\t", b";", b"="],
    "trace-parent": [TRACE, TRACE[3:35], TRACE[36:52], b"00-", b"ff-", b"cc-", b"-01", b"-", b"0" * 32, b"0" * 16, b"\n", b",", b"a" * 64, b"@~"],
    "preconditions": [
        b"\n", b"W/", b"\"", b"\"a\"", b"W/\"a\"", b"*", b",", b" ", b"\t", DATE, b"Sunday, 06-Nov-94 08:49:37 GMT", b"Sun Nov  6 08:49:37 1994", b"Sun, ",
        b"29 Feb 2000", b"31 Dec 9999", b"01 Jan 1970", b"00:00:00", b"23:59:60", b" GMT", b"Wednesday, ", b"-Feb-",
    ],
    "access-log": [
        b"\n", b"\r\n", b"\"", b"\\", b"\\x22", b"\\u0022", b"\0", b"\x1b[", b"\x7f", b"\xc2\x85", b"\xe2\x80\xa8", b"\xe4", b"\xc3\xa4", b"\xf0\x9f\x98\x80",
        b"\xed\xa0\x80", b"%0a", b"%22", b"http://a/", b"Basic YTpi", TRACE, b" ", b"-", b"null",
    ],
    "log-format": [b"%(", b")s", b")d", b"%%", b"\"", b"combined", b"common", b"json", b"%({", b"}i)s", b"}o)s", b"}e)s", b"\t"]
    + [b"%(" + name + b")s" for name in b"h l u t r m U q H s B b f a T D M L p time id trace_id user target refused_line ended upstream".split()],
    "media-types": [b"\n", b"\r\n", b" ", b"\t", b"#", b"a/b x", b"text/", b"/", b".", b".x", b".html", b"TEXT/HTML x", b"\0", b"x" * 16],
    "websocket-frames": [
        frame(0x81, b"a"), frame(0x01, b"a"), frame(0x80, b"a"), frame(0x89), frame(0x88, b"\x03\xe8"), frame(0xC1, HELLO), frame(0x81, masked=False),
        b"\x81\x80\0\0\0\0", b"\x02\x81\0\0\0\0", b"\x80\xfe\0\x7e", b"\x82\xff", b"\0\0\0\0\0\1\0\0", HELLO, AGAIN, STORED, LAST,
        b"\0\0\xff\xff", b"\xed\xa0\x80", b"\xf4\x90", b"\xe2\x82\xac", b"\xc0\xaf",
    ],
    "websocket-messages": [b"\0", b"\x7e", b"\x80", b"\xff", b"abcabcabc", b"\xe2\x82\xac", b"\0" * 32],
    "handshake": [
        OFFER, b"server_no_context_takeover", b"client_no_context_takeover", b"server_max_window_bits=", b"client_max_window_bits", b"=8", b"=15",
        b";", b",", b"=", b"\"", b"\\", b" ", b"\t", b"\n", b"chat", b"v1.a", b"http://", b"https://", b"ws://", b":80", b":443", b"[::1]", b"null",
    ],
    "compression": [b"\0\0", b"\x08\x0f", b"\1\7", b"\x1f\x8b\x08", b"abcabcabc", b"\0" * 32, b"\xff" * 32, b"<html><body>"],
    "form-items": [b"&", b"=", b"+", b"%", b"%41", b"%26", b"%3D", b"%C3%A9", b"%FF", b"\xe4\xb8\xad", b"a=b&"],
    "cookies": [b"; ", b";", b"=", b"\"", b" ", b"\t", b"\n", b"\r\n", b"a=b", b"/", b".", b"__Host-", b"__Secure-"],
    "multipart": [
        b"multipart/form-data; boundary=", b"\r\n", b"--b", b"--b\r\n", b"--b--", b"\r\n--b", b"\r\n\r\n", b"\r", b"\n", b"-", b" ", b"\t", b"\"",
        b"\\", b"%22", b"%0D", b"%0A", b"%41", b";", b"=", b"\r\n--b\r\n" + DISPOSITION + b"a\r\n\r\n", DISPOSITION, b"; filename=\"b\"",
        b"; filename*=UTF-8''c", b"Content-Type: a/b\r\n", b"application/x-www-form-urlencoded\n",
    ],
    "json": [
        b"{", b"}", b"[", b"]", b",", b":", b"\"", b"\\", b"\\u", b"\\ud83d\\ude00", b"\\n", b"true", b"false", b"null", b"0", b"-1", b".5", b"e+9",
        b"1e999", b" ", b"\n", b'"a": ',
    ],
}


def quoted(word):
    """A word as libFuzzer and AFL++ read it."""
    plain = (chr(octet) if 0x20 <= octet < 0x7F and octet not in b'"\\' else f"\\x{octet:02X}" for octet in word)
    return '"' + "".join(plain) + '"'


def main():
    for target, seeds in SEEDS.items():
        folder = CORPUS / target
        folder.mkdir(parents=True, exist_ok=True)
        for name, octets in seeds.items():
            (folder / name).write_bytes(octets)
    DICTIONARIES.mkdir(exist_ok=True)
    for target, words in WORDS.items():
        (DICTIONARIES / f"{target}.dict").write_text("".join(quoted(word) + "\n" for word in words))


if __name__ == "__main__":
    main()
