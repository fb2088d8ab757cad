#!/usr/bin/env python3
"""Has everybody stand still whom the master has to do with, one after another, under load, and counts what others lose.

    Benchmarks/freeze.py [--seconds 300] [--gateway PATH]

Clients keep asking one application, `calm`. Meanwhile the processes of another one, `held`, of a CGI responder, the guardian and
what they are started from are held: stopped (SIGSTOP), leased (fcntl F_SETLEASE), shut down, killed, with the shared counters
filled and the listening sockets made to wait. After each, the master has to replace a killed process of `held`'s neighbour, to
reopen its logs, and now and then to reload, each within its bound. At the end it has to stop. Exits with 1 when a request to
`calm` failed or was answered late, or when the master did not do its part in time. It needs python3 and nothing else.
"""

import argparse
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HELPERS = ROOT / "Tests/IntegrationTests/Applications"
CLIENTS = 8
LATE = 5.0  # seconds; a worker that reloads and a machine that is busy take their time
BOUND = 10.0  # seconds in which the master has to show that it goes on

APPLICATION = """
import os
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"%d" % os.getpid()]
"""


class Load:
    """Clients that never stop asking, and what became of their requests."""

    def __init__(self, port):
        self.port, self.answered, self.slowest, self.failures = port, 0, 0.0, []
        self.lock, self.running = threading.Lock(), True
        self.threads = [threading.Thread(target=self.ask, daemon=True) for _ in range(CLIENTS)]

    def ask(self):
        while self.running:
            began = time.monotonic()
            status = get(self.port, "/calm", 30)
            time_taken = time.monotonic() - began
            with self.lock:
                self.answered += 1
                self.slowest = max(self.slowest, time_taken)
                if status[0] != "200" or time_taken > LATE:
                    self.failures.append(f"{time.strftime('%H:%M:%S')} {status[0]} after {time_taken:.2f} s")
            time.sleep(0.01)


def get(port, path, patience=10):
    """The status, or what went wrong, and the body."""
    try:
        with socket.create_connection(("127.0.0.1", port), patience) as connection:
            connection.settimeout(patience)
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
            answer = b""
            while part := connection.recv(65536):
                answer += part
    except OSError as error:
        return type(error).__name__, ""
    head, _, body = answer.partition(b"\r\n\r\n")
    return head.decode("latin-1").partition(" ")[2][:3], body.decode("latin-1").strip()


def wait(what, condition, bound=BOUND):
    deadline = time.monotonic() + bound
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"within {bound:.0f} s it did not come true that {what}")
        time.sleep(0.05)


def send(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


class Rig:
    def __init__(self, gateway, folder):
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        (folder / "app.py").write_text(APPLICATION)
        (folder / "scripts").mkdir()
        self.program, script = folder / "program", folder / "scripts/script"
        self.program.write_text(f"#!/bin/sh\nexec {gateway} fcgiwrap --root {folder}/scripts\n")
        script.write_text("#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n%s' $PPID\n")
        for path in (self.program, script):
            path.chmod(0o755)
        self.script, self.log = script, folder / "error.log"
        (folder / "gateway.yaml").write_text(f"""
bind: 127.0.0.1:{self.port}
workers: 2
graceful-timeout: 3
python: {sys.executable}
error-log: {self.log}
applications:
  calm: {{run: "wsgi:app:app", processes: 2}}
  near: {{run: "wsgi:app:app", processes: 1, timeout: 2}}
  held: {{run: "exec:{self.program}", processes: 1}}
  cgi: {{run: "cgi:{folder}/scripts", processes: 4}}
routes:
  - {{path: /near, application: near}}
  - {{path: /held/*, application: held}}
  - {{path: /cgi/*, application: cgi, strip-prefix: true}}
  - {{path: /*, application: calm}}
""")
        self.helpers = []
        self.master = subprocess.Popen(
            [gateway, "--config", folder / "gateway.yaml"], cwd=folder, start_new_session=True,
            stdout=(folder / "stdout").open("wb"), stderr=subprocess.STDOUT)
        wait("the gateway serves", lambda: get(self.port, "/calm")[0] == "200", 60)
        wait("all of it serves", lambda: get(self.port, "/near")[0] == "200", 60)

    def children(self, word):
        found = []
        for place in Path("/proc").glob("[0-9]*"):
            try:
                parent = int((place / "stat").read_text().rpartition(")")[2].split()[1])
                title = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode("latin-1")
            except (OSError, ValueError):
                continue
            if parent == self.master.pid and word in title:
                found.append(int(place.name))
        return found

    def helper(self, name, *arguments):
        mark = self.folder / f"mark-{time.monotonic_ns()}"
        process = subprocess.Popen([sys.executable, HELPERS / name, *map(str, arguments), mark])
        self.helpers.append(process)
        wait(f"{name} holds {arguments}", lambda: mark.exists() or process.poll() is not None)

    def release(self):
        for process in self.helpers:
            process.kill()
            process.wait()
        self.helpers = []
        for pid in self.children(""):
            send(pid, signal.SIGCONT)

    # What is done to whom.

    def lease_program(self):
        self.helper("hold.py", self.program)
        for pid in self.children("fcgiwrap --root"):
            send(pid, signal.SIGKILL)

    def lease_script(self):
        self.helper("hold.py", self.script)
        threading.Thread(target=get, args=(self.port, "/cgi/script", 5), daemon=True).start()

    def stop_guardian(self):
        for pid in self.children("guardian"):
            send(pid, signal.SIGSTOP)

    def kill_guardian(self):
        for pid in self.children("guardian"):
            send(pid, signal.SIGKILL)

    def stop_responders(self):
        for pid in self.children("fcgiwrap"):
            send(pid, signal.SIGSTOP)

    def hide_end(self):
        # Nobody tells the master of that end: a request that waits for --timeout does, as for any process that hangs.
        pid = get(self.port, "/near")[1]
        if pid.isdigit():
            self.helper("trace.py", pid)

    def check(self, reloads):
        """The master replaces what is killed, opens its logs anew, and reloads."""
        status, victim = get(self.port, "/near")
        if status == "200":
            send(int(victim), signal.SIGKILL)
            wait("a killed process is replaced", lambda: get(self.port, "/near") not in (("200", victim),) and
                 get(self.port, "/near")[0] == "200")
        self.log.unlink(missing_ok=True)
        self.master.send_signal(signal.SIGUSR1)
        wait("logs are opened anew", self.log.exists)
        if reloads:
            self.master.send_signal(signal.SIGHUP)
            # At once, or after one that goes on.
            wait("a reload is taken up", lambda: "reload (HUP)" in self.log.read_text())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--gateway", default=str(ROOT / ".build/release/gateway"))
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="gateway-freeze-"))
    rig, problems, rounds = Rig(os.path.abspath(options.gateway), folder), [], 0
    load = Load(rig.port)
    for thread in load.threads:
        thread.start()
    deadline = time.monotonic() + options.seconds
    harms = [rig.lease_program, rig.lease_script, rig.stop_guardian, rig.kill_guardian, rig.stop_responders, rig.hide_end]
    try:
        while time.monotonic() < deadline:
            for harm in random.sample(harms, len(harms)):
                try:
                    harm()
                    rig.check(reloads=random.random() < 0.2)
                except AssertionError as problem:
                    problems.append(f"{harm.__name__}: {problem}")
                time.sleep(random.random())
                rig.release()
                rounds += 1
        load.running = False
        for thread in load.threads:
            thread.join(40)
        rig.master.send_signal(signal.SIGTERM)
        try:
            status = rig.master.wait(30)
            if status:
                problems.append(f"TERM: exit status {status}")
        except subprocess.TimeoutExpired:
            problems.append("TERM: it has not ended after 30 s")
    finally:
        rig.release()
        if rig.master.poll() is None:
            rig.master.kill()
            rig.master.wait()
    print(f"{rounds} times somebody stood still; {load.answered} requests to others: {len(load.failures)} failed or late, "
          f"the slowest {load.slowest:.2f} s; {len(problems)} times the master did not go on in time")
    for line in (load.failures + problems)[:40]:
        print("  ", line)
    if load.failures or problems:
        print(f"what was logged is in {folder}")
        return 1
    shutil.rmtree(folder)
    return 0


sys.exit(main())
