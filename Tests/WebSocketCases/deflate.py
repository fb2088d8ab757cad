"""permessage-deflate: sections 12 and 13, and the examples of RFC 7692, §7.2.3."""

import json
import random
from typing import Callable, Dict, List, Optional

from client import BINARY, TEXT, Client, expect, frame

SIZES = [16, 64, 256, 1024, 4096, 8192, 16384, 32768, 65536, 131072]
# The same once more, in fragments.
FRAGMENTED = [8192, 16384, 32768, 65536, 131072, 8192, 16384, 32768]
PLAIN = "permessage-deflate"


def english() -> bytes:
    chance = random.Random(1)
    words = "a gateway hands requests to applications and their answers back to whoever has asked for them".split()
    return " ".join(chance.choice(words) for _ in range(40000)).encode()


def documents(text: str) -> bytes:
    chance = random.Random(2)
    rows = [{"id": index, "name": chance.choice(text.split()), "at": chance.random()} for index in range(5000)]
    return json.dumps(rows, ensure_ascii=False).encode()


def greek() -> bytes:
    chance = random.Random(3)
    words = "Γαζέες καὶ μυρτιὲς δὲν θὰ βρῶ πιὰ στὸ χρυσαφὶ ξέφωτο straße größe".split()
    return " ".join(chance.choice(words) for _ in range(20000)).encode()


def piece(data: bytes, size: int, index: int, is_text: bool) -> bytes:
    """Another part of the data for each message, cut between characters."""
    start = index * 977 % max(1, len(data) - size)
    found = data[start:start + size]
    return found.decode(errors="ignore").encode() if is_text else found


def echo(data: bytes, opcode: int, size: int, fragment: Optional[int], times: int,
         check: Callable[[Dict[str, str]], None]) -> Callable[[Client], None]:
    def run(client: Client) -> None:
        expect(client.parameters is not None, "the offer was declined")
        check(client.parameters or {})
        compressed = 0
        for index in range(times):
            payload = piece(data, size, index, opcode == TEXT)
            client.send_message(opcode, payload, fragment)
            compressed += client.expect_message(opcode, payload).reserved == 4
        expect(compressed > 0 or opcode == BINARY or size < 256, "no answer was compressed")
        client.say_goodbye()
    return run


def anything(_: Dict[str, str]) -> None:
    pass


def requested(no_takeover: bool, bits: int) -> Callable[[Dict[str, str]], None]:
    """What a client asks for has to be agreed to (RFC 7692, §7.1.1.1 and §7.1.2.1)."""
    def check(parameters: Dict[str, str]) -> None:
        expect(not no_takeover or "server_no_context_takeover" in parameters, f"takeover in {parameters}")
        expect(not bits or int(parameters.get("server_max_window_bits", "15")) <= bits, f"window in {parameters}")
    return check


def offer(no_takeover: bool, bits: int) -> str:
    parts = [PLAIN, "client_no_context_takeover" if no_takeover else "", "client_max_window_bits"]
    parts += ["server_no_context_takeover"] * no_takeover + [f"server_max_window_bits={bits}"] * bool(bits)
    return "; ".join(part for part in parts if part)


def add_cases(add: Callable[..., None], full: bool) -> None:
    words = "gateway request answer worker master socket frame message"
    samples = [
        (documents(words), TEXT), (random.Random(4).randbytes(1 << 18), BINARY), (english(), TEXT), (greek(), TEXT),
        (documents("κόσμε straße größe ξέφωτο"), TEXT),
    ]

    def times(size: int) -> int:
        return max(32, min(1000, (4 << 20) // size)) if full else max(1, min(4, 16384 // size))

    for section, (data, opcode) in enumerate(samples, 1):
        for index, size in enumerate(SIZES + FRAGMENTED):
            fragment = None if index < len(SIZES) else 256 << (index - len(SIZES)) % 4
            path = "/compressed" if index % 2 else "/echo-context"
            add(f"12.{section}.{index + 1}", echo(data, opcode, size, fragment, times(size), anything), path, PLAIN)
    offers = [(False, 0), (True, 0), (False, 9), (False, 15), (True, 9), (True, 15)]
    data = samples[2][0]
    chosen = range(18) if full else (0, 3, 5, 12)
    for section, (no_takeover, bits) in enumerate(offers, 1):
        for index in chosen:
            size = (SIZES + FRAGMENTED)[index]
            fragment = None if index < len(SIZES) else 1024
            run = echo(data, TEXT, size, fragment, times(size), requested(no_takeover, bits))
            add(f"13.{section}.{index + 1}", run, "/echo-context", offer(no_takeover, bits))
    several = ", ".join([offer(True, 9), offer(True, 0), offer(False, 0)])
    for index in chosen:
        run = echo(data, TEXT, (SIZES + FRAGMENTED)[index], None, 2, requested(True, 9))
        add(f"13.7.{index + 1}", run, "/echo-context", several)
    add_declined(add)
    add_examples(add)


def add_declined(add: Callable[..., None]) -> None:
    """Offers that cannot be taken: the next one is, or the connection goes without (RFC 7692, §7.1)."""
    def declined(client: Client) -> None:
        expect(client.parameters is None, f"agreed on {client.parameters}")
        client.send(frame(TEXT, b"plain"))
        expect(client.expect_message(TEXT, b"plain").reserved == 0, "compressed")
        client.send(frame(TEXT, b"\xf2\x48\xcd\xc9\xc9\x07\x00", reserved=4))
        client.expect_end(1002)

    def second(client: Client) -> None:
        expect(client.parameters is not None, "declined")
        client.send_message(TEXT, b"hello" * 100)
        client.expect_message(TEXT, b"hello" * 100)
        client.say_goodbye()

    wrong = [
        "unknown", "server_max_window_bits=8", "server_max_window_bits=16", "server_max_window_bits=09",
        "server_max_window_bits", "client_max_window_bits=7", "server_no_context_takeover=1",
        "client_no_context_takeover; client_no_context_takeover",
    ]
    for index, parameter in enumerate(wrong, 1):
        add(f"13.8.{index}", declined, "/compressed", f"{PLAIN}; {parameter}")
        add(f"13.9.{index}", second, "/compressed", f"{PLAIN}; {parameter}, {PLAIN}")
    add("13.8.20", declined, "/no-compression", PLAIN)


def add_examples(add: Callable[..., None]) -> None:
    def examples(*messages: "List[bytes]", path: str = "/compressed", expected: bytes = b"Hello") -> Callable[[Client], None]:
        def run(client: Client) -> None:
            for parts in messages:
                client.send(b"".join(
                    frame(0 if index else TEXT, part, index == len(parts) - 1, 0 if index else 4)
                    for index, part in enumerate(parts)))
                client.expect_message(TEXT, expected)
            client.say_goodbye()
        return run

    def malformed(payload: bytes, code: int) -> Callable[[Client], None]:
        def run(client: Client) -> None:
            client.send(frame(TEXT, payload, reserved=4))
            client.expect_end(code)
        return run

    def marked_continuation(client: Client) -> None:
        client.send(frame(TEXT, hello[:3], False, 4) + frame(0, hello[3:], True, 4))
        client.expect_end(1002)

    def marked_ping(client: Client) -> None:
        client.send(frame(9, b"x", True, 4))
        client.expect_end(1002)

    hello = bytes.fromhex("f248cdc9c90700")
    example = "7.2.3 of RFC 7692"
    add(f"{example}.1a", examples([hello]), "/compressed", PLAIN)
    add(f"{example}.1b", examples([hello[:3], hello[3:]]), "/compressed", PLAIN)
    add(f"{example}.2", examples([hello], [bytes.fromhex("f200110000")]), "/echo-context", PLAIN)
    add(f"{example}.3", examples([bytes.fromhex("000500faff48656c6c6f00")]), "/compressed", PLAIN)
    add(f"{example}.4", examples([bytes.fromhex("f348cdc9c9070000")]), "/compressed", PLAIN)
    add(f"{example}.5", examples([bytes.fromhex("f248050000 00ffffcac9c90700".replace(" ", ""))]), "/compressed", PLAIN)
    add(f"{example}.6", examples([b"\x00"], expected=b""), "/compressed", PLAIN)
    add(f"{example}.7", malformed(b"\xff\xff\xff\xff", 1007), "/compressed", PLAIN)
    add(f"{example}.8", marked_continuation, "/compressed", PLAIN)
    add(f"{example}.9", marked_ping, "/compressed", PLAIN)
