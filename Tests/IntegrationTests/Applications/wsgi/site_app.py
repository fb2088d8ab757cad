"""The WSGI application of the tests: each path shows one thing that a server owes to an application."""

import hashlib
import os
import time
from urllib.parse import parse_qs, parse_qsl


def hello(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain"), ("X-Answer", "42")])
    return [b"hello from python"]


def form(environ, start_response):
    text = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode()
    pairs = sorted((name, values) for name, values in parse_qs(text).items())
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    return ["".join(f"{name}={','.join(values)}\n" for name, values in pairs).encode()]


def stream(environ, start_response):
    """The second part is not made before the file in the query string exists."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    yield b"first,"
    while not os.path.exists(environ["QUERY_STRING"]):
        time.sleep(0.005)
    yield b"second"


def upload(environ, start_response):
    digest, count, body = hashlib.sha256(), 0, environ["wsgi.input"]
    while part := body.read(100_000):
        digest.update(part)
        count += len(part)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [f"{count} {digest.hexdigest()}".encode()]


def held(environ, start_response):
    """Says that it has come, and waits until it may go."""
    gate = environ["QUERY_STRING"]
    with open(gate + ".arrived", "a") as file:
        file.write(f"{os.getpid()}\n")
    while not os.path.exists(gate):
        time.sleep(0.005)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(os.getpid()).encode()]


def fail(environ, start_response):
    raise RuntimeError("the application has failed")


def show(environ, start_response):
    names = ("PATH_INFO", "SCRIPT_NAME", "QUERY_STRING", "SERVER_PROTOCOL", "REMOTE_ADDR", "wsgi.url_scheme",
             "wsgi.version", "wsgi.multithread", "wsgi.multiprocess", "wsgi.run_once", "REQUEST_ID")
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    return ["".join(f"{name}={environ.get(name)!r}\n" for name in names).encode()]


def say(environ, start_response):
    """Fields from the query string, in their order, and a body that a file may take the place of."""
    fields = parse_qsl(environ["QUERY_STRING"], keep_blank_values=True)
    status = dict(fields).get("status", "200 OK")
    start_response(status, [field for field in fields if field[0] != "status"])
    return [b"the application's own body"]


def for_ever(environ, start_response):
    start_response("200 OK", [("X-Accel-Redirect", "/for-ever")])
    return []


def hints(environ, start_response):
    """Early hints from the query string, and an answer that waits until the file in `gate` exists."""
    fields = parse_qsl(environ["QUERY_STRING"])
    environ["wsgi.early_hints"]([field for field in fields if field[0] != "gate"])
    while not os.path.exists(dict(fields)["gate"]):
        time.sleep(0.005)
    start_response("200 OK", [("Content-Type", "text/plain")])
    yield b"first"
    environ["wsgi.early_hints"]([("Link", "</too-late>")])
    yield b",second"


def forty_megabytes(environ, start_response):
    """Says in a file how much it was rid of; the query string names a value of X-Accel-Buffering and that file."""
    buffering, _, path = environ["QUERY_STRING"].partition(",")
    start_response("200 OK", [("Content-Type", "text/plain"), ("X-Accel-Buffering", buffering)])
    with open(path, "a", buffering=1) as file:
        for _ in range(640):
            yield b"x" * 65_536
            file.write(".")
            file.flush()


def length(environ, start_response):
    """As thousands of applications read it."""
    start_response("200", [("Content-Type", "text/plain")])
    return [b"%d" % int(environ.get("CONTENT_LENGTH", 0))]


class Later(list):
    """An answer whose close() waits for a file."""

    def close(self):
        while not os.path.exists(self.gate):
            time.sleep(0.005)
        with open(self.gate + ".closed", "w") as file:
            file.write("closed")


def later(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    answer = Later([b"whole"])
    answer.gate = environ["QUERY_STRING"]
    return answer


PAGES = {
    "/length": length, "/later": later, "/say": say, "/for-ever": for_ever, "/hints": hints, "/forty-megabytes": forty_megabytes, "/form": form,
    "/stream": stream, "/upload": upload, "/held": held, "/fail": fail, "/show": show}


def application(environ, start_response):
    return PAGES.get(environ["PATH_INFO"], hello)(environ, start_response)
