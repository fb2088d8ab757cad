"""When a request is over, for its client and for the gateway, and what a client sees of a failure."""

import unittest

from responder_case import (
    END_REQUEST, REQUEST_COMPLETE, STDIN, STDOUT, ResponderCase, begin, params, record, request, wait_until)


class EndTests(ResponderCase):
    def test_the_request_ends_when_close_has_returned_and_the_client_has_all_before(self):
        source = '''
            import os, time
            class Result:
                def __init__(self, blocks):
                    self.blocks = blocks
                def __iter__(self):
                    return iter(self.blocks)
                def close(self):
                    while not os.path.exists("gate"):
                        time.sleep(0.005)
                    print("closed")
            class List(list):
                close = Result.close
            class Last:
                def __del__(self):
                    print("forgotten")
            def generator():
                try:
                    yield b"whole"
                finally:
                    Result([]).close()
            def app(environ, start_response):
                kind, length = environ["QUERY_STRING"].split()
                environ["last"] = Last()
                write = start_response("200 OK", [("Content-Length", "5")] if length == "length" else [])
                if kind == "write":
                    write(b"whole")
                if kind == "generator":
                    return generator()
                result = List() if kind == "list" else Result([] if kind == "write" else [b"whole"])
                if kind == "list":
                    result.append(b"whole")
                return result
        '''
        for arguments in ((), ("--threads", "2")):
            for query in (
                "list length", "list none", "iterable length", "iterable none", "write length", "generator length",
            ):
                with self.subTest(query, arguments=arguments):
                    (self.folder / "gate").unlink(missing_ok=True)
                    process = self.start(source, *arguments)
                    peer = self.connect()
                    peer.send(request(QUERY_STRING=query))
                    records = list(iter(peer.read_record, (STDOUT, 1, b"")))
                    self.assertEqual({kind for kind, _, _ in records}, {STDOUT})
                    self.assertTrue(b"".join(content for _, _, content in records).endswith(b"\r\n\r\nwhole"))
                    self.assertEqual((peer.buffer, self.stdout()), (b"", ""))
                    (self.folder / "gate").touch()
                    self.assertEqual(peer.read_record(), (END_REQUEST, 1, bytes(8)))
                    self.assertEqual(self.stdout(), "closed\nforgotten\n")
                    self.assertEqual(self.terminate(process), 0)

    def test_term_while_close_runs_lets_it_end(self):
        for arguments in ((), ("--threads", "2")):
            process = self.start('''
                class Result(list):
                    def close(self):
                        open("closing", "w").close()
                        while not __import__("os").path.exists("gate"):
                            __import__("time").sleep(0.005)
                def app(environ, start_response):
                    start_response("200 OK", [])
                    return Result([b"whole"])
            ''', *arguments)
            for name in ("gate", "closing"):
                (self.folder / name).unlink(missing_ok=True)
            peer = self.connect()
            peer.send(request())
            peer.read_until(b"whole")
            wait_until((self.folder / "closing").exists, "close() runs")
            process.terminate()
            (self.folder / "gate").touch()
            self.assertEqual(peer.read_answer().ended, REQUEST_COMPLETE)
            self.assertEqual(self.exit_of(process), 0)

    def test_an_exhausted_generator_needs_no_second_send(self):
        self.start('''
            def app(environ, start_response):
                start_response("200 OK", [])
                yield b"whole"
        ''')
        peer = self.connect()
        peer.send(request())
        peer.read_until(b"whole")
        peer.read_record()
        self.assertEqual(peer.read_record(), (END_REQUEST, 1, bytes(8)))
        self.assertEqual(peer.ask().body, b"whole")

    def test_a_default_timeout_of_the_application_is_not_for_the_gateway(self):
        for arguments in ((), ("--threads", "2")):
            process = self.start('''
                import socket
                socket.setdefaulttimeout(0.001)
                def app(environ, start_response):
                    start_response("200 OK", [])
                    return [environ["wsgi.input"].read()]
            ''', *arguments)
            peer = self.connect()
            for _ in range(2):
                self.assertEqual(peer.ask(b"body").body, b"body")
                self.wait_until_blocked(process)
            peer.send(begin() + params())
            self.wait_until_blocked(process)
            peer.send(record(STDIN, b"late") + record(STDIN))
            self.assertEqual(peer.read_answer().body, b"late")
            self.assertEqual(self.terminate(process), 0)


class FailurePageTests(ResponderCase):
    def test_errors_are_shown_to_clients_only_where_it_is_asked_for(self):
        source = '''
            def app(environ, start_response):
                if environ["QUERY_STRING"] == "begun":
                    start_response("200 OK", [])
                    return part()
                if environ["QUERY_STRING"]:
                    start_response("200 OK", [("X-A", "b"), ("Content-Length", "7")])
                raise KeyError("<b>\\u20ac & \\udc80</b>")
            def part():
                yield b"begun"
                raise KeyError("too late")
        '''
        process = self.start(source, "--show-errors")
        peer = self.connect()
        for query in ("", "head"):
            answer = peer.ask(QUERY_STRING=query)
            self.assertEqual(answer.status, "Status: 500 Internal Server Error")
            self.assertEqual(answer.fields[0], ("Content-Type", "text/html; charset=utf-8"))
            self.assertEqual(answer.fields[1], ("Content-Length", str(len(answer.body))))
            page = answer.body.decode()
            self.assertIn("Traceback (most recent call last):", page)
            self.assertIn('site_under_test.py", line 8, in app', page)
            self.assertIn("KeyError: '&lt;b&gt;\u20ac &amp; \\udc80&lt;/b&gt;'", page)
            self.assertIn(b"Traceback", answer.stderr)
            self.assertEqual(answer.ended, REQUEST_COMPLETE)
        self.assertEqual(peer.ask(QUERY_STRING="begun").body, b"begun")
        self.assertEqual(self.terminate(process), 0)
        self.start(source)
        answer = self.ask()
        self.assertEqual(answer.body, b"Internal Server Error\n")
        self.assertEqual(answer.fields[0], ("Content-Type", "text/plain"))



if __name__ == "__main__":
    unittest.main()
