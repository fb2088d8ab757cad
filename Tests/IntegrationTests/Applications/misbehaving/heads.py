"""Heads that are malformed, enormous or merely unusual (RFC 3875, §6)."""

from wire import OK, STDOUT, Row, answer, close, end, head, record, stdout

LIMIT = 65_536


def filled(size):
    """An answer whose head has so many octets."""
    lines = b"X-Filling: " + b"a" * 60 + b"\r\n"
    count = (size - len(OK) - 100) // len(lines)
    rest = size - count * len(lines) - len(OK) - len(b"X-Rest: \r\n")
    return head(lines * count + b"X-Rest: " + b"b" * rest + b"\r\n")


MALFORMED = {
    "text": answer(b"just text\n\n"),
    "nothing-but-a-blank-line": answer(b"\r\nfine"),
    "no-blank-line": answer(b"Content-Type: text/plain\r\n"),
    "no-line-end": answer(b"Content-Type: text/plain"),
    "a-status-line": answer(b"HTTP/1.1 200 OK\r\n" + OK + b"fine"),
    "json": answer(b'{"fine": true}\r\n\r\n'),
    "byte-order-mark": answer(b"\xef\xbb\xbf" + OK + b"fine"),
    "name-empty": head(b": b\r\n"),
    "name-with-space": head(b"X A: b\r\n"),
    "name-then-space": head(b"X-A : b\r\n"),
    "name-with-tab": head(b"X\tA: b\r\n"),
    "name-with-nul": head(b"X\x00A: b\r\n"),
    "name-with-control": head(b"X\x07A: b\r\n"),
    "name-with-8-bits": head(b"X-\xe4: b\r\n"),
    "name-with-bracket": head(b"X(A): b\r\n"),
    "line-without-colon": head(b"X-A\r\n"),
    "value-with-nul": head(b"X-A: a\x00b\r\n"),
    "value-with-control": head(b"X-A: a\x01b\r\n"),
    "value-with-delete": head(b"X-A: a\x7fb\r\n"),
    "value-with-escape": head(b"X-A: \x1b[2J\r\n"),
    "value-with-return": head(b"X-A: a\rSet-Cookie: b\r\n"),
    "two-returns": head(b"X-A: a\r\r\n"),
    "folded-by-space": head(b"X-A: a\r\n b\r\n"),
    "folded-by-tab": head(b"X-A: a\r\n\tb\r\n"),
    "folded-at-first": answer(b" " + OK + b"fine"),
    "larger-by-one": filled(LIMIT + 1),
    "larger": head(b"X-Large: " + b"a" * 80_000 + b"\r\n"),
    "flood": head(b"A: b\r\n" * 100_000),
    "flood-without-colon": answer(b"a" * 1_000_000),
    "length-word": head(b"Content-Length: abc\r\n"),
    "length-empty": head(b"Content-Length: \r\n"),
    "length-negative": head(b"Content-Length: -1\r\n"),
    "length-signed": head(b"Content-Length: +4\r\n"),
    "length-fraction": head(b"Content-Length: 4.0\r\n"),
    "length-hexadecimal": head(b"Content-Length: 0x4\r\n"),
    "length-spaced": head(b"Content-Length: 4 4\r\n"),
    "length-list": head(b"Content-Length: 4, 4\r\n"),
    "length-2-to-63": head(b"Content-Length: 9223372036854775808\r\n"),
    "length-2-to-64": head(b"Content-Length: 18446744073709551616\r\n"),
    "lengths-differ": head(b"Content-Length: 4\r\nContent-Length: 5\r\n"),
    "status-word": head(b"Status: abc\r\n"),
    "status-empty": head(b"Status: \r\n"),
    "status-20": head(b"Status: 20\r\n"),
    "status-99": head(b"Status: 99\r\n"),
    "status-099": head(b"Status: 099\r\n"),
    "status-0200": head(b"Status: 0200\r\n"),
    "status-1000": head(b"Status: 1000\r\n"),
    "status-signed": head(b"Status: +200\r\n"),
    "status-glued": head(b"Status: 200OK\r\n"),
    "status-with-control": head(b"Status: 200 OK\x01\r\n"),
    "status-twice": head(b"Status: 200 OK\r\nStatus: 404 Not Found\r\n"),
    "status-100": head(b"Status: 100 Continue\r\n"),
    "status-101": head(b"Status: 101 Switching Protocols\r\nUpgrade: websocket\r\n"),
    "status-102": head(b"Status: 102 Processing\r\n"),
}

HOP_BY_HOP = (
    b"Connection: close, x-secret\r\nTransfer-Encoding: chunked\r\nKeep-Alive: timeout=9\r\nUpgrade: y\r\nTE: trailers\r\n"
    b"Trailer: X-T\r\nProxy-Connection: keep-alive\r\n")

ROWS = [
    *(Row(f"/head-{name}", (data,), "502") for name, data in MALFORMED.items()),
    Row("/head-cut-in-a-line", (stdout(b"Content-Type: te"), close), "502"),
    Row("/head-of-two-large-records", (
        record(STDOUT, b"X: " + b"a" * 40_000) + record(STDOUT, b"a" * 40_000 + b"\r\n" + OK) + end(),), "502"),

    Row("/head-of-the-limit", (filled(LIMIT),), "200"),
    Row("/head-of-20-kilobytes", (head(b"X-Large: " + b"a" * 20_000 + b"\r\n"),), "200", fields=("X-Large: " + "a" * 20_000,)),
    Row("/head-of-5000-fields", (head(b"A: b\r\n" * 5000),), "200"),
    Row("/head-of-line-feeds", (answer(b"X-A: a\nContent-Type: text/plain\n\nfine"),), "200", fields=("X-A: a",)),
    Row("/head-of-mixed-line-ends", (answer(b"X-A: a\nX-B: b\r\nContent-Type: text/plain\n\r\nfine"),), "200"),
    Row("/head-with-8-bits", (head(b"X-A: gr\xc3\xbcn \xff\r\n"),), "200"),
    Row("/head-with-tab", (head(b"X-A:\ta\tb\t\r\n"),), "200", fields=("X-A: a\tb",)),
    Row("/head-with-empty-value", (head(b"X-A:\r\n"),), "200", fields=("X-A: ",)),
    Row("/head-without-type", (answer(b"X-A: a\r\n\r\nfine"),), "200", fields=("!Content-Type",)),
    Row("/hop-by-hop", (head(HOP_BY_HOP),), "200", fields=(
        "!Keep-Alive", "!Upgrade", "!TE", "!Trailer", "!Proxy-Connection")),
    Row("/transfer-encoding-and-length", (head(b"Transfer-Encoding: gzip, chunked\r\nContent-Length: 4\r\n"),), "200", fields=(
        "!Transfer-Encoding", "Content-Length: 4")),
    Row("/lengths-agree", (head(b"Content-Length: 4\r\nContent-Length: 4\r\n"),), "200", fields=("Content-Length: 4",)),
    Row("/length-with-zeros", (head(b"Content-Length: 0004\r\n"),), "200", fields=("Content-Length: 4",)),
    Row("/status-404", (head(b"Status: 404 Nothing Of That Name\r\n"),), "404"),
    Row("/status-without-reason", (head(b"Status: 404\r\n"),), "404"),
    Row("/status-999", (head(b"STATUS:  999\t\r\n"),), "999"),
]
