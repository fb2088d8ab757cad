"""A FastCGI application that breaks the rules as PATH_INFO asks it to. It accepts on descriptor 0, one connection at a time
or, with --threads, all that come, and keeps connections as it is told to. What it can do stands in the tables beside it; /table/GROUP tells them to the test,
a row a line."""

import os
import socket
import struct
import sys
import threading
import time

sys.dont_write_bytecode = True

import bodies  # noqa: E402
import ends  # noqa: E402
import heads  # noqa: E402
import orders  # noqa: E402
import records  # noqa: E402
import silence  # noqa: E402
from wire import BEGIN_REQUEST, FINE, OK, PARAMS, STDERR, STDIN, STDOUT, Close, Row, answer, end, record, stdout  # noqa: E402

ROWS = {
    row.path: row
    for theme in (records, ends, heads, bodies, orders, silence) for row in theme.ROWS}

# What the next connection meets: a stage and steps.
armed = None


def show(rows):
    """A row a line: path, request, upload, stage, expectation, body, fields."""
    lines = (
        "\t".join((row.path, row.request, str(row.upload), row.stage, row.expected.replace(" ", ","), row.body,
                   *(field.replace("\t", r"\t") for field in row.fields)))
        for row in rows)
    return "\n".join(lines).encode()


def perform(connection, steps):
    for step in steps:
        if isinstance(step, bytes):
            connection.sendall(step)
        else:
            step(connection)


def plain(path, query, method):
    """Answers of an application that keeps to the rules."""
    if path == "/fine" or path == "/location-step-0":
        return FINE
    if path == "/pid":
        return answer(OK + b"%d" % os.getpid())
    if path == "/query":
        return answer(OK + query.encode("latin-1"))
    if path == "/method":
        return answer(OK + method.encode("latin-1"))
    if path.startswith("/table/"):
        return answer(OK + show(row for row in ROWS.values() if row.group == path[7:]))
    if path.startswith("/complain/"):
        return record(STDERR, path[10:].encode()) + FINE
    return answer(b"Status: 404 Not Found\r\n" + OK + b"no such path")


def two_writes(connection, gate):
    connection.sendall(stdout(OK + b"first,"))
    while not os.path.exists(gate):
        time.sleep(0.005)
    connection.sendall(stdout(b"second") + record(STDOUT) + end())


def until(connection, gate):
    """An answer that goes on until there is a file of that name, without a pause that would count as silence."""
    connection.sendall(stdout(OK + b"begun"))
    while not os.path.exists(gate):
        connection.sendall(stdout(b"."))
        time.sleep(0.05)
    connection.sendall(record(STDOUT) + end())


# Answers that are complete for their client, though the request is not ended.
COMPLETE = {
    "length": lambda pid: stdout(b"Content-Length: %d\r\n" % len(pid) + OK + pid),
    "end-of-stdout": lambda pid: stdout(OK + pid) + record(STDOUT),
    "end-of-stdout-and-length": lambda pid: stdout(b"Content-Length: %d\r\n" % len(pid) + OK + pid) + record(STDOUT),
    "no-content": lambda pid: stdout(b"Status: 204\r\n\r\n"),
    "redirect": lambda pid: stdout(b"Location: /pid\r\n\r\n"),
    "ended": lambda pid: answer(OK + pid),
}


def go_on(connection, what, gate):
    """Answers, and works until there is a file of that name: close() of a WSGI iterable, fastcgi_finish_request()."""
    connection.sendall(COMPLETE[what](b"%d" % os.getpid()))
    while not os.path.exists(gate):
        time.sleep(0.005)
    with open(gate + ".done", "w"):
        pass
    if what != "ended":
        connection.sendall(record(STDERR, b"the work is done\n") + end())


def work_unheard(connection, what, gate):
    """Begins a response, and works until there is a file of that name. Then it goes on with the response, and finds
    that nobody reads it: as libraries do it closes, or, with `listens`, minds nothing and waits for the next request."""
    connection.sendall(stdout(OK + b"begun"))
    while not os.path.exists(gate):
        time.sleep(0.005)
    with open(gate + ".done", "w"):
        pass
    try:
        connection.sendall(stdout(b".") + end())
    except ConnectionError:
        if what == "closes":
            raise


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
    global armed
    params, environ, row, read = b"", {}, None, 0
    while True:
        _, kind, request_id, length, padding, _ = struct.unpack(">BBHHBB", receive(connection, 8))
        content = receive(connection, length + padding)[:length]
        if request_id == 0:
            raise Close  # The gateway asks whether somebody is there.
        if kind == BEGIN_REQUEST and armed and armed[0] == "begin":
            steps, armed = armed[1], None
            perform(connection, steps)
            raise Close
        if kind == PARAMS:
            params += content
            environ = pairs(params)
            row = ROWS.get(environ.get("PATH_INFO"))
        if row and row.stage == ("stdin" if kind == PARAMS and not content else "params" if kind == PARAMS else "half"):
            read += len(content) if kind == STDIN else 0
            if row.stage != "half" or read * 2 >= row.upload > 0:
                return perform(connection, row.steps)
        if kind == STDIN and not content:
            break
    path = environ["PATH_INFO"]
    if row:
        return perform(connection, row.steps)
    if path == "/two-writes":
        return two_writes(connection, environ["QUERY_STRING"])
    if path.startswith("/goes-on/"):
        return go_on(connection, path[9:], environ["QUERY_STRING"])
    if path.startswith("/unheard/"):
        return work_unheard(connection, path[9:], environ["QUERY_STRING"])
    if path == "/until":
        return until(connection, environ["QUERY_STRING"])
    if path.startswith("/arm/"):
        row = ROWS[path[4:]]
        armed = (row.stage, row.steps)
        connection.sendall(FINE)
        raise Close
    connection.sendall(plain(path, environ["QUERY_STRING"], environ["REQUEST_METHOD"]))
    if environ["QUERY_STRING"] == "leave":
        raise Close


def attend(connection):
    """The life of a connection."""
    global armed
    with connection:
        try:
            if armed and armed[0] == "accept":
                steps, armed = armed[1], None
                perform(connection, steps)
            while True:
                serve(connection)
        except (Close, ConnectionError):
            pass


def main():
    listener = socket.socket(fileno=os.dup(0))
    listener.setblocking(True)
    while True:
        connection, _ = listener.accept()
        if "--threads" in sys.argv:
            threading.Thread(target=attend, args=(connection,), daemon=True).start()
        else:
            attend(connection)


main()
