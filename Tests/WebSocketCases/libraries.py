"""The same server as two libraries see it that people use: websockets and wsproto."""

import socket
from typing import Iterator, Optional, Tuple

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, CloseConnection, Message, Request
from wsproto.extensions import PerMessageDeflate

MESSAGES = ["", "hello", "κόσμε", b"\x00\xff", "x" * 70000, b"\x01" * 300000]


def with_websockets(port: int, path: str) -> None:
    with connect(f"ws://127.0.0.1:{port}{path}", max_size=None) as connection:
        for message in MESSAGES:
            connection.send(message)
            assert connection.recv(timeout=30) == message
        connection.send(["fragment", "ed"])
        assert connection.recv(timeout=30) == "fragmented"
        assert connection.ping().wait(30)
    assert connection.close_code == 1000


def closed_by_server(port: int) -> None:
    with connect(f"ws://127.0.0.1:{port}/close?4001") as connection:
        try:
            connection.recv(timeout=30)
            raise AssertionError("not closed")
        except ConnectionClosed as closed:
            assert closed.rcvd and (closed.rcvd.code, closed.rcvd.reason) == (4001, "so it is said")


def with_wsproto(port: int) -> None:
    connection = WSConnection(ConnectionType.CLIENT)
    with socket.create_connection(("127.0.0.1", port), timeout=30) as wire:
        wire.sendall(connection.send(Request(host="localhost", target="/compressed", extensions=[PerMessageDeflate()])))

        def events() -> Iterator[object]:
            while True:
                octets = wire.recv(1 << 16)
                connection.receive_data(octets or None)
                yield from connection.events()

        found = events()
        accepted = next(found)
        assert isinstance(accepted, AcceptConnection) and accepted.extensions, accepted
        for message in MESSAGES:
            wire.sendall(connection.send(Message(data=message)))
            parts = []
            for event in found:
                assert isinstance(event, Message), event
                parts.append(event.data)
                if event.message_finished:
                    break
            assert type(message)().join(parts) == message
        wire.sendall(connection.send(CloseConnection(code=1000)))
        ending = next(found)
        assert isinstance(ending, CloseConnection) and ending.code == 1000, ending


def run(port: int, only: str) -> Iterator[Tuple[str, Optional[str]]]:
    """Names, and what went wrong."""
    table = {
        "websockets /echo": lambda: with_websockets(port, "/echo"),
        "websockets /echo-context": lambda: with_websockets(port, "/echo-context"),
        "websockets /compressed": lambda: with_websockets(port, "/compressed"),
        "websockets /no-compression": lambda: with_websockets(port, "/no-compression"),
        "websockets /close": lambda: closed_by_server(port),
        "wsproto": lambda: with_wsproto(port),
    }
    for name, case in table.items():
        if not name.startswith(only):
            continue
        try:
            case()
            yield name, None
        except Exception as error:  # Whatever a library says is what went wrong.
            yield name, f"{type(error).__name__}: {error}"
