"""Records that are cut, wrong, or unusual."""

from wire import (
    BEGIN_REQUEST, DATA, FINE, GET_VALUES, GET_VALUES_RESULT, OK, PARAMS, STDERR, STDIN, STDOUT, UNKNOWN_TYPE, Row, answer,
    close, drip, end, record, stdout)

PART = record(STDOUT, OK + b"fi")
REST = record(STDOUT, b"ne") + record(STDOUT) + end()
TYPE_OF_NO_APPLICATION = [
    ("zero", 0), ("begin", BEGIN_REQUEST), ("params", PARAMS), ("stdin", STDIN), ("data", DATA), ("get-values", GET_VALUES),
    ("99", 99), ("255", 255)]

ROWS = [
    Row("/version-0", (record(STDOUT, OK + b"fine", version=0) + end(),), "502"),
    Row("/version-2", (record(STDOUT, OK + b"fine", version=2) + end(),), "502"),
    Row("/version-2-after-head", (PART, record(STDOUT, b"ne", version=2) + end()), "cut-or-502"),
    Row("/id-0", (record(STDOUT, OK + b"fine", request_id=0) + end(),), "502"),
    Row("/id-2", (record(STDOUT, OK + b"fine", request_id=2) + end(),), "502"),
    Row("/id-65535", (record(STDOUT, OK + b"fine", request_id=65_535) + end(),), "502"),
    # lighttpd delivers it to this client.
    Row("/stray-stdout-between", (PART, record(STDOUT, b"another's", request_id=2), REST), "cut-or-502"),
    Row("/stray-stdout-before", (record(STDOUT, OK + b"another's", request_id=2), FINE), "502"),
    Row("/stray-stderr", (record(STDERR, b"another's\n", request_id=7), FINE), "502"),
    Row("/stray-end", (end(request_id=2), FINE), "502"),
    Row("/stray-end-between", (PART, end(request_id=2), REST), "cut-or-502"),
    *(Row(f"/type-{name}", (record(kind, OK), FINE), "502") for name, kind in TYPE_OF_NO_APPLICATION),
    Row("/type-99-after-head", (PART, record(99, b"ne"), REST), "cut-or-502"),
    Row("/management-between", (PART, record(GET_VALUES_RESULT, b"\x01\x01AB", request_id=0, padding=3), REST), "200"),
    Row("/unknown-type-between", (PART, record(UNKNOWN_TYPE, bytes(8), request_id=0), REST), "200"),
    Row("/management-before", (record(UNKNOWN_TYPE, bytes(8), request_id=0), FINE), "200"),
    Row("/management-with-id", (record(GET_VALUES_RESULT, b"", request_id=1), FINE), "502"),

    Row("/garbage-http", (b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine",), "502"),
    Row("/garbage-zeros", (bytes(64),), "502"),
    Row("/garbage-text", (b"Segmentation fault (core dumped)\n",), "502"),
    Row("/garbage-after-head", (PART, b"\xff" * 64), "cut-or-502"),
    Row("/garbage-ones", (b"\x01" * 64, close), "502"),

    Row("/padding-255", tuple(
        record(STDOUT, part, padding=255) + record(STDERR, b"noise\n", padding=1)
        for part in (b"Content-Ty", b"pe: text/plain\r\n", b"\r\nfi", b"ne")) + (record(STDOUT, padding=255) + end(),), "200"),
    Row("/record-65535", (record(STDOUT, OK + b"x" * (65_535 - len(OK)), padding=255) + end(),), "200", f"#{65_535 - len(OK)}"),
    Row("/reserved-bytes", (record(STDOUT, OK + b"fine", reserved=255) + record(STDOUT, reserved=7) + end(),), "200"),
    Row("/empty-stdout-thousands", (record(STDOUT) * 5000, FINE), "200"),
    Row("/empty-stdout-between", (PART, record(STDOUT) * 5000, REST), "200"),
    Row("/empty-stdout-between-and-cut", (PART, record(STDOUT), record(STDOUT, b"n"), close), "cut"),
    Row("/empty-stderr-thousands", (record(STDERR) * 5000, FINE), "200"),
    Row("/stderr-between", (PART, record(STDERR, b"a complaint in the middle\n"), REST), "200"),
    Row("/octet-a-record", (b"".join(record(STDOUT, bytes((octet,))) for octet in OK + b"fine") + end(),), "200"),
    Row("/octet-a-write", (drip(record(STDERR, b"noise\n") + FINE),), "200"),

    Row("/cut-in-header", (record(STDOUT, OK)[:5], close), "502"),
    Row("/cut-in-content", (record(STDOUT, OK)[:20], close), "502"),
    Row("/cut-in-padding", (record(STDOUT, OK[:9], padding=99)[:-50], close), "502"),
    Row("/cut-in-stderr", (record(STDERR, b"a complaint")[:12], close), "502"),
    Row("/cut-between-records", (record(STDOUT, OK[:9]), close), "502"),
    Row("/cut-in-header-after-head", (PART, record(STDOUT, b"ne")[:7], close), "cut"),
    Row("/cut-in-content-after-head", (stdout(OK + b"0123456789" * 9)[:-20], close), "cut"),
    Row("/cut-in-padding-after-head", (record(STDOUT, OK + b"fine", padding=200)[:-100], close), "cut"),
    Row("/cut-in-stderr-after-head", (PART, record(STDERR, b"a complaint")[:12], close), "cut"),
    Row("/cut-with-length", (stdout(b"Content-Length: 100\r\n" + OK + b"0123456789"), close), "cut"),
    Row("/cut-after-a-megabyte", (stdout(OK + b"x" * 1_000_000), close), "cut"),
    Row("/cut-in-end", (FINE[:-4], close), "200"),
    Row("/cut-in-end-header", (FINE[:-12], close), "200"),
    Row("/cut-in-end-without-end-of-stdout", ((stdout(OK + b"fine") + end())[:-4], close), "cut"),
    # The head in two records, at each place.
    *(Row(f"/split-at-{at}", (record(STDOUT, OK[:at]), answer(OK[at:] + b"fine")), "200") for at in range(1, len(OK))),
]
