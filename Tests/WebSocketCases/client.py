"""A client of WebSockets that sends exactly what a case says, right or wrong, and is strict about what it hears."""

import base64
import hashlib
import os
import socket
import zlib
from typing import Dict, List, NamedTuple, Optional, Union

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
TAIL = b"\x00\x00\xff\xff"


class Failure(Exception):
    """What a case did not expect."""


class Frame(NamedTuple):
    opcode: int
    payload: bytes
    final: bool
    reserved: int


class Ended(NamedTuple):
    """The end of the connection: the code and the reason of a close frame, or `None` for none."""
    code: Optional[int]
    reason: bytes


def expect(condition: object, what: str) -> None:
    if not condition:
        raise Failure(what)


def mask(payload: bytes, key: bytes) -> bytes:
    count = len(payload)
    pad = (key * (count // 4 + 1))[:count]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(pad, "big")).to_bytes(count, "big")


def frame(opcode: int, payload: bytes = b"", final: bool = True, reserved: int = 0) -> bytes:
    """A client's frame. `reserved` is what stands in the three bits, as Autobahn counts them: 4 is RSV1."""
    count = len(payload)
    if count < 126:
        length = bytes([0x80 | count])
    elif count < 65536:
        length = bytes([0xFE]) + count.to_bytes(2, "big")
    else:
        length = bytes([0xFF]) + count.to_bytes(8, "big")
    key = os.urandom(4)
    return bytes([(0x80 if final else 0) | reserved << 4 | opcode]) + length + key + mask(payload, key)


def close(code: Optional[int] = 1000, reason: bytes = b"") -> bytes:
    return frame(CLOSE, b"" if code is None else code.to_bytes(2, "big") + reason)


class Client:
    """One connection, open when it is made."""

    def __init__(self, port: int, path: str, offer: Optional[str] = None) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.input = b""
        self.fields = self.shake_hands(path, offer)
        self.parameters = self.read_agreement()
        self.deflater: Optional["zlib._Compress"] = None
        self.inflater: Optional["zlib._Decompress"] = None

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def shake_hands(self, path: str, offer: Optional[str]) -> Dict[str, str]:
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [
            f"GET {path} HTTP/1.1", "Host: localhost", "Upgrade: websocket", "Connection: Upgrade",
            "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}"]
        if offer:
            lines.append(f"Sec-WebSocket-Extensions: {offer}")
        self.send("\r\n".join(lines + ["", ""]).encode())
        while b"\r\n\r\n" not in self.input:
            expect(self.more(), "the connection ended in the handshake")
        head, self.input = self.input.split(b"\r\n\r\n", 1)
        status, *rest = head.decode().split("\r\n")
        expect(status.startswith("HTTP/1.1 101 "), status)
        fields = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in rest)}
        proof = hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
        expect(fields["sec-websocket-accept"] == base64.b64encode(proof).decode(), "a wrong Sec-WebSocket-Accept")
        return fields

    def read_agreement(self) -> Optional[Dict[str, str]]:
        """The parameters of permessage-deflate; `None` where it was not agreed on."""
        agreed = self.fields.get("sec-websocket-extensions")
        if agreed is None:
            return None
        name, *parameters = [part.strip() for part in agreed.split(";")]
        expect(name == "permessage-deflate", f"an extension that was not offered: {name}")
        return {part.split("=")[0]: part.partition("=")[2] for part in parameters}

    # Sending

    def send(self, octets: bytes, chop: Optional[int] = None) -> None:
        try:
            for start in range(0, len(octets), chop or max(1, len(octets))):
                self.socket.sendall(octets[start:start + (chop or len(octets))])
        except (BrokenPipeError, ConnectionResetError):
            # The server has closed already; what it has said is read all the same.
            pass

    def send_message(self, opcode: int, payload: bytes, fragment: Optional[int] = None,
                     chop: Optional[int] = None) -> None:
        """A message, compressed where that was agreed on."""
        reserved = 0
        if self.parameters is not None:
            payload, reserved = self.deflate(payload), 4
        size = fragment or max(1, len(payload))
        parts = [payload[start:start + size] for start in range(0, len(payload), size)] or [b""]
        octets = b"".join(
            frame(0 if index else opcode, part, index == len(parts) - 1, 0 if index else reserved)
            for index, part in enumerate(parts))
        self.send(octets, chop)

    def deflate(self, payload: bytes) -> bytes:
        parameters = self.parameters or {}
        if self.deflater is None or "client_no_context_takeover" in parameters:
            bits = max(9, int(parameters.get("client_max_window_bits") or 15))
            self.deflater = zlib.compressobj(wbits=-bits)
        octets = self.deflater.compress(payload) + self.deflater.flush(zlib.Z_SYNC_FLUSH)
        return octets[:-4]

    # Receiving

    def more(self) -> bool:
        try:
            octets = self.socket.recv(1 << 18)
        except ConnectionResetError:
            raise Failure("the connection was reset") from None
        except socket.timeout:
            raise Failure("nothing came for 30 s") from None
        self.input += octets
        return bool(octets)

    def take(self, count: int) -> Optional[bytes]:
        pieces: List[bytes] = []
        while count > len(self.input):
            count -= len(self.input)
            pieces.append(self.input)
            self.input = b""
            if not self.more():
                return None
        pieces.append(self.input[:count])
        self.input = self.input[count:]
        return b"".join(pieces)

    def receive_frame(self) -> Optional[Frame]:
        """The next frame; `None` at the end."""
        head = self.take(2)
        if head is None:
            expect(not self.input, "the connection ended in a frame")
            return None
        expect(not head[1] & 0x80, "a masked frame of a server")
        length = head[1] & 0x7F
        if length > 125:
            extended = self.take(2 if length == 126 else 8)
            expect(extended, "the connection ended in a frame")
            smallest = 126 if length == 126 else 65536
            length = int.from_bytes(extended or b"", "big")
            expect(length >= smallest, "a length that is not minimal")
        payload = self.take(length)
        expect(payload is not None, "the connection ended in a frame")
        return Frame(head[0] & 0x0F, payload or b"", bool(head[0] & 0x80), head[0] >> 4 & 7)

    def receive(self) -> Union[Frame, Ended]:
        """The next message or pong, put together and inflated, or the end of the connection."""
        parts: List[Frame] = []
        while True:
            found = self.receive_frame()
            if found is None:
                return Ended(None, b"")
            if found.opcode == CLOSE:
                code = int.from_bytes(found.payload[:2], "big") if found.payload else None
                expect(self.receive_frame() is None, "something behind the close frame")
                return Ended(code, found.payload[2:])
            if found.opcode in (PING, PONG):
                expect(found.final and not found.reserved, "a malformed control frame")
                if found.opcode == PONG:
                    return found
                self.send(frame(PONG, found.payload))
                continue
            expect((found.opcode == 0) == bool(parts), "fragments in disorder")
            parts.append(found)
            if found.final:
                return self.message(parts)

    def message(self, parts: List[Frame]) -> Frame:
        payload = b"".join(part.payload for part in parts)
        first = parts[0]
        if first.reserved:
            expect(first.reserved == 4 and self.parameters is not None, "reserved bits are set")
            payload = self.inflate(payload)
        expect(not any(part.reserved for part in parts[1:]), "reserved bits of a continuation are set")
        if first.opcode == TEXT:
            payload.decode()
        return Frame(first.opcode, payload, True, first.reserved)

    def inflate(self, payload: bytes) -> bytes:
        parameters = self.parameters or {}
        if self.inflater is None or "server_no_context_takeover" in parameters:
            # No larger than was agreed on: what refers further back than that cannot be read.
            self.inflater = zlib.decompressobj(-int(parameters.get("server_max_window_bits") or 15))
        try:
            return self.inflater.decompress(payload + TAIL)
        except zlib.error as error:
            raise Failure(f"cannot be inflated: {error}") from None

    # What is expected

    def expect_message(self, opcode: int, payload: bytes) -> Frame:
        found = self.receive()
        expect(isinstance(found, Frame), f"no message: {found}")
        assert isinstance(found, Frame)
        expect(found.opcode == opcode and found.payload == payload,
               f"opcode {found.opcode} with {len(found.payload)} octets {found.payload[:24]!r}, not opcode {opcode} "
               f"with {len(payload)} octets")
        return found

    def expect_end(self, *codes: Optional[int]) -> None:
        """The server closes with one of `codes`."""
        found = self.receive()
        expect(isinstance(found, Ended), f"not closed: {str(found)[:100]}")
        assert isinstance(found, Ended)
        expect(found.code in codes, f"closed with {found.code} {found.reason!r}, not {codes}")

    def say_goodbye(self) -> None:
        self.send(close(1000))
        self.expect_end(1000)
