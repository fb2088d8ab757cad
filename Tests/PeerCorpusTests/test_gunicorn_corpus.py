"""Sends the gateway the requests that Gunicorn is tested with, and expects its outcomes, but for the differences in a table.

    scripts/peer-corpus && python3 -m unittest discover -s Tests/PeerCorpusTests
"""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
import unittest
from collections import defaultdict
from pathlib import Path

import corpus
from differences import DIFFERENCES

GATEWAY = corpus.ROOT.parents[1] / "debug/gateway"
DEADLINE = 60
# The peer's settings are ours by the same names; these are spelled or counted in another way.
FLAGS = {"permit_obsolete_folding", "permit_unconventional_http_method", "strip_header_spaces", "casefold_http_method"}
VALUES = {"header_map", "forwarded_allow_ips", "limit_request_fields", "limit_request_line", "limit_request_field_size"}
# The peer's, where ours are larger.
DEFAULTS = {"limit_request_line": 4094, "limit_request_field_size": 8190}
# Settings that are another subject than how a request is read, and what is expected without them.
FOREIGN = {"proxy_protocol"}
# Fields that are the connection's, or become a variable under another name.
NOT_HTTP = {"CONNECTION", "KEEP-ALIVE", "TRANSFER-ENCODING", "CONTENT-LENGTH", "CONTENT-TYPE", "TE", "EXPECT", "UPGRADE"}


def options(settings):
    """The command line that stands for the peer's settings."""
    arguments = []
    for name, value in sorted({**DEFAULTS, **settings}.items()):
        option = "--" + name.replace("_", "-")
        if name in FLAGS:
            arguments += [option] if value else []
        elif name == "limit_request_field_size":
            # The peer counts the line end, takes 0 for the default, and knows no least size.
            arguments += [option, str(max(64, (value or DEFAULTS[name]) - 2))]
        elif name in VALUES:
            arguments += [option, str(value)]
        elif name not in FOREIGN:
            raise AssertionError(f"the corpus has a setting that this test does not know: {name}")
    return tuple(arguments)


class Gateway:
    """A gateway in front of echo_app, started once for each set of options."""

    def __init__(self, arguments):
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [GATEWAY, "wsgi:echo_app:application", "--chdir", Path(__file__).parent, "--bind", "127.0.0.1:0",
             "--env", "PYTHONDONTWRITEBYTECODE=1", *arguments],
            stdout=self.log, stderr=self.log, start_new_session=True)
        end = time.monotonic() + DEADLINE
        while not (found := re.search(r"listening at http://127.0.0.1:(\d+)", self.text())):
            if self.process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"the gateway does not start: {self.text()}")
            time.sleep(0.02)
        self.port = int(found[1])

    def text(self):
        self.log.seek(0)
        return self.log.read()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(DEADLINE)
        finally:
            if self.process.poll() is None:
                os.killpg(self.process.pid, signal.SIGKILL)
            self.log.close()

    def answers(self, data):
        """Every answer to `data`, as pairs of status and body."""
        with socket.create_connection(("127.0.0.1", self.port), DEADLINE) as client:
            client.sendall(data)
            client.shutdown(socket.SHUT_WR)
            received = b""
            while part := client.recv(65536):
                received += part
        return split(received)


def split(received):
    """The answers that stand in `received`, one behind the other."""
    class Rest:
        def __init__(self):
            self.start = 0

        def makefile(self, _mode):
            from io import BytesIO
            self.stream = BytesIO(received[self.start:])
            # http.client closes what it has read; where it stopped is wanted after that.
            self.stream.close = lambda: None
            return self.stream

    rest, found = Rest(), []
    while rest.start < len(received):
        answer = http.client.HTTPResponse(rest)
        answer.begin()
        body = answer.read()
        found.append((answer.status, body))
        rest.start += rest.stream.tell()
    return found


def outcome(answers, case):
    """`same` where the gateway does what the peer does, else what it does."""
    if case.requests is None:
        # What the peer refuses may follow requests that it does not; what counts is the last.
        refused = not answers or answers[-1][0] != 200
        return "same" if refused else "served"
    statuses = [status for status, _ in answers]
    if statuses != [200] * len(case.requests):
        return "refused " + str(next((status for status in statuses if status != 200), "without an answer"))
    for (_, body), request in zip(answers, case.requests):
        if wrong := difference(json.loads(body), request):
            return wrong
    return "same"


def difference(seen, request):
    expected = {
        "REQUEST_METHOD": request["method"], "REQUEST_URI": request["uri"]["raw"],
        "QUERY_STRING": request["uri"]["query"], "PATH_INFO": corpus.path_info(request),
        "SERVER_PROTOCOL": "HTTP/%d.%d" % request["version"], "body": corpus.octets(request["body"])}
    fields = defaultdict(list)
    for name, value in request["headers"]:
        if name.upper() not in NOT_HTTP:
            fields["HTTP_" + name.upper().replace("-", "_").replace(".", "_")].append(value)
    expected.update({name: ", ".join(values) for name, values in fields.items()})
    return "; ".join(
        f"{name} is {seen.get(name, 'absent')!r:.60}, not {value!r:.60}"
        for name, value in expected.items() if seen.get(name) != value)


class GunicornCorpus(unittest.TestCase):
    def test_outcomes(self):
        cases = corpus.load("valid") + corpus.load("invalid")
        self.assertGreater(len(cases), 100, "run scripts/peer-corpus")
        groups = defaultdict(list)
        for case in cases:
            groups[options(case.settings)].append(case)
        found = {}
        for arguments, group in groups.items():
            gateway = Gateway(arguments)
            try:
                for case in group:
                    # HTTP/1.1 without Host is 400 (RFC 9112, section 3.2), which would hide all other differences.
                    bare = outcome(gateway.answers(case.data), case)
                    data = corpus.with_host(case.data)
                    hosted = outcome(gateway.answers(data), case)
                    if case.requests and data.split(b"\r\n\r\n")[0] != case.data.split(b"\r\n\r\n")[0]:
                        self.assertEqual(bare, "refused 400", f"{case.name} has no Host")
                    if hosted != "same":
                        found[case.name] = hosted
                self.assertIsNone(gateway.process.poll(), gateway.text())
            finally:
                gateway.stop()
        expected = {name: result for name, (result, _) in DIFFERENCES.items()}
        self.maxDiff = None
        self.assertEqual(found, expected)


if __name__ == "__main__":
    unittest.main()
