"""How many jobs are done, read from the folder that the Swift workers write to."""

import os


def application(environ, start_response):
    try:
        names = os.listdir(os.environ.get("JOBS", "jobs"))
    except FileNotFoundError:
        names = []
    done = sum(name.endswith(".result") for name in names)
    running = sum(name.endswith(".job") for name in names)
    start_response("200 OK", [("Content-Type", "text/plain; charset=utf-8")])
    return [f"{done} done, {running} running\n".encode()]
