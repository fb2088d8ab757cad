"""Runs the WSGI responder as the gateway does, and plays the gateway's part on its socket.

Nothing here waits for a time: a wait is for a condition, with a deadline that only a broken responder meets.
"""

import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import textwrap
import time
import unittest
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "Sources/Plans/Resources/wsgi_responder.py"
DEADLINE = 60

BEGIN_REQUEST, ABORT_REQUEST, END_REQUEST, PARAMS, STDIN, STDOUT, STDERR = range(1, 8)
GET_VALUES, GET_VALUES_RESULT, UNKNOWN_TYPE = range(9, 12)
REQUEST_COMPLETE, CANT_MPX_CONN, OVERLOADED, UNKNOWN_ROLE = range(4)
RESPONDER, AUTHORIZER, FILTER = 1, 2, 3
HEADER = struct.Struct(">BBHHBx")

# What the gateway sends once in a first record, and what changes.
CONSTANT = {
    "GATEWAY_INTERFACE": "CGI/1.1", "SERVER_SOFTWARE": "gateway", "SERVER_NAME": "localhost",
    "SERVER_PORT": "8000", "SERVER_PROTOCOL": "HTTP/1.1", "REQUEST_SCHEME": "http", "SCRIPT_NAME": ""}
VARYING = {
    "REQUEST_METHOD": "GET", "PATH_INFO": "/", "QUERY_STRING": "", "REQUEST_URI": "/", "CONTENT_TYPE": "",
    "CONTENT_LENGTH": "", "REMOTE_ADDR": "127.0.0.1"}

HELLO = '''
    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"Hello"]
'''

# Answers with the environ as JSON; what JSON cannot hold is shown by its type.
SHOW_ENVIRON = '''
    import json
    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "application/json")])
        assert type(environ) is dict and all(type(name) is str for name in environ)
        shown = json.dumps(environ, default=lambda value: type(value).__name__).encode()
        environ["LEFT_BEHIND"] = "x"
        return [shown]
'''


def wait_until(condition, what):
    end = time.monotonic() + DEADLINE
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"waited {DEADLINE} s in vain until {what}")
        time.sleep(0.005)


def length(count):
    return bytes((count,)) if count < 128 else struct.pack(">I", count | 1 << 31)


def encode_pairs(pairs):
    encoded = b""
    for name, value in pairs.items():
        name, value = name.encode("latin-1"), value.encode("latin-1")
        encoded += length(len(name)) + length(len(value)) + name + value
    return encoded


def record(kind, content=b"", request_id=1, padding=0):
    return HEADER.pack(1, kind, request_id, len(content), padding) + content + bytes(padding)


def stream(kind, content, request_id=1):
    parts = (content[start:start + 65528] for start in range(0, len(content), 65528))
    return b"".join(record(kind, part, request_id) for part in parts)


def begin(keep=True, role=RESPONDER, request_id=1):
    return record(BEGIN_REQUEST, struct.pack(">HB5x", role, keep), request_id)


def params(request_id=1, **varying):
    """BEGIN's companion: two records of parameters and the end of the stream."""
    return (
        record(PARAMS, encode_pairs(CONSTANT), request_id)
        + stream(PARAMS, encode_pairs({**VARYING, **varying}), request_id)
        + record(PARAMS, request_id=request_id))


def request(body=b"", keep=True, request_id=1, **varying):
    """All records of a request in the gateway's order."""
    if body:
        varying.setdefault("REQUEST_METHOD", "POST")
        varying.setdefault("CONTENT_LENGTH", str(len(body)))
    return (
        begin(keep, request_id=request_id) + params(request_id, **varying)
        + stream(STDIN, body, request_id) + record(STDIN, request_id=request_id))


class Answer:
    """What came back for a request. `ended` is the protocol status, None if the connection was cut."""

    def __init__(self):
        self.stdout, self.stderr, self.ended = b"", b"", None

    @property
    def head(self):
        return self.stdout.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")

    @property
    def status(self):
        return self.head[0]

    @property
    def fields(self):
        return [tuple(line.split(": ", 1)) for line in self.head[1:]]

    @property
    def body(self):
        return self.stdout.partition(b"\r\n\r\n")[2]


class Peer:
    """A connection to the responder."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)  # Blocking, because a full backlog is an error otherwise.
        self.socket.settimeout(DEADLINE)
        self.buffer = b""

    def send(self, data):
        self.socket.sendall(data)

    def fill(self):
        """Receives more; False when the responder has closed."""
        try:
            received = self.socket.recv(1 << 20)
        except ConnectionResetError:
            received = b""
        self.buffer += received
        return bool(received)

    def read_record(self):
        """Type, request id and content of a record; None when the responder has closed."""
        while len(self.buffer) < 8:
            if not self.fill():
                assert not self.buffer, "closed within a record"
                return None
        version, kind, request_id, size, padding = HEADER.unpack_from(self.buffer)
        assert version == 1
        while len(self.buffer) < 8 + size + padding:
            assert self.fill(), "closed within a record"
        content = self.buffer[8:8 + size]
        self.buffer = self.buffer[8 + size + padding:]
        return kind, request_id, content

    def read_answer(self, request_id=1):
        answer, parts = Answer(), []
        while answer.ended is None:
            found = self.read_record()
            if found is None:
                break
            kind, found_id, content = found
            assert found_id == request_id, f"a record of request {found_id}"
            if kind == STDOUT:
                parts.append(content)
            elif kind == STDERR:
                answer.stderr += content
            elif kind == END_REQUEST:
                answer.ended = content[4]
            else:
                raise AssertionError(f"a record of type {kind}")
        answer.stdout = b"".join(parts)
        return answer

    def read_until(self, text):
        """Content of STDOUT records, until it contains `text`."""
        seen = b""
        while text not in seen:
            kind, _, content = self.read_record()
            assert kind == STDOUT
            seen += content
        return seen

    def ask(self, *arguments, **varying):
        self.send(request(*arguments, **varying))
        return self.read_answer()

    def is_closed(self):
        return self.read_record() is None

    def close(self):
        self.socket.close()


class ResponderCase(unittest.TestCase):
    """A test with a folder for an application, and processes that end with it."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="responder-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.path = str(self.folder / "socket")
        self.listener = socket.socket(socket.AF_UNIX)
        self.addCleanup(self.listener.close)
        self.listener.bind(self.path)
        self.listener.listen(64)

    def write(self, name, source):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(source), encoding="utf-8")

    python = sys.executable

    def spawn(self, *arguments, memory_file=False, environment={}):
        """Starts the responder in the application's folder, from its file or from memory as the gateway."""
        script, inherited, descriptor = str(SCRIPT), (), None
        if memory_file:
            descriptor = os.memfd_create("wsgi_responder.py", 0)
            os.write(descriptor, SCRIPT.read_bytes())
            script, inherited = f"/proc/self/fd/{descriptor}", (descriptor,)
        with open(self.folder / "stdout", "wb") as out, open(self.folder / "stderr", "wb") as err:
            process = subprocess.Popen(
                [self.python, script, *arguments], stdin=self.listener, stdout=out, stderr=err,
                cwd=self.folder, pass_fds=inherited, env={**os.environ, **environment})
        if descriptor is not None:
            os.close(descriptor)
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process):
        if process.poll() is None:
            process.kill()
            process.wait(DEADLINE)

    def start(self, source, *arguments, **options):
        """Starts the responder with an application module `site_under_test`, whose callable is `app`."""
        self.write("site_under_test.py", source)
        self.process = self.spawn("site_under_test:app", *arguments, **options)
        return self.process

    def connect(self):
        peer = Peer(self.path)
        self.addCleanup(peer.close)
        return peer

    def ask(self, *arguments, **varying):
        """One request on a connection of its own, which the responder closes so that it can take another."""
        return self.connect().ask(*arguments, keep=False, **varying)

    def stdout(self):
        return (self.folder / "stdout").read_text(encoding="utf-8")

    def stderr(self):
        return (self.folder / "stderr").read_text(encoding="utf-8")

    def exit_of(self, process):
        return process.wait(DEADLINE)

    def terminate(self, process, number=signal.SIGTERM):
        process.send_signal(number)
        return self.exit_of(process)

    def wait_until_blocked(self, process):
        """Waits until every thread of the process sleeps in a system call, for a signal to meet it there."""

        def is_blocked():
            states = []
            for task in Path(f"/proc/{process.pid}/task").iterdir():
                states.append((task / "stat").read_text().rpartition(")")[2].split()[0])
            return set(states) == {"S"}

        wait_until(is_blocked, "the responder sleeps")
