#!/usr/bin/env python3
"""Does to a running gateway what operators do, under load, and counts the requests that fail.

    Benchmarks/endurance.py [--application wsgi|php|swift] [--short]

64 clients keep their connections and 200 others a second bring one each, while the gateway is reloaded, upgraded, given
more and fewer workers, made to recycle its workers, and has workers killed. Prints a line for each phase and exits with 1
when a request failed that should not have. Only the workers' kills may cost requests: those that the killed process had.
"""

import argparse
import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEPT = 64
FRESH_A_SECOND = 200
DEADLINE = 60


class Load:
    """Clients that never stop asking, and what became of their requests."""

    def __init__(self, port, path):
        self.port, self.path = port, path
        self.answered = 0
        self.failures = []
        self.allowed = 0
        self.tasks = []
        self.running = True

    def start(self):
        loop = asyncio.get_running_loop()
        self.tasks = [loop.create_task(self.kept(number)) for number in range(KEPT)]
        self.tasks.append(loop.create_task(self.fresh()))

    async def stop(self):
        self.running = False
        await asyncio.wait_for(asyncio.gather(*self.tasks), DEADLINE)

    def failed(self, kind, why):
        self.failures.append((time.monotonic(), kind, why))

    async def kept(self, number):
        reader = writer = None
        await asyncio.sleep(number * 0.001)
        while self.running:
            try:
                if writer is not None and (reader.at_eof() or reader.exception()):
                    # It ended while nobody had asked for anything: no request was lost.
                    writer.close()
                    writer = None
                if writer is None:
                    reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                closes = await asyncio.wait_for(self.ask(reader, writer, "keep-alive"), DEADLINE)
                self.answered += 1
            except Exception as error:
                self.failed("kept", repr(error))
                closes = True
            if closes and writer is not None:
                writer.close()
                writer = None
            await asyncio.sleep(0.05)
        if writer is not None:
            writer.close()

    async def fresh(self):
        tasks = set()
        begin, sent = time.monotonic(), 0
        while self.running:
            while sent < (time.monotonic() - begin) * FRESH_A_SECOND:
                sent += 1
                task = asyncio.get_running_loop().create_task(self.one())
                tasks.add(task)
                task.add_done_callback(tasks.discard)
            await asyncio.sleep(0.005)
        while tasks:
            await asyncio.sleep(0.01)

    async def one(self):
        writer = None
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            await asyncio.wait_for(self.ask(reader, writer, "close"), DEADLINE)
            self.answered += 1
        except Exception as error:
            self.failed("fresh", repr(error))
        finally:
            if writer is not None:
                writer.close()

    async def ask(self, reader, writer, connection):
        """Sends one request. Returns whether the connection ends with its answer."""
        writer.write(f"GET {self.path} HTTP/1.1\r\nHost: a\r\nConnection: {connection}\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status, fields = head.split("\r\n", 1)
        if " 200 " not in status + " ":
            raise RuntimeError(status)
        fields = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(":") for line in fields.split("\r\n") if line)
        }
        if "content-length" in fields:
            await reader.readexactly(int(fields["content-length"]))
        elif fields.get("transfer-encoding") == "chunked":
            while True:
                size = int((await reader.readline()).strip(), 16)
                await reader.readexactly(size + 2)
                if size == 0:
                    break
        else:
            raise RuntimeError("an answer without framing")
        return fields.get("connection", "").lower() == "close"


class Gateway:
    """The gateway, by its pid file and its log."""

    def __init__(self, command, folder):
        self.folder = folder
        self.log_path, self.pid_path = folder / "log", folder / "pid"
        self.process = subprocess.Popen(
            command + ["--error-log", str(self.log_path), "--pid", str(self.pid_path)],
            stdin=subprocess.DEVNULL)

    @property
    def log(self):
        return self.log_path.read_text() if self.log_path.exists() else ""

    @property
    def pid(self):
        return int(self.pid_path.read_text())

    def signal(self, number):
        os.kill(self.pid, number)

    def workers(self):
        """The processes that the master has forked, without its guardian."""
        listing = subprocess.run(
            ["ps", "-o", "pid=,args=", "--ppid", str(self.pid)], capture_output=True, text=True).stdout
        return [int(line.split()[0]) for line in listing.splitlines() if ": worker" in line]

    async def until(self, what, condition):
        deadline = time.monotonic() + DEADLINE
        while not condition():
            if time.monotonic() > deadline:
                sys.exit(f"{what}: not within {DEADLINE} s\n{self.log[-3000:]}")
            await asyncio.sleep(0.01)

    async def logged(self, text, times):
        await self.until(f"'{text}' is logged", lambda: self.log.count(text) >= times)

    def exists(self, pid):
        """Whether a process is there that has not ended: one that nobody has reaped yet has."""
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        except OSError:
            return False


async def reloads(gateway, load, count):
    for _ in range(count):
        before = gateway.log.count("the old one drains")
        gateway.signal(signal.SIGHUP)
        await gateway.logged("the old one drains", before + 1)
        await asyncio.sleep(0.02)


async def pairs(gateway, load, count):
    for _ in range(count):
        workers = len(gateway.workers())
        gateway.signal(signal.SIGTTIN)
        await gateway.until("one worker more", lambda: len(gateway.workers()) > workers)
        gateway.signal(signal.SIGTTOU)
        await asyncio.sleep(0.05)


async def upgrades(gateway, load, count):
    for _ in range(count):
        old, before = gateway.pid, gateway.log.count("listening at")
        os.kill(old, signal.SIGUSR2)
        await gateway.logged("listening at", before + 1)
        os.kill(old, signal.SIGWINCH)
        await asyncio.sleep(0.2)
        os.kill(old, signal.SIGTERM)
        await gateway.until("the old master has gone", lambda: not gateway.exists(old))
        await gateway.until("the new one has its pid file", lambda: gateway.pid_path.exists() and gateway.pid != old)


async def kills(gateway, load, count):
    for _ in range(count):
        await gateway.until("there is a worker", gateway.workers)
        victim = gateway.workers()[0]
        # What dies with it: its connections, and no more.
        load.allowed += sockets(victim)
        os.kill(victim, signal.SIGKILL)
        await gateway.until("it has gone", lambda: not gateway.exists(victim))
        await asyncio.sleep(0.3)


def sockets(pid):
    """The sockets that a process has open."""
    count = 0
    for name in os.listdir(f"/proc/{pid}/fd"):
        try:
            count += os.readlink(f"/proc/{pid}/fd/{name}").startswith("socket:")
        except OSError:
            pass  # Closed meanwhile.
    return count


async def quiet(gateway, load, seconds):
    await asyncio.sleep(seconds)


def command(name, port, binary, swift):
    common = ["--bind", f"127.0.0.1:{port}", "--workers", "2", "--max-requests", "200", "--max-requests-jitter", "50"]
    pools = ["--processes", "3"]
    return {
        "wsgi": [binary, "wsgi:app:application", "--chdir", str(ROOT / "examples/python"), *common, *pools],
        "php": [binary, f"php:{ROOT / 'examples/php/public'}", *common, *pools],
        "swift": [swift, *common],
    }[name]


async def run(arguments):
    import socket
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    unwanted = 0
    with tempfile.TemporaryDirectory() as folder:
        gateway = Gateway(command(arguments.application, port, arguments.binary, arguments.swift), Path(folder))
        try:
            await gateway.logged("listening at", 1)
            load = Load(port, "/")
            load.start()
            part = 10 if arguments.short else 1
            phases = [
                ("recycling every 200 requests", quiet, 10 // part or 1),
                ("HUP", reloads, 50 // part),
                ("TTIN and TTOU", pairs, 50 // part),
                ("USR2, WINCH, TERM", upgrades, max(2, 10 // part)),
                ("KILL of a worker", kills, 20 // part),
            ]
            for name, phase, count in phases:
                answered, failed, begin = load.answered, len(load.failures), time.monotonic()
                await phase(gateway, load, count)
                await asyncio.sleep(1.5)  # What a drain does wrong shows when it is over.
                failures = load.failures[failed:]
                seconds = time.monotonic() - begin
                print(
                    f"{arguments.application:5} {name:28} {count:3} times in {seconds:5.1f} s: "
                    f"{load.answered - answered:6} answered, {len(failures)} failed", flush=True)
                for _, kind, why in failures[:5]:
                    print(f"      {kind}: {why}")
                if load.allowed:
                    print(f"      (the killed workers had {load.allowed} sockets)")
                unwanted += max(0, len(failures) - load.allowed)
                load.allowed = 0
            await load.stop()
            recycled = gateway.log.count("is replaced")
            print(f"{arguments.application:5} workers recycled: {recycled}")
            last = gateway.pid
            os.kill(last, signal.SIGTERM)
            await gateway.until("the last master ends", lambda: not gateway.exists(last))
            left = [name for name in os.listdir(folder) if name != "log"]
            print(f"{arguments.application:5} left behind: {left or 'nothing'}")
            unwanted += len(left)
        finally:
            for pid in {gateway.process.pid, *([gateway.pid] if gateway.pid_path.exists() else [])}:
                if gateway.exists(pid):
                    os.kill(pid, signal.SIGKILL)
            gateway.process.wait()
    return 1 if unwanted else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--application", choices=["wsgi", "php", "swift"], default="wsgi")
    parser.add_argument("--short", action="store_true", help="a tenth of everything")
    parser.add_argument("--binary", default=str(ROOT / ".build/release/gateway"))
    parser.add_argument("--swift", default=str(ROOT / "examples/swift/.build/release/hello"))
    sys.exit(asyncio.run(run(parser.parse_args())))


if __name__ == "__main__":
    main()
