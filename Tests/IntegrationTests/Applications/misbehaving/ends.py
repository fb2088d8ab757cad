"""How a request and its connection end."""

import time

from wire import (
    CANT_MULTIPLEX, END_REQUEST, FINE, OK, OVERLOADED, STDERR, STDOUT, UNKNOWN_ROLE, Row, answer, close, end, half_close, record,
    reset, stdout)



def pause(connection):
    """Long enough for the gateway to take what came before as all that there is."""
    time.sleep(0.3)


BODY = stdout(OK + b"fine")
COMPLETE_ANSWERS = [
    ("length", stdout(b"Content-Length: 4\r\n" + OK + b"fine")), ("end-of-stdout", BODY + record(STDOUT))]
MALFORMED_ENDS = [("empty", 0), ("short", 5), ("long", 16)]
REFUSALS = [("cannot-multiplex", CANT_MULTIPLEX), ("unknown-role", UNKNOWN_ROLE), ("status-4", 4), ("status-255", 255)]

ROWS = [
    Row("/end-without-answer", (end(),), "502"),
    Row("/end-after-empty-stdout", (record(STDOUT) + end(),), "502"),
    Row("/end-after-stderr", (record(STDERR, b"only a complaint\n") + record(STDOUT) + end(),), "502"),
    Row("/end-in-head", (stdout(OK[:-2]) + end(),), "502"),
    Row("/end-before-answer", (end() + BODY,), "502"),
    Row("/end-before-end-of-stdout", (BODY + end() + record(STDOUT),), "200"),
    Row("/end-without-end-of-stdout", (BODY + end(),), "200"),
    Row("/end-twice", (FINE + end(),), "200"),
    Row("/end-many-times", (FINE + end() * 1000,), "200"),
    Row("/end-reserved", (BODY + end(reserved=b"\xff\xfe\xfd"),), "200"),
    Row("/end-padded", (BODY + end(padding=255),), "200"),
    # What is malformed and comes along with the beginning is no answer at all; a part that the client has is cut.
    *(Row(f"/end-{name}", (BODY + record(END_REQUEST, bytes(count)),), "502") for name, count in MALFORMED_ENDS),
    *(Row(f"/end-{name}-later", (BODY, pause, record(END_REQUEST, bytes(count))), "cut") for name, count in MALFORMED_ENDS),
    *(Row(f"/end-{name}-old-client", (BODY + record(END_REQUEST, bytes(count)),), "502", request="HTTP/1.0")
      for name, count in MALFORMED_ENDS),
    *(Row(f"/end-{name}-to-head", (BODY + record(END_REQUEST, bytes(count)),), "502", request="HEAD")
      for name, count in MALFORMED_ENDS),
    # A complete answer stands, however the application ends its request and in whatever pieces that comes.
    *(Row(f"/end-{name}-after-{what}", (complete + record(END_REQUEST, bytes(count)),), "200")
      for name, count in MALFORMED_ENDS for what, complete in COMPLETE_ANSWERS),
    *(Row(f"/end-{name}-after-{what}-later", (complete, pause, record(END_REQUEST, bytes(count))), "200")
      for name, count in MALFORMED_ENDS for what, complete in COMPLETE_ANSWERS),
    *(Row(f"/garbage-after-{what}", (complete + b"\xff" * 64,), "200") for what, complete in COMPLETE_ANSWERS),
    *(Row(f"/refused-after-{what}", (complete + end(OVERLOADED),), "200") for what, complete in COMPLETE_ANSWERS),
    *(Row(f"/close-after-{what}", (complete, close), "200") for what, complete in COMPLETE_ANSWERS),
    Row("/no-content-then-malformed", (stdout(b"Status: 204\r\n\r\n") + record(END_REQUEST),), "204", ""),
    Row("/length-to-head-then-malformed", (stdout(b"Content-Length: 4\r\n" + OK) + record(END_REQUEST),), "200", "", (
        "Content-Length: 4",), "HEAD"),
    Row("/redirect-then-malformed", (stdout(b"Location: /fine\r\n\r\n") + record(END_REQUEST),), "200"),
    Row("/head-alone-then-malformed", (stdout(OK), pause, record(END_REQUEST)), "cut"),
    Row("/head-alone-then-close", (stdout(OK), pause, close), "cut"),
    Row("/end-long-before-head", (record(END_REQUEST, bytes(16)),), "502"),
    Row("/overloaded", (end(OVERLOADED),), "503", fields=("Retry-After: 1",)),
    Row("/overloaded-in-head", (stdout(OK[:9]) + end(OVERLOADED),), "503"),
    Row("/overloaded-after-answer", (BODY + end(OVERLOADED),), "503"),
    Row("/overloaded-after-answer-later", (BODY, pause, end(OVERLOADED)), "cut"),
    *(Row(f"/{name}", (end(status),), "502") for name, status in REFUSALS),
    *(Row(f"/{name}-after-answer", (BODY + end(status),), "502") for name, status in REFUSALS),
    # CGI programs exit with what they like; the answer is theirs all the same.
    Row("/application-status-1", (BODY + end(application_status=1),), "200"),
    Row("/application-status-max", (BODY + end(application_status=0xFFFFFFFF),), "200"),

    Row("/stdout-after-end", (FINE + stdout(b"too late"),), "200"),
    Row("/answer-after-end", (FINE + answer(OK + b"of nobody"),), "200"),
    Row("/garbage-after-end", (FINE + b"\xff" * 100,), "200"),
    Row("/half-a-header-after-end", (FINE + b"\x01",), "200"),
    Row("/stderr-after-end", (FINE + record(STDERR, b"too late\n"),), "200"),
    Row("/close-after-end", (FINE, close), "200"),

    Row("/close-before-answer", (close,), "502"),
    Row("/close-in-head", (stdout(OK[:16]), close), "502"),
    Row("/close-in-body", (BODY, close), "cut"),
    Row("/close-after-end-of-stdout", (BODY + record(STDOUT), close), "200"),
    Row("/half-close-before-answer", (half_close,), "502"),
    Row("/half-close-in-head", (stdout(OK[:16]), half_close), "502"),
    Row("/half-close-in-body", (BODY, half_close), "cut"),
    Row("/half-close-after-end-of-stdout", (BODY + record(STDOUT), half_close), "200"),
    Row("/half-close-after-end", (FINE, half_close), "200"),

    Row("/close-at-accept", (close,), "502", stage="accept"),
    Row("/garbage-at-accept", (b"\xffgarbage", close), "502", stage="accept"),
    Row("/answer-at-accept", (FINE, close), "200", stage="accept"),
    Row("/close-at-begin", (close,), "502", stage="begin"),
    Row("/refuse-at-begin", (end(OVERLOADED), close), "503", stage="begin"),
    Row("/close-in-params", (close,), "502", stage="params"),
    Row("/answer-in-params", (FINE, close), "200", stage="params"),
    Row("/close-before-stdin", (close,), "502", stage="stdin"),

    # Over TCP these are resets; the tables' test runs them there too.
    Row("/reset-before-answer", (reset,), "502"),
    Row("/reset-in-params", (reset,), "502", stage="params"),
    Row("/reset-in-head", (stdout(OK[:16]), reset), "502"),
    Row("/reset-in-body", (BODY, reset), "cut"),
    Row("/reset-after-answer", (FINE, reset), "200", stage="params"),
]
