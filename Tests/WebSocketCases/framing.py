"""Frames and how connections end: sections 1 to 5 and 7."""

from typing import Callable, Optional

from client import BINARY, CLOSE, PING, PONG, TEXT, Client, close, expect, frame

# A chop of one octet, of one frame a send, and of all in one send.
OCTETS, FRAMES, TOGETHER = "octets", "frames", "together"
HELLO = b"Hello, world!"
BLOB = b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff"


def send_all(client: Client, frames: "list[bytes]", way: str) -> None:
    if way == TOGETHER:
        client.send(b"".join(frames))
        return
    for one in frames:
        client.send(one, 1 if way == OCTETS else None)


def echo(opcode: int, payload: bytes, chop: Optional[int] = None) -> Callable[[Client], None]:
    def run(client: Client) -> None:
        client.send(frame(opcode, payload), chop)
        client.expect_message(opcode, payload)
        client.say_goodbye()
    return run


def answered(*frames: bytes, expected: "list[tuple[int, bytes]]", way: str = TOGETHER,
             end: "tuple[Optional[int], ...]" = ()) -> Callable[[Client], None]:
    """Sends frames, expects messages, and expects the server's close with one of `end`, or closes itself."""
    def run(client: Client) -> None:
        send_all(client, list(frames), way)
        for opcode, payload in expected:
            client.expect_message(opcode, payload)
        if end:
            client.expect_end(*end)
        else:
            client.say_goodbye()
    return run


def broken(*frames: bytes, way: str = TOGETHER, code: int = 1002) -> Callable[[Client], None]:
    """The last frame breaks the protocol; what came before it may be answered, or be cut off by the close frame."""
    def run(client: Client) -> None:
        send_all(client, list(frames), way)
        found = client.receive()
        if getattr(found, "opcode", None) is not None:
            expect(len(frames) > 1, f"an answer to what is wrong: {found}")
            client.expect_end(code)
        else:
            expect(getattr(found, "code") == code, f"closed with {found}, not {code}")
    return run


def after(first: bytes, answer: "tuple[int, bytes]", *rest: bytes, way: str = TOGETHER) -> Callable[[Client], None]:
    """The first message is answered before what is wrong is sent."""
    def run(client: Client) -> None:
        client.send(first)
        client.expect_message(*answer)
        send_all(client, list(rest), way)
        client.expect_end(1002)
    return run


def add_cases(add: Callable[..., None]) -> None:
    add_sizes(add)
    add_pings(add)
    add_bits(add)
    add_fragments(add)
    add_ends(add)


def add_sizes(add: Callable[..., None]) -> None:
    for section, opcode, octet in ((1, TEXT, b"*"), (2, BINARY, b"\xfe")):
        for index, size in enumerate((0, 125, 126, 127, 128, 65535, 65536, 65536)):
            add(f"1.{section}.{index + 1}", echo(opcode, octet * size, 997 if index == 7 else None))


def add_pings(add: Callable[..., None]) -> None:
    long = b"\xfe" * 125
    ten = [frame(PING, b"payload-%d" % index) for index in range(10)]
    pongs = [(PONG, b"payload-%d" % index) for index in range(10)]
    add("2.1", answered(frame(PING), expected=[(PONG, b"")]))
    add("2.2", answered(frame(PING, HELLO), expected=[(PONG, HELLO)]))
    add("2.3", answered(frame(PING, BLOB), expected=[(PONG, BLOB)]))
    add("2.4", answered(frame(PING, long), expected=[(PONG, long)]))
    add("2.5", broken(frame(PING, long + b"\xfe")))
    add("2.6", answered(frame(PING, long), expected=[(PONG, long)], way=OCTETS))
    add("2.7", answered(frame(PONG), expected=[]))
    add("2.8", answered(frame(PONG, b"unasked"), expected=[]))
    add("2.9", answered(frame(PONG, b"unasked"), frame(PING, b"asked"), expected=[(PONG, b"asked")]))
    add("2.10", answered(*ten, expected=pongs))
    add("2.11", answered(*ten, expected=pongs, way=OCTETS))


def add_bits(add: Callable[..., None]) -> None:
    hello, answer, ping = frame(TEXT, HELLO), (TEXT, HELLO), frame(PING)
    add("3.1", broken(frame(TEXT, HELLO, reserved=1)))
    add("3.2", after(hello, answer, frame(TEXT, HELLO, reserved=2), ping))
    add("3.3", after(hello, answer, frame(TEXT, HELLO, reserved=3), ping, way=FRAMES))
    add("3.4", after(hello, answer, frame(TEXT, HELLO, reserved=4), ping, way=OCTETS))
    add("3.5", broken(frame(BINARY, BLOB, reserved=5)))
    add("3.6", broken(frame(PING, HELLO, reserved=6)))
    add("3.7", broken(frame(CLOSE, reserved=7)))
    for section, first in ((1, 3), (2, 11)):
        add(f"4.{section}.1", broken(frame(first)))
        add(f"4.{section}.2", broken(frame(first + 1, HELLO)))
        add(f"4.{section}.3", after(hello, answer, frame(first + 2), ping))
        add(f"4.{section}.4", after(hello, answer, frame(first + 3, HELLO), ping, way=FRAMES))
        add(f"4.{section}.5", after(hello, answer, frame(first + 4, HELLO), ping, way=OCTETS))


def add_fragments(add: Callable[..., None]) -> None:
    first, last = frame(TEXT, b"fragment1", final=False), frame(0, b"fragment2")
    whole, pong, ping = (TEXT, b"fragment1fragment2"), (PONG, b"ping"), frame(PING, b"ping")
    for name, opcode in (("5.1", PING), ("5.2", PONG)):
        add(name, broken(frame(opcode, b"fragment1", final=False), last))
    for name, way in (("5.3", TOGETHER), ("5.4", FRAMES), ("5.5", OCTETS)):
        add(name, answered(first, last, expected=[whole], way=way))
    for name, way in (("5.6", TOGETHER), ("5.7", FRAMES), ("5.8", OCTETS)):
        add(name, answered(first, ping, last, expected=[pong, whole], way=way))
    for start, final in ((9, True), (12, False)):
        for index, way in enumerate((TOGETHER, FRAMES, OCTETS)):
            add(f"5.{start + index}", broken_at_once(frame(0, b"of nothing", final), frame(TEXT, HELLO), way=way))
    stray = frame(0, b"fragment3", final=False)
    add("5.15", after_whole(first, last, whole, stray, frame(TEXT, b"fragment4")))
    add("5.16", broken_at_once(stray, first, last, stray, first, last))
    add("5.17", broken_at_once(frame(0, b"fragment1"), first, last))
    add("5.18", broken_at_once(first, frame(TEXT, b"fragment2")))
    parts = [frame(0 if index else TEXT, b"fragment%d" % (index + 1), index == 4) for index in range(5)]
    five = (TEXT, b"".join(b"fragment%d" % (index + 1) for index in range(5)))
    pings = [frame(PING, b"ping%d" % index) for index in (1, 2)]
    mixed = [parts[0], parts[1], pings[0], parts[2], parts[3], pings[1], parts[4]]
    expected = [(PONG, b"ping1"), (PONG, b"ping2"), five]
    add("5.19", answered(*mixed, expected=expected))
    add("5.20", answered(*mixed, expected=expected, way=FRAMES))


def broken_at_once(*frames: bytes, way: str = TOGETHER) -> Callable[[Client], None]:
    def run(client: Client) -> None:
        send_all(client, list(frames), way)
        client.expect_end(1002)
    return run


def after_whole(first: bytes, last: bytes, whole: "tuple[int, bytes]", *rest: bytes) -> Callable[[Client], None]:
    def run(client: Client) -> None:
        client.send(first + last)
        client.expect_message(*whole)
        send_all(client, list(rest), FRAMES)
        client.expect_end(1002)
    return run


def ended(*frames: bytes, codes: "tuple[Optional[int], ...]") -> Callable[[Client], None]:
    def run(client: Client) -> None:
        send_all(client, list(frames), FRAMES)
        client.expect_end(*codes)
    return run


def add_ends(add: Callable[..., None]) -> None:
    def echo_before(client: Client) -> None:
        client.send(frame(TEXT, HELLO))
        client.expect_message(TEXT, HELLO)
        client.say_goodbye()

    def large_before(client: Client) -> None:
        payload = b"BAsd7&jh23" * 26215
        client.send(frame(TEXT, payload) + close() + frame(PING))
        found = client.receive()
        if getattr(found, "opcode", None) is not None:
            client.expect_end(1000)

    add("7.1.1", echo_before)
    add("7.1.2", ended(close(), close(), codes=(1000,)))
    add("7.1.3", ended(close(), frame(PING), codes=(1000,)))
    add("7.1.4", ended(close(), frame(TEXT, HELLO), codes=(1000,)))
    add("7.1.5", ended(frame(TEXT, b"1", final=False), close(), frame(0, b"2"), codes=(1000,)))
    add("7.1.6", large_before)
    add("7.3.1", ended(close(None), codes=(None, 1000)))
    add("7.3.2", ended(frame(CLOSE, b"a"), codes=(1002,)))
    add("7.3.3", ended(close(1000), codes=(1000,)))
    add("7.3.4", ended(close(1000, b"Hello World!"), codes=(1000,)))
    add("7.3.5", ended(close(1000, b"*" * 123), codes=(1000,)))
    add("7.3.6", ended(close(1000, b"*" * 124), codes=(1002,)))
    add("7.5.1", ended(close(1000, b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80"), codes=(1007,)))
    right = (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999)
    for index, code in enumerate(right):
        add(f"7.7.{index + 1}", ended(close(code), codes=(code,)))
    for index, code in enumerate((0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999)):
        add(f"7.9.{index + 1}", ended(close(code), codes=(1002,)))
    for index, code in enumerate((5000, 65535)):
        add(f"7.13.{index + 1}", ended(close(code), codes=(1002,)))
