# What every language answers in the tests, as a plain WSGI application that flipflop serves on descriptor 0.
import os
import time
import zlib

from flipflop import WSGIServer

TEXT = [("Content-Type", "text/plain; charset=utf-8")]
NAMES = [
    ("method", "REQUEST_METHOD"), ("path", "PATH_INFO"), ("query", "QUERY_STRING"), ("cookie", "HTTP_COOKIE"),
    ("test", "HTTP_X_TEST"),
]


def body_of(environ):
    return environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))


def parts(gate):
    yield b"first,"
    while not os.path.exists(gate):
        time.sleep(0.002)
    yield b"second"


def application(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/count":
        body = body_of(environ)
        start_response("200 OK", TEXT)
        return [f"{len(body)} octets, crc {zlib.crc32(body):08x}".encode()]
    if path == "/copy":
        start_response("200 OK", [("Content-Type", "application/octet-stream")])
        return [body_of(environ)]
    if path == "/unread":
        start_response("200 OK", TEXT)
        return [b"unread"]
    if path == "/redirect":
        start_response("302 Found", [("Location", environ["SCRIPT_NAME"] + "/lines?from=redirect")])
        return [b""]
    if path == "/failure":
        raise RuntimeError("the application has failed")
    if path == "/log":
        environ["wsgi.errors"].write("a line for the log\n")
        environ["wsgi.errors"].flush()
        start_response("200 OK", TEXT)
        return [b"logged"]
    if path == "/stream":
        start_response("200 OK", TEXT)
        return parts(environ["QUERY_STRING"])
    start_response("200 OK", TEXT + [("X-Answer", "42"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
    return ["".join(f"{name}={environ.get(key, '')}\n" for name, key in NAMES).encode("latin-1")]


if __name__ == "__main__":
    WSGIServer(application).run()
