"""An application that forks while it answers. The query string says how its children end, or names a file that they wait for."""

import multiprocessing
import os
import sys
import time


def page(environ, start_response):
    """The child leaves by the application's frames; its parent answers with how it has ended."""
    way, _, who = environ["QUERY_STRING"].partition(",")
    child = os.fork()
    if child == 0:
        if way == "exit":
            sys.exit(3)
        if way == "raise":
            raise RuntimeError("the child has done its work")
    else:
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"page of the child" if child == 0 else f"page of {who}, {status}".encode()]


def talk(errors):
    for number in range(1000):
        errors.write(f"of the child: {number}\n")
        errors.flush()


def large(environ, start_response):
    """The child logs while its parent sends four megabytes."""
    child = multiprocessing.get_context("fork").Process(target=talk, args=(environ["wsgi.errors"],))
    child.start()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(4 << 20))])
    for _ in range(64):
        yield b"0123456789abcdef" * 4096
    child.join()


def work(gate):
    while not os.path.exists(gate):
        time.sleep(0.005)
    with open(gate + ".done", "w") as file:
        file.write("done")


def cut(environ, start_response):
    """Fails in the middle, while a child goes on with its work."""
    multiprocessing.get_context("fork").Process(target=work, args=(environ["QUERY_STRING"],)).start()
    start_response("200 OK", [("Content-Type", "text/plain")])
    yield b"half"
    raise RuntimeError("the parent has failed")


PAGES = {"/page": page, "/large": large, "/cut": cut}


def application(environ, start_response):
    return PAGES[environ["PATH_INFO"]](environ, start_response)
