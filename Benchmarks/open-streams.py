#!/usr/bin/env python3
"""What open WebSockets and server-sent events cost: 10 000 of them in one worker.

    Benchmarks/open-streams.py [BINARY] [--streams 10000] [--kind websocket|events] [--path /echo] [--limit-mb 200]

BINARY is Tests/TestApplication, built for release. The memory of the worker is its proportional set size (smaps_rollup): what it
would give back if it ended. It is read before, with all streams open and silent, after a message to each (which a WebSocket sends
back), and with one client that asks for a flood and reads nothing of it. Exits with 1 where it is ever above the limit, or where
a stream does not get its message.
"""
from __future__ import annotations

import argparse
import contextlib
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MEGA = 1 << 20
# A client's text frame with a mask of zeros, and the server's.
PING, PONG = b"\x81\x85\0\0\0\0hello", b"\x81\x05hello"


def request(path: str, upgrades: bool) -> bytes:
    fields = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" \
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    return f"GET {path} HTTP/1.1\r\nHost: a\r\n{fields if upgrades else ''}\r\n".encode()


def receive(stream: socket.socket, end: bytes) -> None:
    """Waits for octets that end so."""
    found = b""
    while not found.endswith(end):
        octets = stream.recv(65536)
        if not octets:
            sys.exit(f"the connection ended behind {found[-200:]!r}")
        found += octets


def get(port: int, path: str) -> str:
    with socket.create_connection(("127.0.0.1", port), 60) as client:
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
        with client.makefile("rb") as answer:
            return answer.read().split(b"\r\n\r\n", 1)[1].decode()


def memory(pid: int) -> int:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss:\s+(\d+) kB", text, re.M)[1]) << 10


def start(arguments, log_path: Path):
    with open(log_path, "w") as log:
        process = subprocess.Popen(
            [arguments.binary, "--bind", "127.0.0.1:0", "--workers", "1", "--worker-class", "async",
             "--worker-connections", str(arguments.streams + 100)],
            stdout=log, stderr=log, env={**os.environ, "TEST_APPLICATION": "websocket"})
    deadline = time.monotonic() + 30
    while not (found := re.search(r"listening at http://127\.0\.0\.1:(\d+)", log_path.read_text())):
        if time.monotonic() > deadline or process.poll() is not None:
            sys.exit(f"the gateway does not start:\n{log_path.read_text()}")
        time.sleep(0.05)
    return process, int(found[1])


def open_streams(arguments, port: int, streams) -> list:
    upgrades = arguments.kind == "websocket"
    head = request(arguments.path or ("/echo" if upgrades else "/events"), upgrades)
    opened = []
    for _ in range(arguments.streams):
        client = streams.enter_context(socket.create_connection(("127.0.0.1", port), 60))
        client.sendall(head)
        receive(client, b"\r\n\r\n")
        opened.append(client)
    return opened


def tell_all(arguments, port: int, opened: list) -> None:
    if arguments.kind == "websocket":
        for client in opened:
            client.sendall(PING)
        for client in opened:
            receive(client, PONG)
    else:
        get(port, "/tell?hello")
        for client in opened:
            receive(client, b"data: hello\n\n\r\n")


def settled(pid: int) -> int:
    """The memory once it does not change any more."""
    last = -1
    deadline = time.monotonic() + 20
    while (now := memory(pid)) != last and time.monotonic() < deadline:
        last = now
        time.sleep(1)
    return now


def measure(arguments, port: int) -> list:
    pid = int(get(port, "/pid"))
    rows = [("before", settled(pid), 0.0)]
    with contextlib.ExitStack() as streams:
        start_time = time.monotonic()
        opened = open_streams(arguments, port, streams)
        seconds = time.monotonic() - start_time
        rows.append(("open and idle", settled(pid), seconds))
        start_time = time.monotonic()
        tell_all(arguments, port, opened)
        seconds = time.monotonic() - start_time
        rows.append(("a message each", settled(pid), seconds))
        slow = streams.enter_context(socket.create_connection(("127.0.0.1", port), 60))
        slow.sendall(request("/flood", True))
        rows.append(("and a slow reader", settled(pid), 0.0))
    if int(get(port, "/pid")) != pid:
        sys.exit("the worker was replaced meanwhile")
    rows.append(("all closed", settled(pid), 0.0))
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("binary", nargs="?", default=str(ROOT / ".build/release/TestApplication"))
    parser.add_argument("--streams", type=int, default=10_000)
    parser.add_argument("--kind", choices=["websocket", "events"], default="websocket")
    parser.add_argument("--path", help="/echo and /events; /echo-context for compression with memory of its own")
    parser.add_argument("--limit-mb", type=int, default=200)
    arguments = parser.parse_args()

    needed = arguments.streams + 300
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < needed:
        sys.exit(f"{needed} descriptors are needed, and the hard limit is {hard}: ulimit -Hn, or fewer --streams")
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))

    with tempfile.TemporaryDirectory() as folder:
        process, port = start(arguments, Path(folder) / "log")
        try:
            rows = measure(arguments, port)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
    base = rows[0][1]
    print(f"{arguments.streams} {arguments.kind} streams in one worker")
    print(f"{'':<20}{'memory':>10}{'a stream':>12}{'seconds':>10}")
    for name, octets, seconds in rows:
        each = f"{(octets - base) / arguments.streams / 1024:.1f} KiB" if octets != base else ""
        print(f"{name:<20}{octets / MEGA:>7.1f} MB{each:>12}{f'{seconds:.1f}' if seconds else '':>10}")
    most = max(octets for _, octets, _ in rows)
    if most > arguments.limit_mb * MEGA:
        print(f"more than {arguments.limit_mb} MB")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
