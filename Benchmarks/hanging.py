#!/usr/bin/env python3
"""What hanging requests cost the others: 500 clients, 4 workers, 2 application processes, and one request in fifty hangs
until the gateway gives its process up (--timeout 1).

    Benchmarks/hanging.py [--seconds 120] [--rate 5]

Four phases, each with a gateway of its own. In the first three the clients ask now and then (5 requests a second together, so
that both processes hang at once for less than a hundredth of the time, which is what a 99th percentile can stand):

    quiet        nothing hangs
    one less     nothing hangs, and there is one process: what the loss of one process explains
    hanging      one request in fifty hangs

and the 99th percentile of `hanging` is to stay under twice that of `quiet` plus the difference between the first two. In the
fourth, all 500 ask again as soon as they are answered: then the queue is what it is, and what counts is that nobody starves.
Exits with 1 where that does not hold.
"""
from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from processes import Processes

ROOT = Path(__file__).resolve().parent.parent
CLIENTS = 500
WORK = "/?d=5"
HANG = "/?d=3600000"


def build(folder: Path) -> Path:
    program = folder / "fcgi-benchmark"
    subprocess.run(["cc", "-O2", str(ROOT / "Benchmarks/app.c"), "-o", str(program), "-lfcgi"], check=True)
    return program


@contextlib.contextmanager
def gateway(folder: Path, program: Path, processes: int):
    owner = Processes()
    log = open(folder / "log", "w+")
    try:
        owner.start([
            str(ROOT / ".build/release/gateway"), f"exec:{program}", "--bind", "127.0.0.1:0", "--workers", "4",
            "--processes", str(processes), "--timeout", "1", "--queue-timeout", "60"],
            cpu=0, stdout=log, stderr=log)
        deadline = time.monotonic() + 30
        while "listening at" not in (text := (folder / "log").read_text()):
            if time.monotonic() > deadline:
                sys.exit(f"the gateway does not start:\n{text}")
            time.sleep(0.05)
        yield int(text.split("listening at http://127.0.0.1:")[1].split("/")[0])
    finally:
        owner.end()
        log.close()


async def ask(reader, writer, path):
    writer.write(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
    await reader.readexactly(length)
    return int(head.split(b" ")[1]), b"connection: close" in head.lower()


class Load:
    def __init__(self, port, hangs, seconds, rate):
        self.port, self.hangs, self.rate = port, hangs, rate
        self.end = time.monotonic() + seconds
        self.times, self.statuses, self.hung = [], {}, 0
        self.random = random.Random(7)
        self.answered = [0] * CLIENTS
        self.failures = []

    async def client(self, number):
        reader = writer = None
        if self.rate:
            await self.think()
        while time.monotonic() < self.end:
            if writer is not None and reader.at_eof():
                writer.close()  # It was kept for long enough without a request.
                writer = None
            if writer is None:
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            hangs = self.hangs and self.random.randrange(50) == 0
            begin = time.monotonic()
            try:
                status, closes = await asyncio.wait_for(ask(reader, writer, HANG if hangs else WORK), 120)
            except Exception as error:
                self.failures.append(repr(error))
                writer, closes = None, False
                continue
            if hangs:
                self.hung += 1
            else:
                self.times.append(time.monotonic() - begin)
                self.statuses[status] = self.statuses.get(status, 0) + 1
                self.answered[number] += 1
            if closes:
                writer.close()
                writer = None
            if self.rate:
                await self.think()
        if writer is not None:
            writer.close()

    async def think(self):
        pause = self.random.expovariate(self.rate / CLIENTS)
        await asyncio.sleep(min(pause, max(0, self.end - time.monotonic())))

    async def run(self):
        await asyncio.gather(*(self.client(number) for number in range(CLIENTS)))
        return self


def percentile(times, share):
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000


def phase(folder, program, name, processes, hangs, seconds, rate):
    with gateway(folder, program, processes) as port:
        load = asyncio.run(Load(port, hangs, seconds, rate).run())
    p99 = percentile(load.times, 0.99)
    print(f"{name:10} {len(load.times):6} answered, {load.hung:4} hung, median {percentile(load.times, 0.5):8.1f} ms, "
          f"p99 {p99:8.1f} ms, longest {max(load.times) * 1000:8.1f} ms, statuses {load.statuses}, "
          f"{len(load.failures)} broken", flush=True)
    return load, p99


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--rate", type=float, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        program = build(folder)
        _, quiet = phase(folder, program, "quiet", 2, False, options.seconds, options.rate)
        _, less = phase(folder, program, "one less", 1, False, options.seconds, options.rate)
        load, hanging = phase(folder, program, "hanging", 2, True, options.seconds, options.rate)
        bound = 2 * quiet + max(0, less - quiet)
        print(f"p99 of the others {hanging:.1f} ms, bound {bound:.1f} ms")
        isGood = hanging <= bound and not load.failures and set(load.statuses) == {200}
        full, _ = phase(folder, program, "full", 2, True, min(60, options.seconds), 0)
        starved = sum(1 for count in full.answered if count == 0)
        print(f"{starved} of {CLIENTS} clients without an answer, fewest {min(full.answered)}, most {max(full.answered)}")
        sys.exit(0 if isGood and starved == 0 and set(full.statuses) == {200} else 1)


main()
