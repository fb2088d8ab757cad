"""Two clients of the chat on two workers, over WebSockets by hand (RFC 6455): each hears the other.

    chat.py http://HOST:PORT/
"""

import base64
import os
import socket
import struct
import sys
import time
from urllib.parse import urlsplit


class Client:
    """One WebSocket."""

    def __init__(self, host, port):
        self.socket = socket.create_connection((host, port), 30)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET /chat HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
        self.rest = b""
        while b"\r\n\r\n" not in self.rest:
            self.more()
        head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        self.status = int(head.split()[1])
        # "You are guest 40000, on worker 123."
        self.worker = self.receive().rsplit(" ", 1)[1].rstrip(".") if self.status == 101 else None

    def more(self):
        octets = self.socket.recv(65536)
        if not octets:
            raise SystemExit("the chat has closed the connection")
        self.rest += octets

    def take(self, count):
        while len(self.rest) < count:
            self.more()
        octets, self.rest = self.rest[:count], self.rest[count:]
        return octets

    def receive(self):
        """The next text. All that the chat sends fits into one frame."""
        first, length = self.take(2)
        if length == 126:
            length, = struct.unpack("!H", self.take(2))
        payload = self.take(length)
        if first != 0x81:
            raise SystemExit(f"a frame that is no text: {first:#x} {payload!r}")
        return payload.decode()

    def send(self, text):
        payload, mask = text.encode(), os.urandom(4)
        masked = bytes(octet ^ mask[at % 4] for at, octet in enumerate(payload))
        self.socket.sendall(bytes([0x81, 0x80 | len(payload)]) + mask + masked)


def main(url):
    place = urlsplit(url)
    clients = {}
    deadline = time.monotonic() + 30
    # Whichever worker accepts has the client: ask until both have one.
    while len(clients) < 2:
        if time.monotonic() > deadline:
            raise SystemExit(f"no second worker within 30 s: {list(clients)}")
        client = Client(place.hostname, place.port)
        if client.status == 503:  # a worker that has not reached Redis yet
            time.sleep(0.1)
        elif client.worker not in clients:
            clients[client.worker] = client
    one, other = clients.values()
    for speaker, text in ((one, "hello"), (other, "good morning")):
        speaker.send(text)
        for listener in (one, other):
            heard = listener.receive()
            if not heard.endswith(f": {text}"):
                raise SystemExit(f"{text!r} was said, and {heard!r} heard")


main(sys.argv[1])
