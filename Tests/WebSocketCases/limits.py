"""Large messages and many of them: sections 9 and 10."""

from typing import Callable, Optional

from client import BINARY, TEXT, Client

KIND = {TEXT: b"*", BINARY: b"\xfe"}


def echo(opcode: int, size: int, fragment: Optional[int] = None, chop: Optional[int] = None,
         times: int = 1) -> Callable[[Client], None]:
    def run(client: Client) -> None:
        payload = KIND[opcode] * size
        for _ in range(times):
            client.send_message(opcode, payload, fragment, chop)
            client.expect_message(opcode, payload)
        client.say_goodbye()
    return run


def add_cases(add: Callable[..., None], full: bool) -> None:
    kilo, mega = 1 << 10, 1 << 20
    sizes = [64 * kilo, 256 * kilo, mega] + [4 * mega, 8 * mega, 16 * mega] * full
    large, medium = (4 * mega, mega) if full else (256 * kilo, 128 * kilo)
    for section, opcode in ((1, TEXT), (2, BINARY)):
        for index, size in enumerate(sizes):
            add(f"9.{section}.{index + 1}", echo(opcode, size), path="/large")
    for section, opcode in ((3, TEXT), (4, BINARY)):
        for index in range(9):
            add(f"9.{section}.{index + 1}", echo(opcode, large, fragment=64 << 2 * index), path="/large")
    for section, opcode in ((5, TEXT), (6, BINARY)):
        for index in range(6):
            add(f"9.{section}.{index + 1}", echo(opcode, medium, chop=64 << index), path="/large")
    for section, opcode in ((7, TEXT), (8, BINARY)):
        for index, size in enumerate((0, 16, 64, 256, kilo, 4 * kilo)):
            add(f"9.{section}.{index + 1}", echo(opcode, size, times=1000 if full else 50), path="/large")
    add("10.1.1", echo(TEXT, 65536, fragment=1300))
