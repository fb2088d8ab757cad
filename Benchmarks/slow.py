#!/usr/bin/env python3
"""What slow and idle clients cost the others: the slowhttptest attacks with 4 000 connections each, and 10 000 idle connections,
while normal clients send 200 requests a second.

    Benchmarks/slow.py [--seconds 60] [--rate 200] [--only quiet,header,body,read,idle] [--binary .build/release/gateway]

Each phase has a gateway of its own, with the default limits, two workers and four processes:

    quiet     nobody attacks
    header    slowhttptest -H: heads that never come to their end (Slowloris)
    body      slowhttptest -B: bodies in drips (R.U.D.Y.)
    read      slowhttptest -X: answers of 200 KB that are read in drips (Slow Read)
    idle      10 000 connections that say nothing (--worker-connections 16384)

The normal clients keep 20 connections and send at fixed times, whatever the answers take: a time counts from when the request
was due. Their 99th percentile is to stay under three times that of `quiet` (and a millisecond, below which it says nothing),
none of them may fail, and the memory of each worker (its proportional set size) stays below what it had before plus
`--worker-buffers` and 4 KiB a connection. Exits with 1 where that does not hold.
"""
from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import re
import resource
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from processes import Processes, tree

ROOT = Path(__file__).resolve().parent.parent
KEPT = 20
ATTACKERS, IDLE = 4000, 10_000
RAMP = 12
BUFFERS, CONNECTION = 256 << 20, 4096


def build(folder):
    program = folder / "fcgi-benchmark"
    subprocess.run(["cc", "-O2", str(ROOT / "Benchmarks/app.c"), "-o", str(program), "-lfcgi"], check=True)
    return program


class Gateway:
    def __init__(self, owner, binary, program, folder, options):
        self.log_path = folder / "log"
        log = open(self.log_path, "w")
        self.process = owner.start(
            [binary, f"exec:{program}", "--bind", "127.0.0.1:0", "--workers", "2", "--processes", "4", *options],
            cpu=0, stdout=log, stderr=log)
        deadline = time.monotonic() + 30
        while "listening at" not in self.log:
            if time.monotonic() > deadline:
                sys.exit(f"the gateway does not start:\n{self.log}")
            time.sleep(0.05)
        self.port = int(re.search(r"listening at http://127\.0\.0\.1:(\d+)", self.log)[1])
        time.sleep(0.5)
        # Found once: whoever looks through /proc while it measures measures that.
        self.workers = [pid for pid in tree(self.process.pid) if b"gateway: worker" in Path(f"/proc/{pid}/cmdline").read_bytes()]

    @property
    def log(self):
        return self.log_path.read_text()

    def memory(self):
        """The proportional set size of each worker, in octets."""
        return [
            int(re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M)[1]) << 10
            for pid in self.workers]


class Client(asyncio.Protocol):
    """A kept connection. Requests that are due while one is under way wait here: their time runs."""

    def __init__(self, load):
        self.load, self.buffer, self.due, self.transport = load, b"", [], None

    def connection_made(self, transport):
        self.transport = transport
        for _ in self.due:
            self.send()

    def send(self):
        self.transport.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")

    def ask(self, due):
        self.due.append(due)
        if self.transport is not None:
            self.send()

    def data_received(self, data):
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end]
            length = int(re.search(rb"(?i)content-length: *(\d+)", head)[1])
            if len(self.buffer) < end + 4 + length:
                return
            self.buffer = self.buffer[end + 4 + length:]
            due = self.due.pop(0)
            if head.startswith(b"HTTP/1.1 200"):
                self.load.times.append(time.monotonic() - due)
            else:
                self.load.failures.append(head[:40].decode())

    def connection_lost(self, error):
        # An idle connection that gives way to others costs nothing; one with a request is a request that failed.
        self.load.failures += ["cut"] * len(self.due)
        self.load.ended += not self.load.isOver
        self.load.clients.discard(self)


class Load:
    def __init__(self, port, rate):
        self.port, self.rate = port, rate
        self.times, self.failures, self.clients, self.ended, self.isOver = [], [], set(), 0, False

    async def run(self, seconds):
        loop = asyncio.get_running_loop()
        begin = time.monotonic()
        for number in range(int(seconds * self.rate)):
            due = begin + number / self.rate
            await asyncio.sleep(max(0, due - time.monotonic()))
            free = next((client for client in self.clients if not client.due), None)
            if free is None and len(self.clients) < KEPT:
                free = Client(self)
                self.clients.add(free)
                loop.create_task(self.connect(free))
            (free or min(self.clients, key=lambda client: len(client.due))).ask(due)
        deadline = time.monotonic() + 30
        while any(client.due for client in self.clients) and time.monotonic() < deadline:
            await asyncio.sleep(0.05)
        self.failures += ["no answer"] * sum(len(client.due) for client in self.clients)
        self.isOver = True
        for client in list(self.clients):
            client.due = []
            if client.transport:
                client.transport.close()

    async def connect(self, client):
        try:
            await asyncio.get_running_loop().create_connection(lambda: client, "127.0.0.1", self.port)
        except OSError as error:
            self.failures += [repr(error)] * len(client.due)
            self.clients.discard(client)


def attack(owner, kind, port, seconds):
    url = f"http://127.0.0.1:{port}/"
    options = {
        "header": ["-H", "-i", "5", "-x", "24", "-u", url],
        "body": ["-B", "-i", "5", "-x", "10", "-s", "100000", "-u", url],
        "read": ["-X", "-w", "16", "-y", "64", "-n", "5", "-z", "16", "-u", url + "?n=200000"],
    }[kind]
    return owner.start(
        ["slowhttptest", "-c", str(ATTACKERS), "-r", "500", "-l", str(seconds), "-p", "30", "-v", "1", *options],
        cpu=1, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@contextlib.contextmanager
def idle_connections(port):
    """Connections that say nothing."""
    connections = []
    try:
        for _ in range(IDLE):
            connection = socket.create_connection(("127.0.0.1", port))
            connection.setblocking(False)
            connections.append(connection)
        yield
    finally:
        for connection in connections:
            connection.close()


async def measure(gateway, options, kind):
    load, most = Load(gateway.port, options.rate), [0]

    async def watch():
        while True:
            most[0] = max(most[0], *gateway.memory())
            await asyncio.sleep(1)

    watcher = asyncio.create_task(watch())
    await load.run(options.seconds)
    watcher.cancel()
    return load, most[0]


def percentile(times, share):
    ordered = sorted(times) or [float("inf")]
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000


def phase(kind, options, program, folder):
    owner = Processes()
    try:
        gateway = Gateway(
            owner, options.binary, program, folder, ["--worker-connections", "16384"] if kind == "idle" else [])
        before = max(gateway.memory())
        with contextlib.ExitStack() as stack:
            if kind == "idle":
                stack.enter_context(idle_connections(gateway.port))
            elif kind != "quiet":
                attack(owner, kind, gateway.port, options.seconds + RAMP)
                time.sleep(RAMP)  # All of them have come: what is measured is what they hold, and not their coming.
            load, most = asyncio.run(measure(gateway, options, kind))
        owner.end()
    finally:
        owner.end()
    connections = {"quiet": 0, "idle": IDLE}.get(kind, ATTACKERS)
    bound = before + BUFFERS + connections * CONNECTION
    p99 = percentile(load.times, 0.99)
    print(f"{kind:7} {len(load.times):6} answered, {len(load.failures)} failed, {load.ended} connections lost, "
          f"median {percentile(load.times, 0.5):6.2f} ms, p99 {p99:6.2f} ms, longest {percentile(load.times, 1):7.1f} ms; "
          f"memory of a worker {before / 1e6:.1f} MB before, {most / 1e6:.1f} at the most, bound {bound / 1e6:.0f}", flush=True)
    for line in gateway.log.splitlines():
        if "served" in line:
            print("        " + line.split("served", 1)[1].strip())
    for failure in sorted(set(load.failures)):
        print(f"        {load.failures.count(failure)} times {failure}")
    return p99, not load.failures and most <= bound


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--rate", type=int, default=200)
    parser.add_argument("--only", default="quiet,header,body,read,idle")
    parser.add_argument("--binary", default=str(ROOT / ".build/release/gateway"))
    options = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard if hard != resource.RLIM_INFINITY else 1 << 20, hard))
    os.sched_setaffinity(0, {1})
    good, quiet = True, None
    with tempfile.TemporaryDirectory() as folder:
        program = build(Path(folder))
        for kind in options.only.split(","):
            p99, fine = phase(kind, options, program, Path(folder))
            quiet = quiet or max(p99, 1.0)
            if not fine or p99 > 3 * quiet:
                good = False
                print(f"        {kind} does not hold: p99 {p99:.2f} ms, three times quiet is {3 * quiet:.2f}")
    sys.exit(0 if good else 1)


main()
