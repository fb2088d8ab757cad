"""A web server's side of FastCGI, for what no web server does on purpose. Each function is a case; the first argument
is the socket, the second the case, and the rest are the case's own. Ends with 0 where the responder did as it should.
"""

import os
import socket
import struct
import sys
import time

BEGIN, ABORT, END, PARAMS, STDIN, STDOUT, STDERR, GET_VALUES, GET_VALUES_RESULT, UNKNOWN = 1, 2, 3, 4, 5, 6, 7, 9, 10, 11
COMPLETE, CANT_MULTIPLEX, OVERLOADED, UNKNOWN_ROLE = range(4)


def record(kind, content=b"", request=1, padding=0):
    return struct.pack(">BBHHBx", 1, kind, request, len(content), padding) + content + b"\0" * padding


def begin(request=1, role=1, keep=False):
    return record(BEGIN, struct.pack(">HB5x", role, 1 if keep else 0), request)


def pair(name, value):
    def length(count):
        return struct.pack(">B", count) if count < 128 else struct.pack(">I", count | 1 << 31)
    name, value = name.encode(), value if isinstance(value, bytes) else value.encode()
    return length(len(name)) + length(len(value)) + name + value


def params(request=1, **variables):
    block = b"".join(pair(name, value) for name, value in variables.items())
    parts = [block[start:start + 65535] for start in range(0, len(block), 65535)]
    return b"".join(record(PARAMS, part, request) for part in parts) + record(PARAMS, b"", request)


def request(script, body=b"", number=1, keep=False, **variables):
    variables = dict(SCRIPT_FILENAME=script, REQUEST_METHOD="POST" if body else "GET",
                     DOCUMENT_ROOT=os.path.dirname(script), QUERY_STRING="", **variables)
    parts = [body[start:start + 65528] for start in range(0, len(body), 65528)]
    return begin(number, keep=keep) + params(number, **variables) + b"".join(
        record(STDIN, part, number) for part in parts) + record(STDIN, b"", number)


class Connection:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(20)
        self.socket.connect(path)
        self.buffer = b""

    def send(self, octets):
        self.socket.sendall(octets)

    def exactly(self, count):
        while len(self.buffer) < count:
            more = self.socket.recv(65536)
            if not more:
                return None
            self.buffer += more
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def record(self):
        """Type, request and content; None at the end of the connection."""
        header = self.exactly(8)
        if header is None:
            assert not self.buffer, "a cut record"
            return None
        version, kind, number, length, padding = struct.unpack(">BBHHBx", header)
        assert version == 1
        return kind, number, self.exactly(length + padding)[:length]

    def answer(self, number=1):
        """stdout, stderr, application status and protocol status; the statuses are None where the answer is cut."""
        out, errors = b"", b""
        while True:
            got = self.record()
            if got is None:
                return out, errors, None, None
            kind, of, content = got
            assert of == number, got
            if kind == STDOUT:
                out += content
            elif kind == STDERR:
                errors += content
            else:
                assert kind == END, got
                application, protocol = struct.unpack(">IB3x", content)
                return out, errors, application, protocol

    def ended(self):
        return self.record() is None


def keep(path, scripts):
    connection = Connection(path)
    for number, body in [(1, b""), (7, b"x" * 100_000), (1, b"yy")]:
        connection.send(request(scripts + "/sum.py", body, number, keep=True, CONTENT_LENGTH=str(len(body))))
        out, _, application, protocol = connection.answer(number)
        assert b"%d %d" % (len(body), sum(body)) in out, out
        assert (application, protocol) == (0, COMPLETE)
    # Answered before the body was read: what still comes of it is nobody's.
    connection.send(request(scripts + "/deaf.sh", b"z" * 1_000_000, keep=True))
    assert b"not interested" in connection.answer()[0]
    connection.send(request(scripts + "/deaf.sh"))
    assert b"not interested" in connection.answer()[0]
    assert connection.ended()


def slowly(path, scripts):
    connection = Connection(path)
    for octet in request(scripts + "/sum.py", b"abc", CONTENT_LENGTH="3"):
        connection.send(bytes([octet]))
    assert b"3 3 294" in connection.answer()[0]


def multiplexed(path, scripts):
    connection = Connection(path)
    connection.send(begin(1) + params(1, SCRIPT_FILENAME=scripts + "/sum.py") + record(STDIN, b"ab"))
    connection.send(request(scripts + "/deaf.sh", number=2))
    assert connection.answer(2) == (b"", b"", 0, CANT_MULTIPLEX)
    connection.send(record(STDIN, b"c") + record(STDIN))
    assert b"3 294" in connection.answer()[0]


def roles(path, scripts):
    for role in [2, 3, 77]:
        connection = Connection(path)
        connection.send(begin(role=role) + params() + record(STDIN))
        assert connection.answer() == (b"", b"", 0, UNKNOWN_ROLE)
        assert connection.ended()


def values(path, scripts, count):
    connection = Connection(path)
    connection.send(record(GET_VALUES, pair("FCGI_MAX_REQS", "") + pair("FCGI_MPXS_CONNS", "") + pair("X", ""), 0))
    assert connection.record() == (
        GET_VALUES_RESULT, 0, pair("FCGI_MAX_REQS", count) + pair("FCGI_MPXS_CONNS", "0"))
    connection.send(record(99, b"what", 0, padding=4))
    assert connection.record() == (UNKNOWN, 0, bytes([99, 0, 0, 0, 0, 0, 0, 0]))
    connection.send(request(scripts + "/deaf.sh"))
    assert b"not interested" in connection.answer()[0]


def garbage(path, scripts):
    for octets in [b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", record(BEGIN, b"short"), begin() + begin(),
                   begin() + record(STDIN, b"x")]:
        connection = Connection(path)
        connection.send(octets)
        assert connection.ended()
    connection = Connection(path)
    connection.send(begin() + params(**{"HTTP_%d" % number: "x" for number in range(1001)}) + record(STDIN))
    assert connection.answer()[0].startswith(b"Status: 431")
    for name, value, status in [("", "x", b"400"), ("A=B", "x", b"400"), ("A", "x\0y", b"400"),
                                ("HTTP_LONG", "x" * 600_000, b"431")]:
        connection = Connection(path)
        connection.send(begin() + params(**{name: value}) + record(STDIN))
        assert connection.answer()[0].startswith(b"Status: " + status)


def failures(path, scripts):
    connection = Connection(path)
    connection.send(request(scripts + "/silent.sh"))
    out, errors, application, protocol = connection.answer()
    assert (out, application, protocol) == (b"", 3, COMPLETE)
    assert b"a reason\n" in errors and b"exited with code 3 and said nothing\n" in errors
    # Killed in the middle: there is no end, so that nobody takes the answer for a whole one.
    connection = Connection(path)
    connection.send(request(scripts + "/killed.sh"))
    out, errors, application, _ = connection.answer()
    assert out.endswith(b"begun") and application is None and b"signal 9" in errors
    connection = Connection(path)
    connection.send(request(scripts + "/complains.sh"))
    assert connection.answer()[1].endswith(b"without an end\n")


def timed_out(path, scripts):
    connection = Connection(path)
    connection.send(request(scripts + "/hang.sh"))
    out, errors, _, protocol = connection.answer()
    assert out.startswith(b"Status: 504") and protocol == COMPLETE and b"--timeout" in errors
    connection = Connection(path)
    connection.send(begin() + params(
        SCRIPT_FILENAME=scripts + "/hang.sh", DOCUMENT_ROOT=scripts, QUERY_STRING="answer") + record(STDIN))
    out, _, application, _ = connection.answer()
    assert out.endswith(b"begun") and application is None


def wait_for(path):
    deadline = time.monotonic() + 20
    while not os.path.exists(path):
        assert time.monotonic() < deadline, path + " is not there"
        time.sleep(0.01)


def given_up(path, scripts, way):
    """Gives a request up; the test looks whether the script ends."""
    note = os.path.dirname(scripts) + "/notes/script"
    connection = Connection(path)
    if way == "upload":
        # The body is more than the script's pipe and the socket take.
        connection.socket.settimeout(1)
        try:
            connection.send(request(scripts + "/hang.sh", b"x" * 4_000_000))
        except socket.timeout:
            pass
        connection.socket.settimeout(20)
    else:
        connection.send(request(scripts + "/hang.sh", keep=True))
    wait_for(note)
    if way == "abort":
        connection.send(record(ABORT))
        assert connection.answer()[3] == COMPLETE
        connection.send(request(scripts + "/deaf.sh"))
        assert b"not interested" in connection.answer()[0]


def resident(pid):
    with open("/proc/%s/statm" % pid) as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")


def cut_upload(path, scripts, way):
    """A body that does not come to its end; the test looks what the script has seen of it."""
    notes = os.path.dirname(scripts) + "/notes/"
    connection = Connection(path)
    whole = request(scripts + "/stores.py", b"x" * 1000, keep=True)
    connection.send(whole[:-8])
    wait_for(notes + "script")
    if way == "abort":
        connection.send(record(ABORT))
        assert connection.answer()[3] == COMPLETE
    elif way == "half":
        connection.socket.shutdown(socket.SHUT_WR)
        assert connection.ended()


def half_closed(path, scripts):
    """Sends a whole request and its own end, and reads the answer, which takes longer."""
    for keep in [False, True]:
        connection = Connection(path)
        connection.send(request(scripts + "/sum-late.py", b"abc", keep=keep, CONTENT_LENGTH="3"))
        connection.socket.shutdown(socket.SHUT_WR)
        out, _, application, protocol = connection.answer()
        assert b"3 3 294" in out and (application, protocol) == (0, COMPLETE), out
        assert connection.ended()


def half_given_up(path, scripts):
    """Ends its sending, and then closes altogether."""
    connection = Connection(path)
    connection.send(request(scripts + "/hang.sh"))
    connection.socket.shutdown(socket.SHUT_WR)
    wait_for(os.path.dirname(scripts) + "/notes/script")


def cheap_questions(path, scripts, pid):
    """Asks much and reads nothing."""
    refused = begin(2, keep=True)
    # By its name alone: what has to be looked for takes a process, and the next request may not come before its answer.
    answered = request("relative", keep=True)
    for opening, question in [(begin(1, keep=True), record(99, b"", 0)), (begin(1, keep=True), refused),
                              (b"", record(GET_VALUES, pair("FCGI_MAX_REQS", ""), 0)), (b"", answered)]:
        before = resident(pid)
        connection = Connection(path)
        connection.send(opening)
        connection.socket.settimeout(0.5)
        block, sent = question * (65536 // len(question)), 0
        try:
            while sent < 30_000_000:
                sent += connection.socket.send(block)
        except socket.timeout:
            pass
        assert sent < 30_000_000, "it takes all"
        assert resident(pid) - before < 3_000_000, resident(pid) - before
        # What has waited is answered when somebody reads.
        connection.socket.settimeout(20)
        for _ in range(2_000):
            assert connection.record() is not None


def slow_reader(path, scripts):
    """Begins to read when the script has long ended, and its time is over."""
    for script in ["large.py", "flood.py"]:
        connection = Connection(path)
        connection.send(request(scripts + "/" + script))
        wait_for(os.path.dirname(scripts) + "/notes/" + script)
        time.sleep(2.5)
        out, errors, application, _ = connection.answer()
        assert application == 0 and out.endswith(b"end"), (len(out), errors)


def long_names(path, scripts):
    started = time.monotonic()
    for name in ["/a" * 240_000, "/" * 480_000]:
        connection = Connection(path)
        connection.send(begin() + params(DOCUMENT_ROOT=scripts, SCRIPT_NAME=name) + record(STDIN))
        out, errors, _, _ = connection.answer()
        assert out.startswith(b"Status: 414") and len(errors) < 500, errors
    connection = Connection(path)
    connection.send(begin() + params(DOCUMENT_ROOT=scripts, SCRIPT_NAME="/" + "a/" * 1500) + record(STDIN))
    out, errors, _, _ = connection.answer()
    assert out.startswith(b"Status: 404") and len(errors) < 500, errors
    assert time.monotonic() - started < 5


def deaf_log(path, scripts):
    """Scripts fill a standard error that nobody reads."""
    for _ in range(3):
        connection = Connection(path)
        connection.send(request(scripts + "/shouts.py"))
        assert b"shouted" in connection.answer()[0]


def hung_folder(path, scripts):
    """The file system does not answer for some scripts: all others go on."""
    notes = os.path.dirname(scripts) + "/notes/"
    reader = Connection(path)
    reader.send(begin() + params(SCRIPT_FILENAME=scripts + "/reads.py", DOCUMENT_ROOT=scripts,
                                 REQUEST_METHOD="POST", CONTENT_LENGTH="2") + record(STDIN, b"ab"))
    wait_for(notes + "reads")
    hung = [Connection(path), Connection(path)]
    hung[0].send(request(scripts + "/hung/script.sh"))
    hung[1].send(begin() + params(DOCUMENT_ROOT=scripts, SCRIPT_NAME="/hung/script.sh/info", REQUEST_METHOD="GET")
                 + record(STDIN))
    wait_for(notes + "held.2")
    for _ in range(3):
        connection = Connection(path)
        connection.send(request(scripts + "/env.sh"))
        assert b"arguments: 0" in connection.answer()[0]
        connection = Connection(path)
        connection.send(request(scripts + "/missing.sh"))
        assert connection.answer()[0].startswith(b"Status: 404")
    # What waits for the file system does not hold the end of another one's body open.
    reader.send(record(STDIN))
    assert b"read 2" in reader.answer()[0]
    for connection in hung:
        connection.socket.settimeout(120)
        out, errors, application, protocol = connection.answer()
        assert (out, application, protocol) == (b"", 127, COMPLETE), (out, application, protocol)
        assert b"hung/script.sh" in errors and b"did not begin to run within" in errors, errors


def hung_given_up(path, scripts):
    """Gives up what waits for a file system: the only place is free again."""
    connection = Connection(path)
    connection.send(request(scripts + "/hung/script.sh"))
    wait_for(os.path.dirname(scripts) + "/notes/held.1")
    connection.socket.close()
    connection = Connection(path)
    connection.socket.settimeout(120)
    connection.send(request(scripts + "/env.sh"))
    assert b"arguments: 0" in connection.answer()[0]


def unread(path, scripts, pid):
    """Does not read 300 MB for as long as they could fill the responder's memory."""
    connection = Connection(path)
    connection.send(request(scripts + "/flood.py"))
    wait_for(os.path.dirname(scripts) + "/notes/flooding")

    before = resident(pid)
    total, longest = 0, 0
    while True:
        got = connection.record()
        longest = max(longest, resident(pid) - before)
        if got is None or got[0] == END:
            break
        total += len(got[2])
    assert total > 300_000_000, total
    assert longest < 30_000_000, longest


if __name__ == "__main__":
    globals()[sys.argv[2]](sys.argv[1], *sys.argv[3:])
