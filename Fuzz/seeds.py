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

SEEDS = {
    "request-head": HEADS, "request-stream": {**HEADS, **STREAMS}, "request-body": BODIES, "path": PATHS, "byte-range": RANGES,
    "http-date": DATES, "response-records": ANSWERS, "request-records": REQUESTS, "name-value-pairs": PAIRS, "cgi-head": CGI,
    "swift-answer": SWIFT, "yaml": YAML, "environ": HEADS, "route-path": ROUTE_PATHS, "redirect": REDIRECTS, "site-path": PATHS,
    "log-lines": LOG_LINES, "script-params": SCRIPT_PARAMS,
}


HTTP_WORDS = [
    b"GET ", b"HEAD ", b"POST ", b"OPTIONS * ", b"CONNECT ", b" HTTP/1.1\r\n", b" HTTP/1.0\r\n", b"http://", b"https://", b"\r\n", b"\r\n\r\n",
    b"\n", b"\r", b"\0", b"\t", b": ", b"Host: a\r\n", b"Content-Length: 3\r\n", b"Content-Length:", b"Transfer-Encoding: chunked\r\n",
    b"Transfer-Encoding:", b"chunked", b"identity", b"Connection: close\r\n", b"Connection: keep-alive\r\n", b"Connection:", b"close",
    b"keep-alive", b"Expect: 100-continue\r\n", b"Proxy: ", b"Cookie: ", b"Content-Type: ", b"X-Forwarded-Proto: https\r\n",
    b"X-Forwarded-For: ", b"Forwarded: for=", b"Traceparent: 00-", b"TE: trailers\r\n", b"Trailer: ", b"Upgrade: ", b"Keep-Alive: ",
    b"Proxy-Connection: ", b"If-None-Match: \"a\"", b"Range: bytes=", b"Accept-Encoding: gzip;q=0.5", b"[::1]", b"%41", b"..", b"?", b"_", b".",
]
CHUNK_WORDS = [b"0\r\n\r\n", b"1\r\na\r\n", b"\r\n", b"\n", b";a=b", b";", b"FFFFFFFFFFFFFFF", b"0x", b"+", b"A: b\r\n", b" ", b"\t"]
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
    "script-params": [b"\x0a\0HTTP_PROXY", b"\4\0PATH", b"\6\0LISTED", b"\0", b"=", b"\x80\0\0\1"],
    "log-lines": [b"\n", b"\r\n", b"\r", b"\0", b"x" * 60],
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
