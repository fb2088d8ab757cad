#!/usr/bin/env python3
"""Sends requests that go wrong at every stage, and then looks whether everything is back that they have held.

    Benchmarks/faults.py [--requests 100000] [--clients 64] [--seed 1] [--binary .build/release/gateway]

The application is the tests' own FastCGI responder, four processes of it behind two workers. A client resets its connection or
ends it before, in and after a head, a body and an answer; closes only its sending side; reads slowly and leaves in the middle;
pipelines requests and half of another one; sends what is no HTTP. Between them are requests that must be answered well.

Afterwards: no worker has more descriptors than before but for one kept connection to each process, and none is a temporary file;
as many requests as there are processes are served at once; the workers' memory is within a bound; every connection that
was accepted has closed; and the workers have counted as many requests as there are lines in the access log. Exits with 1
where one of these does not hold.
"""
from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROCESSES = 4
WORKERS = 2
DEADLINE = 60
# What a worker may have more than before: its spare exchanges and what the allocator keeps.
MEMORY = 64 << 20


class Wrong(Exception):
    """Something is not as it must be."""


class Peer:
    """One connection, with the ways to end it."""

    @classmethod
    async def open(cls, port, receive_buffer=None):
        peer = cls()
        sock = socket.socket()
        sock.setblocking(False)
        if receive_buffer:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        await asyncio.wait_for(asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", port)), DEADLINE)
        peer.sock, peer.buffer = sock, b""
        return peer

    async def send(self, data):
        await asyncio.wait_for(asyncio.get_running_loop().sock_sendall(self.sock, data), DEADLINE)

    async def more(self, limit=65536):
        part = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(self.sock, limit), DEADLINE)
        self.buffer += part
        return len(part)

    async def answer(self):
        """The status and the body of the next answer."""
        while b"\r\n\r\n" not in self.buffer:
            if not await self.more():
                raise Wrong(f"the connection ended in a head: {self.buffer[:200]!r}")
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        status = int(head.split(b" ")[1])
        if status == 100:
            return await self.answer()
        found = re.search(rb"(?i)content-length: *(\d+)", head)
        if not found:
            raise Wrong(f"an answer without a length: {head!r}")
        length = int(found[1])
        while len(self.buffer) < length:
            if not await self.more():
                raise Wrong("the connection ended in a body")
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        return status, body

    async def end(self):
        """Reads until the gateway closes."""
        try:
            while await self.more():
                self.buffer = b""
        except ConnectionError:
            pass

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def half_close(self):
        self.sock.shutdown(socket.SHUT_WR)

    def leave(self, chance):
        if chance.random() < 0.5:
            self.reset()
        else:
            self.sock.close()


def get(target):
    return f"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n".encode()


def post(length, *fields):
    return "\r\n".join(["POST /p HTTP/1.1", "Host: a", f"Content-Length: {length}", *fields, "", ""]).encode()


async def expect(peer, status, body=None):
    answer = await peer.answer()
    if answer[0] != status or body is not None and answer[1] != body:
        raise Wrong(f"expected {status} {body!r}, got {answer[0]} {answer[1][:200]!r}")


HELLO = b"Hello, world\n"


async def kept(peer, chance):
    for _ in range(3):
        await peer.send(get("/"))
        await expect(peer, 200, HELLO)
    peer.leave(chance)


async def uploaded(peer, chance):
    length = chance.choice([1, 5000, 700_000])
    await peer.send(post(length) + b"\1" * length)
    await expect(peer, 200, f"{length} bytes, sum {length}".encode())
    peer.leave(chance)


async def silent(peer, chance):
    await asyncio.sleep(chance.random() * 0.01)
    peer.leave(chance)


async def head_cut(peer, chance):
    head = get("/never")
    await peer.send(head[:chance.randrange(1, len(head) - 1)])
    if chance.random() < 0.3:
        peer.half_close()
        await peer.end()
    peer.leave(chance)


async def left_before_answer(peer, chance):
    await peer.send(get(chance.choice(["/", "/?d=3", "/?n=300000"])))
    if chance.random() < 0.5:
        await asyncio.sleep(chance.random() * 0.005)
    peer.leave(chance)


async def body_cut(peer, chance):
    length = chance.choice([10, 20_000, 700_000])
    await peer.send(post(length) + b"x" * chance.randrange(length))
    if chance.random() < 0.3:
        peer.half_close()
        await peer.end()
    peer.leave(chance)


async def chunk_cut(peer, chance):
    await peer.send(b"POST /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n4000\r\nabc")
    peer.leave(chance)


async def chunk_wrong(peer, chance):
    await peer.send(b"POST /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nwrong\r\n")
    await expect(peer, 400)
    peer.leave(chance)


async def half_closed(peer, chance):
    await peer.send(get("/?d=2"))
    peer.half_close()
    await expect(peer, 200, HELLO)
    peer.leave(chance)


async def pipelined(peer, chance):
    count = chance.randrange(2, 60)
    half = get("/half")
    await peer.send(get("/") * count + half[:chance.randrange(1, len(half) - 1)])
    wanted = count if chance.random() < 0.5 else chance.randrange(count)
    for _ in range(wanted):
        await expect(peer, 200, HELLO)
    peer.leave(chance)


async def read_slowly(peer, chance):
    await peer.send(get("/?n=3000000"))
    for _ in range(chance.randrange(1, 20)):
        await peer.more(2000)
        await asyncio.sleep(0.002)
    if chance.random() < 0.3:
        await peer.answer()
    peer.leave(chance)


async def no_http(peer, chance):
    await peer.send(bytes(chance.randrange(1, 32) for _ in range(50)) + b"\r\n\r\n")
    await expect(peer, 400)
    peer.leave(chance)


# With how often, and how many requests each is reckoned as.
FAULTS = [(kept, 20, 3), (uploaded, 4, 1), (silent, 6, 1), (head_cut, 10, 1), (left_before_answer, 16, 1), (body_cut, 8, 1),
          (chunk_cut, 5, 1), (chunk_wrong, 5, 1), (half_closed, 8, 1), (pipelined, 8, 30), (read_slowly, 3, 1), (no_http, 5, 1)]


class Gateway:
    def __init__(self, binary, folder, responder):
        self.folder, self.calls = folder, folder / "calls"
        (folder / "temporary").mkdir()
        self.log_file = open(folder / "log", "w")
        self.process = subprocess.Popen(
            [binary, f"exec:{responder}", "--bind", "127.0.0.1:0", "--workers", str(WORKERS), "--processes", str(PROCESSES),
             "--access-log", str(folder / "access"), "--temporary-folder", str(folder / "temporary"),
             "--buffer-memory", "64K", "--queue-timeout", "60"],
            stdin=subprocess.DEVNULL, stdout=self.log_file, stderr=self.log_file,
            env={**os.environ, "CALL_LOG": str(self.calls)})
        wait("the gateway listens", lambda: "listening at" in self.log)
        self.port = int(re.search(r"listening at http://127\.0\.0\.1:(\d+)", self.log)[1])
        wait("the workers are there", lambda: len(self.workers()) == WORKERS)

    @property
    def log(self):
        return (self.folder / "log").read_text()

    def workers(self):
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                title = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if parent == self.process.pid and b"gateway: worker" in title:
                found.append(int(entry.name))
        return sorted(found)


def wait(what, condition):
    deadline = time.monotonic() + DEADLINE
    while not condition():
        if time.monotonic() > deadline:
            raise Wrong(f"within {DEADLINE} s it did not come true that {what}")
        time.sleep(0.02)


def descriptors(pid):
    found = []
    for name in os.listdir(f"/proc/{pid}/fd"):
        try:
            found.append(os.readlink(f"/proc/{pid}/fd/{name}"))
        except OSError:
            pass
    return found


def memory(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) << 10


async def load(port, requests, clients, seed):
    begun, failures = 0, []
    faults, weights = [fault for fault, _, _ in FAULTS], [weight for _, weight, _ in FAULTS]
    worth = {fault: count for fault, _, count in FAULTS}

    async def client(number):
        nonlocal begun
        chance = random.Random(f"{seed} {number}")
        while begun < requests and len(failures) < 20:
            fault = chance.choices(faults, weights)[0]
            begun += worth[fault]
            try:
                await fault(await Peer.open(port, 16_384 if fault is read_slowly else None), chance)
            except Exception as error:
                failures.append(f"{fault.__name__}: {error!r}")

    await asyncio.gather(*(client(number) for number in range(clients)))
    return begun, failures


async def all_at_once(gateway):
    """Every process serves: a slot that is lost would keep the last request waiting."""
    gate = gateway.folder / "gate"
    peers = [await Peer.open(gateway.port) for _ in range(PROCESSES)]
    for peer in peers:
        await peer.send(f"GET /pid?until={gate} HTTP/1.0\r\n\r\n".encode())
    wait("all processes serve at once", lambda: gateway.calls.read_text().count(f"until={gate}") == PROCESSES)
    gate.touch()
    for peer in peers:
        await peer.end()
        peer.sock.close()


def run(options, folder):
    responder = folder / "responder"
    subprocess.run(["cc", "-O2", "-o", responder, ROOT / "Tests/IntegrationTests/Applications/responder.c", "-lfcgi"], check=True)
    gateway = Gateway(options.binary, folder, responder)
    try:
        workers = gateway.workers()
        before = {pid: (len(descriptors(pid)), memory(pid)) for pid in workers}
        begin = time.monotonic()
        begun, failures = asyncio.run(load(gateway.port, options.requests, options.clients, options.seed))
        print(f"{begun} requests with faults in {time.monotonic() - begin:.1f} s, {len(failures)} not as they must be")
        if failures:
            raise Wrong("\n".join(failures[:5]))
        asyncio.run(all_at_once(gateway))
        if gateway.workers() != workers:
            raise Wrong(f"workers have ended:\n{gateway.log[-3000:]}")
        for pid in workers:
            count, resident = before[pid]
            wait(f"worker {pid} has its {count} descriptors back",
                 lambda: len(descriptors(pid)) <= count + PROCESSES)
            # The sockets of the application have no names any more either.
            files = [link for link in descriptors(pid) if link.endswith(" (deleted)") and "/socket " not in link]
            if files:
                raise Wrong(f"worker {pid} holds temporary files: {files}")
            growth = memory(pid) - resident
            print(f"worker {pid}: {count} descriptors before, {len(descriptors(pid))} after; memory grew by {growth >> 10} KiB")
            if growth > MEMORY:
                raise Wrong(f"worker {pid} has {growth} octets of memory more than before")
        if os.listdir(folder / "temporary"):
            raise Wrong("temporary files are left")
        gateway.process.send_signal(signal.SIGTERM)
        if gateway.process.wait(DEADLINE) != 0:
            raise Wrong("the gateway did not end well")
        lines = (folder / "access").read_bytes().count(b"\n")
        totals = re.findall(r"served (\d+) requests .* on (\d+) connections \(closed (\d+)", gateway.log)
        counted, accepted, closed = (sum(int(total[index]) for total in totals) for index in range(3))
        print(f"{counted} requests counted, {lines} lines in the access log, {accepted} connections, {closed} closed")
        if counted != lines or accepted != closed or len(totals) == 0:
            raise Wrong("the counters do not add up")
        if re.search(r"\[(critical)\]", gateway.log):
            raise Wrong(f"the log has something critical:\n{gateway.log[-3000:]}")
    except Wrong:
        print(gateway.log[-3000:], file=sys.stderr)
        raise
    finally:
        if gateway.process.poll() is None:
            gateway.process.kill()
            gateway.process.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--binary", default=str(ROOT / ".build/release/gateway"))
    with tempfile.TemporaryDirectory() as folder:
        try:
            run(parser.parse_args(), Path(folder))
        except Wrong as error:
            sys.exit(str(error))


main()
