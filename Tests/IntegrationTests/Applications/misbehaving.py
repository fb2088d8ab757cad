"""A FastCGI application that breaks the rules as PATH_INFO asks it to. It accepts on descriptor 0, one connection
at a time, and keeps connections as it is told to."""

import os
import socket
import struct
import time

END_REQUEST, PARAMS, STDIN, STDOUT, STDERR = 3, 4, 5, 6, 7
COMPLETE, CANT_MULTIPLEX, OVERLOADED, UNKNOWN_ROLE = range(4)
OK = b"Content-Type: text/plain\r\n\r\n"


class Close(Exception):
    """The application closes its connection here."""


def record(kind, content=b"", request_id=1, version=1, padding=0):
    return struct.pack(">BBHHBB", version, kind, request_id, len(content), padding, 0) + content + bytes(padding)


def end(status=COMPLETE):
    return record(END_REQUEST, struct.pack(">IB3x", 0, status))


def answer(text):
    return record(STDOUT, text) + record(STDOUT) + end()


def drip(connection, content):
    for at in range(len(content)):
        connection.sendall(content[at:at + 1])


def dripped():
    parts = [b"Content-Ty", b"pe: text/plain\r\n", b"\r\nfi", b"ne"]
    return b"".join(record(STDOUT, part, padding=255) + record(STDERR, b"noise\n", padding=1) for part in parts)


# What is sent, and whether the connection is closed behind it.
BEHAVIOURS = {
    "/fine": (answer(OK + b"fine"), False),
    "/dripped": (dripped() + record(STDOUT) + end(), False),
    "/line-feeds": (answer(b"Content-Type: text/plain\n\nfine"), False),
    "/large-head": (answer(b"X-Large: " + b"a" * 20_000 + b"\r\n" + OK + b"fine"), False),
    "/without-end-of-stdout": (record(STDOUT, OK + b"fine") + end(), False),
    "/without-end-of-request": (record(STDOUT, OK + b"fine") + record(STDOUT), True),
    "/hop-by-hop": (
        answer(b"Connection: x\r\nTransfer-Encoding: chunked\r\nKeep-Alive: 9\r\nUpgrade: y\r\n" + OK + b"fine"), False),
    "/no-content": (answer(b"Status: 204\r\n" + OK + b"not to be seen"), False),
    "/redirect-away": (answer(b"Location: http://example.org/x\r\n\r\n"), False),
    "/redirect-inside": (answer(b"Location: /fine\r\n\r\n"), False),
    "/redirect-for-ever": (answer(b"Location: /redirect-for-ever\r\n\r\n"), False),

    "/wrong-version": (record(STDOUT, OK, version=9) + end(), False),
    "/wrong-id": (record(STDOUT, OK, request_id=2) + end(), False),
    "/wrong-type": (record(99, OK) + end(), False),
    "/garbage": (b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine", False),
    "/end-without-answer": (end(), False),
    "/stderr-only": (record(STDERR, b"only a complaint\n") + record(STDOUT) + end(), False),
    "/close-before-answer": (b"", True),
    "/close-in-head": (record(STDOUT, b"Content-Type: te"), True),
    "/status-word": (answer(b"Status: abc\r\n" + OK), False),
    "/status-small": (answer(b"Status: 99\r\n" + OK), False),
    "/status-upgrade": (answer(b"Status: 101\r\n" + OK), False),
    "/control-character": (answer(b"X-A: a\x01b\r\n" + OK), False),
    "/carriage-return": (answer(b"X-A: a\rSet-Cookie: b\r\n" + OK), False),
    "/space-in-name": (answer(b"X A: b\r\n" + OK), False),
    "/no-fields": (answer(b"just text\n\n"), False),
    "/no-blank-line": (answer(b"Content-Type: text/plain\r\n"), False),
    "/length-word": (answer(b"Content-Length: abc\r\n" + OK), False),
    "/two-lengths": (answer(b"Content-Length: 4\r\nContent-Length: 5\r\n" + OK + b"fine"), False),
    "/huge-head": (
        record(STDOUT, b"X-Huge: " + b"a" * 40_000) + record(STDOUT, b"a" * 40_000 + b"\r\n" + OK) + end(), False),
    "/cannot-multiplex": (end(CANT_MULTIPLEX), False),
    "/unknown-role": (end(UNKNOWN_ROLE), False),
    "/overloaded": (end(OVERLOADED), False),

    "/cut-with-length": (record(STDOUT, b"Content-Length: 100\r\n" + OK + b"0123456789"), True),
    "/cut-without-length": (record(STDOUT, OK + b"0123456789"), True),
    "/cut-in-record": (record(STDOUT, OK + b"0123456789" * 9)[:-20], True),
    "/too-short": (answer(b"Content-Length: 100\r\n" + OK + b"0123456789"), False),
    "/too-long": (answer(b"Content-Length: 4\r\n" + OK + b"fine, and more"), False),
}


def receive(connection, count):
    data = b""
    while len(data) < count:
        part = connection.recv(count - len(data))
        if not part:
            raise Close
        data += part
    return data


def pairs(block):
    found, at = {}, 0
    while at < len(block):
        lengths = []
        for _ in range(2):
            if block[at] < 128:
                lengths.append(block[at])
                at += 1
            else:
                lengths.append(struct.unpack_from(">I", block, at)[0] & 0x7FFFFFFF)
                at += 4
        name, value = block[at:at + lengths[0]], block[at + lengths[0]:at + sum(lengths)]
        found[name.decode("latin-1")] = value.decode("latin-1")
        at += sum(lengths)
    return found


def serve(connection):
    """One request."""
    params, path = b"", None
    while True:
        _, kind, request_id, length, padding, _ = struct.unpack(">BBHHBB", receive(connection, 8))
        content = receive(connection, length + padding)[:length]
        if request_id == 0:
            raise Close  # The gateway asks whether somebody is there.
        if kind == PARAMS:
            params += content
            if not content:
                path = pairs(params)["PATH_INFO"]
                if path == "/early":
                    # Answers without a look at the body, and leaves.
                    connection.sendall(answer(OK + b"early"))
                    raise Close
        if kind == STDIN and not content:
            break
    if path == "/one-by-one":
        drip(connection, record(STDERR, b"noise\n") + answer(OK + b"fine"))
        return
    if path == "/two-writes":
        connection.sendall(record(STDOUT, OK + b"first,"))
        gate = pairs(params)["QUERY_STRING"]
        while not os.path.exists(gate):
            time.sleep(0.005)
        connection.sendall(record(STDOUT, b"second") + record(STDOUT) + end())
        return
    data, closes = BEHAVIOURS[path]
    connection.sendall(data)
    if closes:
        raise Close


def main():
    listener = socket.socket(fileno=os.dup(0))
    listener.setblocking(True)
    while True:
        connection, _ = listener.accept()
        with connection:
            try:
                while True:
                    serve(connection)
            except (Close, ConnectionError):
                pass


main()
