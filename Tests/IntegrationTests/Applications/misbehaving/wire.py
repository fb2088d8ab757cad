"""FastCGI records as a rule breaker needs them, and what a row of the tables is made of.

A row says what the application does, and what the gateway's client must see. What it does is a list of steps: octets are
sent, anything else is called with the connection.
"""

import select
import socket
import struct
import time
from typing import Any, NamedTuple, Tuple

BEGIN_REQUEST, ABORT_REQUEST, END_REQUEST, PARAMS, STDIN, STDOUT, STDERR, DATA = range(1, 9)
GET_VALUES, GET_VALUES_RESULT, UNKNOWN_TYPE = range(9, 12)
COMPLETE, CANT_MULTIPLEX, OVERLOADED, UNKNOWN_ROLE = range(4)
OK = b"Content-Type: text/plain\r\n\r\n"


class Row(NamedTuple):
    """A misbehaviour."""

    path: str
    steps: Tuple[Any, ...]
    # The status that the client sees, after those of interim answers ("103+" is one or more), or "cut": it sees 200 and
    # that the answer is not whole. "cut-or-502": the one or the other, by whether the gateway reads two writes at once.
    expected: str
    # The body that it sees, or "#" and its length. Not looked at where the gateway answers itself.
    body: str = "fine"
    # "Name: value" is in the answer, "!Name" is not.
    fields: Tuple[str, ...] = ()
    # What is asked for: the method, or "HTTP/1.0" for a GET of that version.
    request: str = "GET"
    # Octets of a request body.
    upload: int = 0
    # When the steps begin: "accept" or "begin" (the request before it announces them), "params" (when the path is known,
    # before the end of the parameters), "stdin" (before the first octet of the body), "half" (after half of the body), or
    # "end" of the request.
    stage: str = "end"
    # Which gateway it runs behind: "quick", "silent" (--timeout 2, an external application with many slots),
    # "single" (--timeout 2, one process), "flood".
    group: str = "quick"


class Close(Exception):
    """The application closes its connection here."""


# MARK: Records


def record(kind, content=b"", request_id=1, version=1, padding=0, reserved=0):
    header = struct.pack(">BBHHBB", version, kind, request_id, len(content), padding, reserved)
    return header + content + b"\xaa" * padding


def end(status=COMPLETE, application_status=0, reserved=bytes(3), **options):
    return record(END_REQUEST, struct.pack(">IB", application_status, status) + reserved, **options)


def stdout(content, limit=65_535):
    """STDOUT records of content of any length."""
    return b"".join(record(STDOUT, content[at:at + limit]) for at in range(0, len(content), limit))


def answer(content):
    """A whole answer, as it should be."""
    return stdout(content) + record(STDOUT) + end()


FINE = answer(OK + b"fine")


def head(lines, body=b"fine"):
    """An answer with a head of its own, which begins with `lines`."""
    return answer(lines + OK + body)


# MARK: Steps that are no octets


def close(connection):
    raise Close


def reset(connection):
    """Closes so that the peer has an error, not an end: TCP does so when told to, a unix socket when there is unread data."""
    if connection.family != socket.AF_UNIX:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    raise Close


def half_close(connection):
    connection.shutdown(socket.SHUT_WR)


def hold(connection):
    """Silence, until the gateway has had enough."""
    poll = select.poll()
    poll.register(connection, select.POLLHUP | select.POLLRDHUP)
    poll.poll()
    raise Close


def drip(content, pause=0.0, part=1):
    """Content in small parts."""

    def step(connection):
        for at in range(0, len(content), part):
            connection.sendall(content[at:at + part])
            if pause:
                time.sleep(pause)

    return step


def for_ever(content, pause):
    def step(connection):
        while True:
            connection.sendall(content)
            time.sleep(pause)

    return step
