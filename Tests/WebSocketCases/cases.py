#!/usr/bin/env python3
"""The cases that Autobahn's test suite has for servers, by their numbers there, written anew from RFC 6455 and RFC 7692: that
suite runs on Python 2 only. Prints a table of what went wrong and a count; exits with 1 if anything did.

    Tests/WebSocketCases/cases.py --port PORT [--full] [--verbose] [--only 6.4] [--slowest N]

PORT is that of a server of Tests/TestApplication with TEST_APPLICATION=websocket. The quick form leaves out messages above 1 MiB
and sends fewer of the others.
"""

import argparse
import sys
import time
from typing import Callable, List, NamedTuple, Optional

import framing
import deflate
import libraries
import limits
import text
from client import Client, Failure


class Case(NamedTuple):
    name: str
    path: str
    offer: Optional[str]
    run: Callable[[Client], None]


def every_case(full: bool) -> List[Case]:
    found: List[Case] = []

    def add(name: str, run: Callable[[Client], None], path: str = "/echo", offer: Optional[str] = None) -> None:
        found.append(Case(name, path, offer, run))

    for section in (framing, text):
        section.add_cases(add)
    for section in (limits, deflate):
        section.add_cases(add, full)
    assert len({case.name for case in found}) == len(found), "two cases of one name"
    return found


def outcome(case: Case, port: int) -> Optional[str]:
    """What went wrong; `None` if nothing did."""
    try:
        with Client(port, case.path, case.offer) as client:
            case.run(client)
        return None
    except (Failure, OSError, UnicodeDecodeError) as error:
        return f"{type(error).__name__}: {error}"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--full", action="store_true", help="messages up to 16 MiB, and as many as Autobahn sends")
    parser.add_argument("--verbose", action="store_true", help="print the cases that passed as well")
    parser.add_argument("--only", default="", help="the cases whose numbers begin so")
    parser.add_argument("--slowest", type=int, default=0, help="print how long so many of them took")
    arguments = parser.parse_args()

    failed = passed = 0
    times = []
    for case in every_case(arguments.full):
        if not (case.name + ".").startswith(arguments.only):
            continue
        start = time.monotonic()
        failure = outcome(case, arguments.port)
        times.append((time.monotonic() - start, case.name))
        if failure:
            failed += 1
        else:
            passed += 1
        if failure or arguments.verbose:
            print(f"{case.name:<10} {'FAILED' if failure else 'passed'}  {failure or ''}".rstrip(), flush=True)
    for name, failure in libraries.run(arguments.port, arguments.only):
        failed, passed = (failed + 1, passed) if failure else (failed, passed + 1)
        if failure or arguments.verbose:
            print(f"{name:<10} {'FAILED' if failure else 'passed'}  {failure or ''}".rstrip(), flush=True)
    for seconds, name in sorted(times, reverse=True)[:arguments.slowest]:
        print(f"{name:<10} {seconds:.2f} s")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
