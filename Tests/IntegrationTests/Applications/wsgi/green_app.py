"""Replaces the standard library's functions before anything else, by what GREEN names."""

import os

if os.environ["GREEN"] == "eventlet":
    import eventlet
    eventlet.monkey_patch()
else:
    from gevent import monkey
    monkey.patch_all()

import threading  # noqa: E402
import time  # noqa: E402


def application(environ, start_response):
    said = []
    thread = threading.Thread(target=lambda: (time.sleep(0.01), said.append("green")))
    thread.start()
    thread.join()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [said[0].encode()]
