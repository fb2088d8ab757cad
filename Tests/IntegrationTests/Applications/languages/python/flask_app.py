# What every language answers in the tests, as a Flask application.
import os
import sys
import time
import zlib

from flask import Flask, Response, redirect, request

app = Flask(__name__)
METHODS = ["GET", "POST"]


def text(body, **fields):
    return Response(body, content_type="text/plain; charset=utf-8", **fields)


@app.route("/", defaults={"path": ""}, methods=METHODS)
@app.route("/<path:path>", methods=METHODS)
def lines(path):
    answer = text(
        f"method={request.method}\npath={request.path}\nquery={request.query_string.decode()}\n"
        f"cookie={request.headers.get('Cookie', '')}\ntest={request.headers.get('X-Test', '')}\n")
    answer.headers["X-Answer"] = "42"
    answer.set_cookie("a", "1")
    answer.set_cookie("b", "2")
    return answer


@app.post("/count")
def count():
    body = request.get_data()
    return text(f"{len(body)} octets, crc {zlib.crc32(body):08x}")


@app.post("/copy")
def copy():
    return Response(request.get_data(), content_type="application/octet-stream")


@app.post("/unread")
def unread():
    return text("unread")


@app.get("/redirect")
def redirected():
    return redirect(request.script_root + "/lines?from=redirect")


@app.get("/failure")
def failure():
    raise RuntimeError("the application has failed")


@app.get("/log")
def log():
    print("a line for the log", file=sys.stderr, flush=True)
    return text("logged")


@app.get("/stream")
def stream():
    gate = request.query_string.decode()

    def parts():
        yield "first,"
        while not os.path.exists(gate):
            time.sleep(0.002)
        yield "second"

    return text(parts())
