"""Where an answer sends the gateway instead of being one: redirects, files, hints."""

from wire import FINE, OK, Row, answer, close, head, stdout

LINK = b"Status: 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n"
ORDERS = (
    b"X-Sendfile: /etc/passwd\r\nX-Accel-Redirect: /fine\r\nX-Accel-Buffering: no\r\nX-Accel-Expires: 9\r\n"
    b"X-Accel-Charset: utf-8\r\nX-Accel-Limit-Rate: 100\r\nX-Accel-Anything: else\r\n")


def moved(location, before=b"", body=b""):
    return answer(before + b"Location: " + location + b"\r\n\r\n" + body)


ROWS = [
    Row("/location-inside", (moved(b"/fine"),), "200"),
    Row("/location-inside-with-body", (moved(b"/fine", body=b"x" * 1_000_000),), "200"),
    Row("/location-inside-with-type", (moved(b"/fine", b"Content-Type: text/html\r\n"),), "200"),
    Row("/location-inside-with-query", (moved(b"/query?a=%20b"),), "200", "a=%20b"),
    Row("/location-inside-escaped", (moved(b"/f%69ne"),), "200"),
    Row("/location-inside-dots", (moved(b"/x/../fine"),), "200"),
    Row("/location-inside-after-post", (moved(b"/method"),), "200", "GET", request="POST", upload=9),
    Row("/location-inside-nowhere", (moved(b"/no-such-path"),), "404", "no such path"),
    Row("/location-two-slashes", (moved(b"//fine"),), "404", "no such path"),
    Row("/location-away", (moved(b"http://example.org/x"),), "302", "", ("Location: http://example.org/x",)),
    Row("/location-relative", (moved(b"x"),), "302", "", ("Location: x",)),
    Row("/location-with-status", (moved(b"/fine", b"Status: 301 Moved\r\n"),), "301", "", ("Location: /fine",)),
    Row("/location-with-status-201", (moved(b"/fine", b"Status: 201\r\n"),), "201", "", ("Location: /fine",)),
    Row("/location-empty", (moved(b""),), "502"),
    Row("/location-twice", (moved(b"/fine", b"Location: http://example.org/x\r\n"),), "502"),
    Row("/location-to-itself", (moved(b"/location-to-itself"),), "502"),
    Row("/location-to-and-fro", (moved(b"/location-fro-and-to"),), "502"),
    Row("/location-fro-and-to", (moved(b"/location-to-and-fro"),), "502"),
    *(Row(f"/location-step-{step}", (moved(b"/location-step-%d" % (step - 1)),), "200") for step in range(1, 11)),
    Row("/location-step-11", (moved(b"/location-step-10"),), "502"),
    Row("/location-half-an-escape", (moved(b"/a%2"),), "502"),
    Row("/location-no-escape", (moved(b"/a%zz"),), "502"),
    Row("/location-nul", (moved(b"/a%00"),), "502"),
    Row("/location-above-the-root", (moved(b"/../x"),), "502"),
    Row("/location-and-close", (stdout(b"Location: /fine\r\n\r\n"), close), "200"),

    Row("/orders-without-settings", (head(ORDERS),), "200", fields=(
        "!X-Sendfile", "!X-Accel-Redirect", "!X-Accel-Buffering", "!X-Accel-Expires", "!X-Accel-Charset", "!X-Accel-Limit-Rate",
        "!X-Accel-Anything")),

    Row("/hint", (stdout(LINK), FINE), "103 200", fields=("!Link",)),
    Row("/hint-in-one-record", (answer(LINK + OK + b"fine"),), "103 200"),
    Row("/hint-split", (stdout(LINK, limit=1), FINE), "103 200"),
    Row("/hint-16-times", (stdout(LINK) * 16, FINE), "103 " * 16 + "200"),
    Row("/hint-17-times", (stdout(LINK) * 17, FINE), "103 " * 16 + "502"),
    Row("/hint-without-fields", (stdout(b"Status: 103\r\n\r\n"), FINE), "200"),
    Row("/hint-of-content-only", (stdout(b"Status: 103\r\nContent-Length: 9\r\nConnection: x\r\n\r\n"), FINE), "200"),
    Row("/hint-for-an-old-client", (stdout(LINK), FINE), "200", request="HTTP/1.0"),
    Row("/hint-to-head", (stdout(LINK), FINE), "103 200", "", request="HEAD"),
    Row("/hint-malformed", (stdout(b"Status: 103\r\nLink: a\x00b\r\n\r\n"), FINE), "502"),
    Row("/hint-and-nothing-else", (answer(LINK),), "103 502"),
    Row("/hint-and-close", (stdout(LINK), close), "103 502"),
    Row("/hint-and-location", (stdout(LINK), moved(b"/fine")), "103 200"),
    Row("/hint-of-64-kilobytes", (
        stdout(b"Status: 103\r\nX: " + b"a" * 65_000 + b"\r\n\r\n"), FINE), "103 200"),
    Row("/hint-beyond-the-limit", (stdout(b"Status: 103\r\nX: " + b"a" * 66_000 + b"\r\n\r\n"), FINE), "502"),
    Row("/hint-two-statuses", (stdout(b"Status: 103\r\nStatus: 200\r\n\r\n"), FINE), "502"),
    Row("/hint-after-head", (answer(OK + LINK + b"fine"),), "200", "#" + str(len(LINK) + 4)),
]
