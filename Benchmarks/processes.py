"""The processes of a run: each is started on one processor, known by its number, and ended.

Processor time is read here as well, for a server is the tree below the process that was started.
"""
from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from pathlib import Path

SEARCH_PATH = os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin"  # A user's PATH lacks these.
STOP_SECONDS = 5


def process_fields(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the name, which may itself contain spaces and brackets."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def tree(root: int) -> dict[int, str]:
    """A process and its descendants, with the moment each began: a number alone may be given anew."""
    parents, begun = {}, {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                fields = process_fields(int(entry))
            except OSError:
                continue  # It ended while we looked.
            parents[int(entry)], begun[int(entry)] = int(fields[1]), fields[19]
    found, waiting = {}, [root]
    while waiting:
        pid = waiting.pop()
        if pid in begun:
            found[pid] = begun[pid]
            waiting += [child for child, parent in parents.items() if parent == pid]
    return found


def cpu_nanoseconds(root: int, without: str) -> int:
    """Processor time of a server, without the processes of one name. The first field of schedstat counts
    in nanoseconds, where stat's ticks of 10 ms would be too coarse for a short round."""
    total = 0
    for pid in tree(root):
        try:
            if Path(f"/proc/{pid}/comm").read_text().strip() == without:
                continue
            for thread in os.listdir(f"/proc/{pid}/task"):
                total += int(Path(f"/proc/{pid}/task/{thread}/schedstat").read_text().split()[0])
        except OSError:
            continue
    return total


class Processes:
    """Owns every process that was started, and ends them all."""

    def __init__(self) -> None:
        self.running: list[subprocess.Popen] = []
        self.prctl = ctypes.CDLL(None, use_errno=True).prctl

    def start(self, command: list[str], cpu: int, **streams) -> subprocess.Popen:
        def prepare() -> None:
            os.sched_setaffinity(0, {cpu})
            self.prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG: not even kill -9 on us leaves one behind.

        # A session of its own, so that Ctrl-C reaches this program alone and it ends them in order.
        process = subprocess.Popen(command, preexec_fn=prepare, start_new_session=True,
                                   env={**os.environ, "PATH": SEARCH_PATH}, **streams)
        self.running.append(process)
        return process

    def end(self) -> None:
        trees = [tree(process.pid) for process in self.running if process.poll() is None]
        for process in self.running:
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in self.running:
            try:
                process.wait(max(0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        # A server that was killed, or that forgot one, leaves orphans.
        for pid, begun in (item for found in trees for item in found.items()):
            try:
                if process_fields(pid)[19] == begun:
                    os.kill(pid, signal.SIGKILL)
            except OSError:
                continue
        self.running.clear()
