"""Applications that replace functions of the standard library by eventlet's or gevent's, whenever they do it."""

import os
import signal
import unittest
from pathlib import Path

from responder_case import REQUEST_COMPLETE, STDIN, ResponderCase, begin, params, record, request, wait_until

PATCHES = {
    "eventlet": "import eventlet; eventlet.monkey_patch()",
    "gevent": "from gevent import monkey; monkey.patch_all()",
}

APPLICATION = '''
    import os, socket, sys, threading, time
    def app(environ, start_response):
        query = environ["QUERY_STRING"]
        if query == "held":
            open("held", "w").close()
            while not os.path.exists("gate"):
                time.sleep(0.01)
        if query == "fork" and os.fork() == 0:
            sys.exit(0)
        if query == "talk":
            ends = socket.socketpair()
            threading.Thread(target=lambda: (time.sleep(0.01), ends[1].sendall(b"green"))).start()
            start_response("200 OK", [])
            return [ends[0].recv(5)]
        start_response("200 OK", [])
        return [b"fine ", environ["wsgi.input"].read()]
'''


class GreenTests(ResponderCase):
    python = str(Path(__file__).resolve().parents[2] / ".build/python/bin/python3")

    def setUp(self):
        super().setUp()
        self.assertTrue(os.path.exists(self.python), "run scripts/python-packages: it installs eventlet and gevent")

    def check(self, process, are_threads):
        peer = self.connect()
        for _ in range(2):
            self.assertEqual(peer.ask(b"body").body, b"fine body")
            self.assertEqual(peer.ask(QUERY_STRING="talk").body, b"green")
            if not are_threads:  # gevent's own fork() is for the main thread.
                self.assertEqual(peer.ask(QUERY_STRING="fork").body, b"fine ")
        peer.send(begin() + params())
        self.wait_until_blocked(process)
        peer.send(record(STDIN, b"late") + record(STDIN))
        self.assertEqual(peer.read_answer().body, b"fine late")
        peer.send(request(QUERY_STRING="held"))
        wait_until((self.folder / "held").exists, "the request is held")
        if are_threads:  # The operating system's, of which one may wait without the other.
            self.assertEqual(self.ask().body, b"fine ")
        process.send_signal(signal.SIGTERM)
        (self.folder / "gate").touch()
        answer = peer.read_answer()
        self.assertEqual((answer.body, answer.ended), (b"fine ", REQUEST_COMPLETE))
        self.assertTrue(peer.is_closed())
        self.assertEqual(self.exit_of(process), 0)
        self.assertNotIn("Traceback", self.stderr())
        for name in ("held", "gate"):
            (self.folder / name).unlink()

    def test_a_module_that_patches(self):
        for name, patch in PATCHES.items():
            for arguments in ((), ("--threads", "2")):
                with self.subTest(name, arguments=arguments):
                    self.check(self.start(f"    {patch}{APPLICATION}", *arguments), bool(arguments))

    def test_a_python_that_is_patched_before_the_responder_begins(self):
        self.write("site_under_test.py", APPLICATION)
        for name, patch in PATCHES.items():
            self.write("before/sitecustomize.py", patch + "\n")
            for arguments in ((), ("--threads", "2")):
                with self.subTest(name, arguments=arguments):
                    process = self.spawn(
                        "site_under_test:app", *arguments, environment={"PYTHONPATH": str(self.folder / "before")})
                    self.check(process, bool(arguments))


if __name__ == "__main__":
    unittest.main()
