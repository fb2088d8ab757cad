"""FastCGI servers that run elsewhere, as far as a gateway can tell: each accepts at an address of its own, says in its answer
what it was asked, and writes into FOLDER/NAME.log, one line for each request. What it does is told by the file
FOLDER/NAME.mode, which is read anew for each request, and by the request.

    servers.py FOLDER NAME=ADDRESS …

    modes: fine, hang, break (closes when it has read the request), cut (in the middle of its answer), deaf (does not read
    what is sent behind PARAMS), full (accepts nothing)

As an authorizer (FCGI_AUTHORIZER) it goes by the field X-Ask, see `judge`. A request whose query is `gate=PATH` is answered
when there is such a file."""

import hashlib
import os
import socket
import struct
import sys
import threading
import time

BEGIN_REQUEST, END_REQUEST, PARAMS, STDIN, STDOUT = 1, 3, 4, 5, 6
AUTHORIZER, KEEP_CONN = 2, 1


class Close(Exception):
    """The server closes its connection here."""


def record(kind, content=b""):
    return struct.pack(">BBHHBB", 1, kind, 1, len(content), 0, 0) + content


def stdout(content):
    return b"".join(record(STDOUT, content[at:at + 65528]) for at in range(0, len(content), 65528))


def answer(text):
    return stdout(text) + record(STDOUT) + record(END_REQUEST, struct.pack(">IB3x", 0, 0))


def pairs(block):
    found, at = [], 0
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
        found.append((name.decode("latin-1"), value.decode("latin-1")))
        at += sum(lengths)
    return found


def judge(ask):
    """The answer of an authorizer, and whether the connection is closed behind it."""
    return {
        "allow": (answer(b"Status: 200 OK\r\nVariable-REMOTE_USER: alice\r\nvariable-AUTH_TYPE: Token\r\n"
                         b"Variable-HTTP_X_ROLE: editor\r\nX-Not-For-Clients: 1\r\n\r\nnot to be seen"), False),
        "allow-bare": (answer(b"Content-Type: text/plain\r\n\r\n"), False),
        "deny": (answer(b"Status: 403 No\r\nX-Reason: closed\r\nContent-Type: text/plain\r\n\r\nno entry"), False),
        "challenge": (answer(b"Status: 401\r\nWWW-Authenticate: Basic realm=\"x\"\r\n\r\nwho are you"), False),
        "hints": (answer(b"Status: 103\r\nLink: </a.css>\r\nSet-Cookie: a=b\r\n\r\n"
                         b"Status: 403\r\nVariable-SECRET: 1\r\nContent-Type: text/plain\r\n\r\nno"), False),
        "away": (answer(b"Status: 302\r\nLocation: https://login.example/\r\n\r\n"), False),
        "inside": (answer(b"Location: /login?from=here\r\n\r\n"), False),
        "nothing": (b"", True),
        "cut": (record(STDOUT, b"Status: 200\r\nVariable-REMOTE_USER: alice\r\n\r\n"), True),
        "cut-in-head": (record(STDOUT, b"Status: 200\r\nVariable-REMOTE_"), True),
        # The response is whole, and the end of the request takes the word back.
        "taken-back": (stdout(b"Status: 200\r\n\r\n") + record(STDOUT)
                       + record(END_REQUEST, struct.pack(">IB3x", 0, 1)), False),
        "garbage": (b"HTTP/1.1 200 OK\r\n\r\n", True),
        "split": (b"".join(record(STDOUT, bytes([byte])) for byte in b"Status: 200\r\nVariable-REMOTE_USER: bob\r\n\r\n")
                  + answer(b""), False),
        "": (answer(b"Status: 401\r\n\r\nnobody has asked"), False),
    }.get(ask)


class Server:
    def __init__(self, folder, name, address):
        self.folder, self.name, self.lock, self.busy = folder, name, threading.Lock(), 0
        if address.startswith("unix:"):
            path = address[5:]
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind("\0" + path[1:] if path.startswith("@") else path)
        else:
            host, port = address.rsplit(":", 1)
            family = socket.AF_INET6 if host.startswith("[") else socket.AF_INET
            self.listener = socket.socket(family)
            self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.listener.bind((host.strip("[]"), int(port)))
        self.listener.listen(0 if self.mode() == "full" else 1024)
        self.log("listening")

    def mode(self):
        try:
            with open(f"{self.folder}/{self.name}.mode") as file:
                return file.read().strip()
        except FileNotFoundError:
            return "fine"

    def log(self, line):
        with open(f"{self.folder}/{self.name}.log", "a") as file:
            file.write(line + "\n")

    def run(self):
        while self.mode() == "full":
            time.sleep(0.01)
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with connection:
            try:
                while self.request(connection):
                    pass
            except (Close, ConnectionError):
                pass

    def receive(self, connection, count):
        data = b""
        while len(data) < count:
            part = connection.recv(count - len(data))
            if not part:
                raise Close
            data += part
        return data

    def request(self, connection):
        role = flags = 0
        params, digest, count = b"", hashlib.sha256(), 0
        mode = None
        while True:
            _, kind, _, length, padding, _ = struct.unpack(">BBHHBB", self.receive(connection, 8))
            content = self.receive(connection, length + padding)[:length]
            if kind == BEGIN_REQUEST:
                role, flags = struct.unpack(">HB5x", content)
                mode = self.mode()
            elif kind == PARAMS:
                params += content
                if not content and mode == "deaf":
                    self.log("deaf")
                    while self.mode() == "deaf":
                        time.sleep(0.005)
                    raise Close
            elif kind == STDIN:
                if not content:
                    break
                digest.update(content)
                count += len(content)
        busy = self.count(+1)
        try:
            text, closes = self.respond(connection, mode, role, pairs(params), count, digest.hexdigest(), busy)
        finally:
            # Before the answer leaves: the gateway may send the next request before this thread runs again.
            self.count(-1)
        connection.sendall(text)
        if closes:
            raise Close
        return flags & KEEP_CONN

    def count(self, change):
        with self.lock:
            self.busy += change
            return self.busy

    def respond(self, connection, mode, role, variables, count, digest, busy):
        environ = dict(variables)
        shown = " ".join(f"{name}={value}" for name, value in variables)
        self.log(f"asked role={role} body={count} busy={busy} twins={len(variables) - len(environ)} {shown}")
        if mode == "hang" or role == AUTHORIZER and environ.get("HTTP_X_ASK") == "hang":
            while self.mode() != "released" and connection.recv(1):
                pass
            raise Close
        if mode == "break":
            raise Close
        if mode == "cut":
            return record(STDOUT, b"Content-Type: text/plain\r\n\r\nhalf"), True
        gate = environ.get("QUERY_STRING", "")
        if gate.startswith("gate="):
            while not os.path.exists(gate[5:]):
                time.sleep(0.005)
        if role == AUTHORIZER:
            return judge(environ.get("HTTP_X_ASK", ""))
        status = environ.get("HTTP_X_STATUS", "200")
        head = f"Status: {status}\r\nContent-Type: text/plain\r\n"
        location = environ.get("HTTP_X_LOCATION", "")
        # The field goes along with the redirect.
        if location and (environ.get("PATH_INFO") != location.split("?")[0] or "HTTP_X_FOR_EVER" in environ):
            head = f"Location: {location}\r\n"
        lines = [f"server={self.name}", f"role={role}", f"body={count} {digest}"]
        lines += [f"{name}={value}" for name, value in variables]
        return answer(f"{head}\r\n".encode("latin-1") + "\n".join(lines).encode("latin-1")), False


def main():
    threads = []
    for argument in sys.argv[2:]:
        name, address = argument.split("=", 1)
        server = Server(sys.argv[1], name, address)
        threads.append(threading.Thread(target=server.run))
        threads[-1].start()


main()
