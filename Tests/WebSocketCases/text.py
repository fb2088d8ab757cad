"""UTF-8: section 6, after Markus Kuhn's stress test for decoders."""

from typing import Callable, List

from client import TEXT, Client, expect, frame

# κόσμε, its accent as U+1F79, which takes three octets.
KOSME = bytes.fromhex("cebae1bdb9cf83cebcceb5")
EDITED = b"\xed\xa0\x80edited"


def fragments(payload: bytes, size: int) -> List[bytes]:
    parts = [payload[start:start + size] for start in range(0, len(payload), size)]
    return [frame(0 if index else TEXT, part, index == len(parts) - 1) for index, part in enumerate(parts)]


def good(*frames: bytes, payload: bytes) -> Callable[[Client], None]:
    def run(client: Client) -> None:
        client.send(b"".join(frames))
        client.expect_message(TEXT, payload)
        client.say_goodbye()
    return run


def bad(*frames: bytes) -> Callable[[Client], None]:
    def run(client: Client) -> None:
        client.send(b"".join(frames))
        client.expect_end(1007)
    return run


def either(payload: bytes, is_valid: bool) -> Callable[[Client], None]:
    return good(frame(TEXT, payload), payload=payload) if is_valid else bad(frame(TEXT, payload))


def at_once(before: bytes, wrong: bytes, announced: int = 0) -> Callable[[Client], None]:
    """The connection fails at the octet that shows the mistake, although the message, or the frame, is not whole."""
    def run(client: Client) -> None:
        if announced:
            # The head of one frame for all of it, of which only the beginning is sent. Its mask is nothing.
            client.send(bytes([0x81, 0x80 | announced, 0, 0, 0, 0]) + before)
            client.send(wrong)
        else:
            client.send(frame(TEXT, before, final=False))
            client.send(frame(0, wrong, final=False))
        client.expect_end(1007)
    return run


def tables() -> "dict[int, list[tuple[bytes, bool]]]":
    def all_of(is_valid: bool, *texts: str) -> "list[tuple[bytes, bool]]":
        return [(bytes.fromhex(text), is_valid) for text in texts]

    missing = "c0 e080 f08080 f8808080 fc80808080 df efbf f7bfbf fbbfbfbf fdbfbfbfbf".split()
    boundaries = {2, 5, 7, 9, 11}
    lonely = [range(0xC0, 0xE0), range(0xE0, 0xF0), range(0xF0, 0xF8), range(0xF8, 0xFC), range(0xFC, 0xFE)]
    nothing = [chr(plane << 16 | last).encode() for plane in range(17) for last in (0xFFFE, 0xFFFF)]
    return {
        5: [(("hello%sworld" % text).encode(), True) for text in ("$", "¢", "€", "𤭢")] + [(KOSME, True)],
        6: [(KOSME[:count], count in boundaries) for count in range(1, 12)],
        7: all_of(True, "00", "c280", "e0a080", "f0908080"),
        8: all_of(False, "f888808080", "fc8480808080"),
        9: all_of(True, "7f", "dfbf", "efbfbf", "f48fbfbf"),
        10: all_of(False, "f7bfbfbf", "fbbfbfbfbf", "fdbfbfbfbfbf"),
        11: all_of(True, "ed9fbf", "ee8080", "efbfbd", "f48fbfbf") + all_of(False, "f4908080"),
        12: all_of(False, "80", "bf", "80bf", "80bf80", "80bf80bf", "80bf80bf80", "80bf80bf80bf")
        + [(bytes(range(0x80, 0xBF)), False)],
        13: [(b"".join(bytes([octet, 0x20]) for octet in octets), False) for octets in lonely],
        14: all_of(False, *missing),
        15: all_of(False, "".join(missing)),
        16: all_of(False, "fe", "ff", "fefeffff"),
        17: all_of(False, "c0af", "e080af", "f08080af", "f8808080af", "fc80808080af"),
        18: all_of(False, "c1bf", "e09fbf", "f08fbfbf", "f887bfbfbf", "fc83bfbfbfbf"),
        19: all_of(False, "c080", "e08080", "f0808080", "f880808080", "fc8080808080"),
        20: all_of(False, "eda080", "edadbf", "edae80", "edafbf", "edb080", "edbe80", "edbfbf"),
        21: all_of(False, *(high + low for high in ("eda080", "edadbf", "edae80", "edafbf")
                            for low in ("edb080", "edbfbf"))),
        22: [(text, True) for text in nothing],
        23: [(chr(code).encode(), True) for code in range(0xFFF9, 0x10000)],
    }


def add_cases(add: Callable[..., None]) -> None:
    hello = "Hello-µ@ßöäüàá-UTF-8!!".encode()
    empty, more, last = frame(TEXT, final=False), frame(0, final=False), frame(0)
    add("6.1.1", good(frame(TEXT), payload=b""))
    add("6.1.2", good(empty, more, last, payload=b""))
    add("6.1.3", good(empty, frame(0, b"middle", False), last, payload=b"middle"))
    add("6.2.1", good(frame(TEXT, hello), payload=hello))
    add("6.2.2", good(frame(TEXT, hello[:12], False), frame(0, hello[12:]), payload=hello))
    add("6.2.3", good(*fragments(hello, 1), payload=hello))
    add("6.2.4", good(*fragments(KOSME, 1), payload=KOSME))
    add("6.3.1", bad(frame(TEXT, KOSME + EDITED)))
    add("6.3.2", bad(*fragments(KOSME + EDITED, 1)))
    add("6.4.1", at_once(KOSME, b"\xf4\x90\x80\x80"))
    add("6.4.2", at_once(KOSME + b"\xf4", b"\x90"))
    add("6.4.3", at_once(KOSME, b"\xf4\x90\x80\x80", announced=40))
    add("6.4.4", at_once(KOSME + b"\xf4", b"\x90", announced=40))
    for section, table in tables().items():
        for index, (payload, is_valid) in enumerate(table):
            try:
                payload.decode()
                expect(is_valid, f"the table is wrong about {payload!r}")
            except UnicodeDecodeError:
                expect(not is_valid, f"the table is wrong about {payload!r}")
            add(f"6.{section}.{index + 1}", either(payload, is_valid))
