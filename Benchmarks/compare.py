#!/usr/bin/env python3
"""Measures the gateway beside other web servers, all in front of the same FastCGI application.

Every server starts once and stays up. A round loads each of them in turn, so that whatever drifts on
the machine drifts for all. Servers and applications share one processor, the load has another. A
figure is the median over the rounds:

  req/s    requests answered in a second
  CPU us   processor time of the server's own processes for one request, its applications left out
  p99 ms   the time within which 99 of 100 answers came
  errors   answers other than 2xx and 3xx, and failed, cut or timed out connections, all rounds together

An answer is checked for its content before it is timed. README.md tells how to read the result.
"""
from __future__ import annotations

import argparse
import http.client
import json
import os
import platform
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True  # Before our own modules: a run leaves nothing in the source tree.

from processes import SEARCH_PATH, Processes, cpu_nanoseconds  # noqa: E402
from servers import APPLICATION, PROCESSES, SERVERS, THROUGH, WORKLOADS, Site, Workload  # noqa: E402

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
SERVER_CPU, LOAD_CPU = 0, 1


class Failure(Exception):
    """Something that the person at the keyboard can mend; the text says how."""


# ---- Preparing a run.


def build(source: str, target: Path, *libraries: str) -> None:
    command = ["gcc", "-O2", str(HERE / source), "-o", str(target), *libraries]
    result = subprocess.run(command, stderr=subprocess.PIPE, text=True)
    if result.returncode != 0 and "fcgiapp.h" in result.stderr:
        raise Failure("the header fcgiapp.h is missing: install libfcgi-dev (apt-get install libfcgi-dev)")
    if result.returncode != 0:
        raise Failure(f"{source} does not compile: {result.stderr.strip()}")


def require_tools(servers: list[str], works: list[str], options: argparse.Namespace) -> None:
    tools = ["wrk", "gcc"] + sorted({name.partition("-")[0] for name in servers} & {"nginx", "lighttpd"})
    missing = [tool for tool in tools if not shutil.which(tool, path=SEARCH_PATH)]
    if missing:
        raise Failure(f"{', '.join(missing)} not found: install with apt-get install {' '.join(missing)}")
    if not {SERVER_CPU, LOAD_CPU} <= os.sched_getaffinity(0):
        raise Failure(f"processor {SERVER_CPU} is needed for the servers and {LOAD_CPU} for the load")
    if "nio" in servers and "static" in works and not os.access(options.nio, os.X_OK):
        raise Failure(f"no SwiftNIO server at {options.nio}: build it with swift build -c release "
                      f"--package-path Benchmarks/nio, name it with --nio PATH, or leave it out with --servers")
    if "async" in servers and "static" in works and not os.access(options.test_app, os.X_OK):
        raise Failure(f"no test program at {options.test_app}: build it with swift build -c release "
                      f"--product TestApplication, name it with --test-app PATH, or leave it out with --servers")
    if "gateway" not in servers:
        return
    others = ",".join(name for name in SERVERS if name != "gateway")
    if "gateway" in servers and set(works) & set(THROUGH) and not os.access(options.gateway, os.X_OK):
        raise Failure(f"no gateway at {options.gateway}: build it with swift build -c release, "
                      f"name it with --gateway PATH, or leave it out with --servers {others}")
    if "static" in works and not os.access(options.swift_app, os.X_OK):
        raise Failure(f"no Swift example at {options.swift_app}: build it with swift build -c release "
                      f"--package-path examples/swift, name it with --swift-app PATH, "
                      f"or leave it out with --work {','.join(THROUGH)}")


def free_ports(count: int) -> list[int]:
    # All are held until the last is chosen, or the kernel could give one twice.
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [listener.getsockname()[1] for listener in held]
    for listener in held:
        listener.close()
    return ports


def start_application(processes: Processes, folder: Path, path: str) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(4096)
        for _ in range(PROCESSES):
            processes.start([str(folder / APPLICATION)], SERVER_CPU, stdin=listener,
                            stdout=subprocess.DEVNULL)


def start_server(processes: Processes, name: str, site: Site) -> subprocess.Popen:
    if not site.in_process and not SERVERS[name].own_processes:
        start_application(processes, site.folder, site.socket)
    log = site.folder / f"{site.port}-{name}.log"
    with open(log, "wb") as output:
        process = processes.start(SERVERS[name].command(site), SERVER_CPU, cwd=site.folder,
                                  stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", site.port), 1).close()
            return process
        except OSError:
            time.sleep(0.05)
    said = log.read_text(errors="replace").strip()[-500:] or "nothing"
    raise Failure(f"{name} did not listen on port {site.port}; it said: {said}")


# ---- Measuring.


def check(port: int, work: Workload) -> str | None:
    """What is wrong with one answer, if anything: a fast wrong answer is not worth a figure."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("POST" if work.posted else "GET", work.path, b"p" * work.posted or None)
        response = connection.getresponse()
        body = response.read()
    except (OSError, http.client.HTTPException) as error:
        return f"no answer ({error!r})"
    finally:
        connection.close()
    if response.status != 200:
        return f"status {response.status}"
    if body != work.answer if work.answer is not None else not body:
        return f"a wrong body of {len(body)} octets"
    return None


def write_script(folder: Path, work: Workload) -> Path:
    """The load's own program, so that its result arrives as data and not as a text to be searched."""
    path = folder / "load.lua"
    post = f'wrk.method = "POST"\nwrk.body = string.rep("p", {work.posted})\n' if work.posted else ""
    path.write_text(post + """
        function done(summary, latency)
            local e = summary.errors
            print(string.format('\\nRESULT {"requests": %d, "seconds": %.6f, "p99_us": %.0f, "errors": %d}',
                summary.requests, summary.duration / 1e6, latency:percentile(99),
                e.connect + e.read + e.write + e.status + e.timeout))
        end
    """)
    return path


def load(processes: Processes, script: Path, port: int, work: Workload, seconds: int) -> dict:
    headers = ["-H", "Connection: close"] if work.closes else []
    command = ["wrk", "-t1", f"-c{work.connections}", f"-d{seconds}s", "-s", str(script), *headers,
               f"http://127.0.0.1:{port}{work.path}"]
    process = processes.start(command, LOAD_CPU, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    output = process.communicate()[0]
    processes.running.remove(process)
    if "RESULT " not in output:
        raise Failure(f"wrk gave no result: {output.strip()[-300:]}")
    return json.loads(output.rpartition("RESULT ")[2].splitlines()[0])


def measure(processes: Processes, script: Path, running: tuple, work: Workload, seconds: int) -> dict:
    server, port = running
    before = cpu_nanoseconds(server.pid, without=APPLICATION)
    result = load(processes, script, port, work, seconds)
    spent = cpu_nanoseconds(server.pid, without=APPLICATION) - before
    requests = result["requests"]
    return {**result, "requests_per_second": requests / result["seconds"],
            "cpu_us": spent / 1e3 / requests if requests else None}


def summarize(rounds: list[dict]) -> dict:
    def median(key: str) -> float | None:
        values = [entry[key] for entry in rounds if entry[key] is not None]
        return statistics.median(values) if values else None

    return {"requests_per_second": median("requests_per_second"), "cpu_us": median("cpu_us"),
            "p99_us": median("p99_us"), "errors": sum(entry["errors"] for entry in rounds), "rounds": rounds}


def print_table(name: str, results: dict, failures: dict) -> None:
    print(f"\n{name:<12} {'req/s':>10} {'CPU us':>8} {'p99 ms':>9} {'errors':>8}")
    for server, row in results.items():
        cpu = "-" if row["cpu_us"] is None else f"{row['cpu_us']:.1f}"
        print(f"{server:<12} {row['requests_per_second']:>10.0f} {cpu:>8} {row['p99_us'] / 1e3:>9.2f} "
              f"{row['errors']:>8}")
    for server, reason in failures.items():
        print(f"{server:<12} not measured: {reason}")
    sys.stdout.flush()


def compare(processes: Processes, folder: Path, options: argparse.Namespace) -> dict:
    pairs = sorted({(name, WORKLOADS[work].in_process) for name in options.servers for work in options.work
                    if work in SERVERS[name].works})
    build("app.c", folder / APPLICATION, "-lfcgi")
    if "floor" in options.servers:
        build("floor.c", folder / "floor")
    running = {}
    for (name, in_process), port in zip(pairs, free_ports(len(pairs))):
        site = Site(port, str(folder / f"{port}.sock"), folder, in_process,
                    options.gateway, options.swift_app, options.nio, options.test_app)
        running[name, in_process] = (start_server(processes, name, site), port)

    report = {}
    for title in options.work:
        work = WORKLOADS[title]
        script = write_script(folder, work)
        names, failures = [], {}
        for name in (name for name in options.servers if title in SERVERS[name].works):
            reason = check(running[name, work.in_process][1], work)
            if reason is None:
                names.append(name)
                load(processes, script, running[name, work.in_process][1], work, 1)  # Warm, not counted.
            else:
                failures[name] = reason
        rounds = {name: [] for name in names}
        for number in range(options.rounds):
            turn = number % max(1, len(names))  # Nobody is always first, or always after the same other.
            for name in names[turn:] + names[:turn]:
                rounds[name].append(
                    measure(processes, script, running[name, work.in_process], work, options.seconds))
        results = {name: summarize(rounds[name]) for name in names}
        print_table(title, results, failures)
        report[title] = {"servers": results, "not_measured": failures}
    return report


# ---- The command line.


def chosen_from(known: dict):
    def parse(text: str) -> list[str]:
        names = list(dict.fromkeys(text.split(",")))
        for name in names:
            if name not in known:
                raise argparse.ArgumentTypeError(f"{name!r} is not one of {', '.join(known)}")
        return names

    return parse


def positive(text: str) -> int:
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--gateway", type=Path, default=ROOT / ".build/release/gateway", metavar="PATH")
    parser.add_argument("--swift-app", type=Path, default=ROOT / "examples/swift/.build/release/hello",
                        metavar="PATH", help="a program that imports Gateway, for the static workload")
    parser.add_argument("--nio", type=Path, default=ROOT / "Benchmarks/nio/.build/release/nio-hello",
                        metavar="PATH", help="a bare SwiftNIO server, for the static workload")
    parser.add_argument("--test-app", type=Path, default=ROOT / ".build/release/TestApplication",
                        metavar="PATH", help="a program with an asynchronous handler, for the static workload")
    parser.add_argument("--servers", type=chosen_from(SERVERS), default=list(SERVERS), metavar="A,B",
                        help=f"from {','.join(SERVERS)} (default: all)")
    parser.add_argument("--work", type=chosen_from(WORKLOADS), default=list(WORKLOADS), metavar="A,B",
                        help=f"from {','.join(WORKLOADS)} (default: all)")
    parser.add_argument("--rounds", type=positive, default=5, help="loads for each server (default: 5)")
    parser.add_argument("--seconds", type=positive, default=2, help="length of one load (default: 2)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every round's figures there")
    options = parser.parse_args()
    if options.json and not options.json.absolute().parent.is_dir():
        parser.error(f"--json {options.json}: there is no such folder")  # Said now, not after minutes.
    # The servers run in a folder of their own, where a relative path would mean something else.
    for name in ("gateway", "swift_app", "nio", "test_app"):
        setattr(options, name, getattr(options, name).absolute())
    return options


def main() -> int:
    options = parse_options()
    # Any polite request to end takes the way of Ctrl-C, through the finally below.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    processes, folder = Processes(), None
    try:
        require_tools(options.servers, options.work, options)
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = 8192 if hard == resource.RLIM_INFINITY else min(8192, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
        folder = Path(tempfile.mkdtemp(prefix="compare-"))
        print(f"{options.rounds} rounds of {options.seconds} s, {PROCESSES} application processes, medians; "
              f"{platform.system()} {platform.release()}, {platform.machine()}", flush=True)
        report = compare(processes, folder, options)
        if options.json:
            settings = {"rounds": options.rounds, "seconds": options.seconds, "processes": PROCESSES,
                        "kernel": platform.release(), "machine": platform.machine()}
            options.json.write_text(json.dumps({"settings": settings, "workloads": report}, indent=2) + "\n")
        return 1 if any(entry["not_measured"] for entry in report.values()) else 0
    except Failure as failure:
        print(f"compare.py: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("compare.py: interrupted", file=sys.stderr)
        return 130
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # A second Ctrl-C must not leave half of them running.
        processes.end()
        if folder:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
