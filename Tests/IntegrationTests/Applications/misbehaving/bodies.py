"""Bodies that are not as long as they should be, or should not be, and what is asked for with a body."""

import time

from wire import FINE, OK, OVERLOADED, STDERR, STDOUT, Row, answer, close, end, head, hold, record, reset, stdout

UPLOAD = 5_000_000


def read_all(connection):
    """The rest of the request, whatever is in it."""
    left = b""
    while not left.endswith(b"\x01\x05\x00\x01\x00\x00\x00\x00"):
        part = connection.recv(1 << 20)
        if not part:
            return
        left = (left + part)[-8:]


def read_with_pauses(connection):
    """Takes the request as a busy application does: longer than the timeout in all, never so long between two parts."""
    left = b""
    while not left.endswith(b"\x01\x05\x00\x01\x00\x00\x00\x00"):
        for _ in range(10):
            part = connection.recv(65_536)
            if not part:
                return
            left = (left + part)[-8:]
            if left.endswith(b"\x01\x05\x00\x01\x00\x00\x00\x00"):
                return
        time.sleep(0.3)


def posted(path, steps, expected, body="fine", stage="stdin", **options):
    return Row(path, steps, expected, body, request="POST", upload=UPLOAD, stage=stage, **options)


ROWS = [
    Row("/no-content", (head(b"Status: 204 No Content\r\n", b"not to be seen"),), "204", ""),
    Row("/no-content-with-length", (head(b"Status: 204\r\nContent-Length: 14\r\n", b"not to be seen"),), "204", "", (
        "!Content-Length",)),
    Row("/not-modified", (head(b"Status: 304 Not Modified\r\nETag: \"a\"\r\n", b"not to be seen"),), "304", "", ('ETag: "a"',)),
    Row("/not-modified-with-length", (head(b"Status: 304\r\nContent-Length: 14\r\n", b"not to be seen"),), "304", ""),
    Row("/head-with-body", (head(b""),), "200", "", request="HEAD"),
    Row("/head-with-length", (head(b"Content-Length: 99\r\n", b"x" * 99),), "200", "", ("Content-Length: 99",), "HEAD"),
    Row("/head-with-length-and-no-body", (head(b"Content-Length: 99\r\n", b""),), "200", "", ("Content-Length: 99",), "HEAD"),
    Row("/head-with-megabytes", (head(b"", b"x" * 3_000_000),), "200", "", request="HEAD"),
    Row("/too-short", (head(b"Content-Length: 100\r\n", b"0123456789"),), "cut"),
    Row("/too-short-by-one", (head(b"Content-Length: 5\r\n", b"fine"),), "cut"),
    Row("/too-short-by-all", (head(b"Content-Length: 4\r\n", b""),), "cut"),
    Row("/too-short-by-terabytes", (head(b"Content-Length: 9223372036854775807\r\n"),), "cut"),
    Row("/too-long", (head(b"Content-Length: 4\r\n", b"fine, and more"),), "200"),
    Row("/too-long-by-megabytes", (head(b"Content-Length: 4\r\n", b"fine" + b"x" * 3_000_000),), "200"),
    Row("/length-0-with-body", (head(b"Content-Length: 0\r\n", b"not to be seen"),), "200", ""),
    Row("/empty", (head(b"", b""),), "200", ""),
    Row("/megabytes", (head(b"", b"x" * 20_000_000),), "200", "#20000000"),
    Row("/megabytes-with-length", (head(b"Content-Length: 20000000\r\n", b"x" * 20_000_000),), "200", "#20000000"),
    Row("/looks-like-chunks", (
        head(b"", b"0\r\n\r\nHTTP/1.1 200 OK\r\n"), ), "200", r"0\r\n\r\nHTTP/1.1 200 OK\r\n"),
    Row("/old-client", (head(b""),), "200", request="HTTP/1.0"),
    Row("/old-client-parts", (stdout(OK + b"fi"), stdout(b"ne") + end()), "200", request="HTTP/1.0"),

    posted("/early", (FINE, close), "200", stage="params"),
    posted("/early-before-stdin", (FINE, close), "200"),
    posted("/early-after-half", (FINE, close), "200", stage="half"),
    posted("/early-refusal", (head(b"Status: 413 Content Too Large\r\n"), close), "413"),
    posted("/early-then-reads", (stdout(OK + b"fi"), read_all, stdout(b"ne") + end()), "200"),
    posted("/early-reset", (FINE, reset), "200"),
    posted("/early-part-then-close", (stdout(OK + b"fi"), close), "cut"),
    posted("/early-overload", (end(OVERLOADED), close), "503"),
    posted("/early-end", (end(), close), "502"),
    posted("/upload-close", (close,), "502"),
    posted("/upload-close-in-params", (close,), "502", stage="params"),
    posted("/upload-close-after-half", (close,), "502", stage="half"),
    posted("/upload-reset-after-half", (reset,), "502", stage="half"),
    posted("/upload-garbage", (b"\xff" * 99, close), "502"),
    posted("/upload-stderr-and-close", (record(STDERR, b"the disk is full\n"), close), "502"),
    posted("/upload-read-and-answered", (FINE,), "200", stage="end"),
    posted("/upload-not-read", (hold,), "504", group="silent"),
    posted("/upload-half-read", (hold,), "504", stage="half", group="silent"),
    posted("/upload-taken-slowly", (read_with_pauses, FINE), "200", group="single"),
    posted("/upload-answered-and-not-read", (stdout(OK + b"fi"), hold), "cut", group="silent"),
]
