"""What becomes of an application's answer, and of its failures (PEP 3333)."""

import unittest

from responder_case import (
    END_REQUEST, HEADER, REQUEST_COMPLETE, STDIN, STDOUT, ResponderCase, begin, params, record, request,
    wait_until)


class AnswerTests(ResponderCase):
    # The query is Python that makes the answer; `status` and `fields` may be set by it.
    MAKE = '''
        from urllib.parse import unquote
        def app(environ, start_response):
            names = {"status": "200 OK", "fields": [], "environ": environ, "start_response": start_response}
            exec(unquote(environ["QUERY_STRING"]), names)
            if names["status"]:
                start_response(names["status"], names["fields"])
            return names["result"]
    '''

    def test_a_list_is_one_answer_with_its_length(self):
        self.start(self.MAKE)
        peer = self.connect()
        for result, body in (
            ("[b'Hello']", b"Hello"), ("[b'Hel', b'', b'lo']", b"Hello"), ("(b'Hel', b'lo')", b"Hello"),
            ("[]", b""), ("type('L', (list,), {})([b'Hello'])", b"Hello"),
        ):
            with self.subTest(result):
                answer = peer.ask(QUERY_STRING=f"result = {result}")
                self.assertEqual(answer.status, "Status: 200 OK")
                self.assertEqual(answer.fields, [("Content-Length", str(len(body)))])
                self.assertEqual((answer.body, answer.ended), (body, REQUEST_COMPLETE))

    def test_a_length_is_added_only_where_it_belongs(self):
        self.start(self.MAKE)
        peer = self.connect()
        for code, method, fields in (
            ("status = '204 No Content'; result = []", "GET", []),
            ("status = '304 Not Modified'; result = []", "GET", []),
            ("status = '101 Switching Protocols'; result = []", "GET", []),
            ("result = []", "HEAD", []),
            ("result = [b'four']", "HEAD", [("Content-Length", "4")]),
            ("fields = [('content-length', '4')]; result = [b'four']", "GET", [("content-length", "4")]),
            ("fields = [('Content-Length', '4')]; result = []", "HEAD", [("Content-Length", "4")]),
            ("result = iter([b'a', b'b'])", "GET", []),
        ):
            with self.subTest(code, method=method):
                answer = peer.ask(QUERY_STRING=code, REQUEST_METHOD=method)
                self.assertEqual(answer.fields, fields)
                self.assertEqual(answer.ended, REQUEST_COMPLETE)

    def test_status_and_fields_are_passed_on(self):
        self.start(self.MAKE)
        fields = [("X-A", "1"), ("Set-Cookie", "a=b"), ("Set-Cookie", "c=d"), ("X-B", "\xe9"), ("X-C", "")]
        for _ in range(2):  # The second time the head is remembered.
            code = f"status = '404 Not \xe9'; fields = {fields!r}; result = iter([b'x'])"
            answer = self.ask(QUERY_STRING=code)
            self.assertEqual(answer.status, "Status: 404 Not \xe9")
            self.assertEqual(answer.fields, fields)

    def test_the_answer_takes_one_send(self):
        self.start(self.MAKE)
        self.assertEqual(self.ask(QUERY_STRING="result = [b'x']").ended, REQUEST_COMPLETE)
        peer = self.connect()
        for code in ("result = [b'x']", "result = (b'x', b'y')"):
            peer.send(request(QUERY_STRING=code))
            peer.fill()
            received = peer.buffer
            self.assertEqual(peer.read_answer().ended, REQUEST_COMPLETE)
            self.assertEqual(received[-16:-8], HEADER.pack(1, END_REQUEST, 1, 8, 0))
            self.assertEqual(peer.buffer, b"")

    def test_a_status_needs_no_reason(self):
        self.start(self.MAKE)
        peer = self.connect()
        for status in ("200", "404", "200 "):
            answer = peer.ask(QUERY_STRING=f"status = '{status}'; result = [b'x']")
            self.assertEqual((answer.status, answer.body), (f"Status: {status}", b"x"))

    def test_what_belongs_to_the_connection_is_dropped_with_one_warning_a_process(self):
        for arguments in ((), ("--threads", "2")):
            process = self.start(self.MAKE, *arguments)
            peer = self.connect()
            for name in (
                "Connection", "TRANSFER-ENCODING", "Keep-Alive", "Upgrade", "TE", "Trailer", "Proxy-Connection",
                "status",
            ):
                for _ in range(2):  # The second time the head is remembered.
                    code = f"fields = [('X-A', 'b'), ('{name}', 'x'), ('X-C', 'd')]; result = iter([b'x'])"
                    answer = peer.ask(QUERY_STRING=code)
                    self.assertEqual(answer.status, "Status: 200 OK")
                    self.assertEqual(answer.fields, [("X-A", "b"), ("X-C", "d")])
                    self.assertEqual((answer.body, answer.stderr), (b"x", b""))
            self.assertEqual(self.terminate(process), 0)
            self.assertEqual(self.stderr(), (
                "wsgi responder: warning: the application sends the header Connection, which belongs to the gateway's "
                "connection: this header and others of its kind are dropped; remove them from the application\n"))

    def test_a_challenge_of_a_proxy_is_passed_on_as_from_any_other_application(self):
        self.start(self.MAKE)
        code = "status = '407 Who'; fields = [('Proxy-Authenticate', 'Basic realm=x')]; result = []"
        self.assertEqual(self.ask(QUERY_STRING=code).fields[:1], [("Proxy-Authenticate", "Basic realm=x")])

    def test_426_says_what_to_upgrade_to(self):
        self.start(self.MAKE)
        code = "status = '426 Upgrade Required'; fields = [('Upgrade', 'websocket'), ('Connection', 'upgrade')]; result = []"
        self.assertEqual(self.ask(QUERY_STRING=code).fields[:1], [("Upgrade", "websocket")])

    def test_bodies_around_the_limits_of_a_record(self):
        self.start(self.MAKE)
        peer = self.connect()
        for size in (65_400, 65_480, 65_527, 65_528, 65_529, 65_535, 65_536, 131_056, 1_000_001):
            whole = f"(bytes(range(250)) * 5000)[:{size}]"
            for result in (f"[{whole}]", f"iter([{whole}])"):
                with self.subTest(result):
                    answer = peer.ask(QUERY_STRING=f"result = {result}")
                    self.assertEqual(answer.ended, REQUEST_COMPLETE)
                    self.assertEqual(answer.body, eval(whole))

    def test_blocks_are_sent_when_they_are_there(self):
        self.start('''
            def app(environ, start_response):
                start_response("200 OK", [("Content-Type", "text/plain")])
                yield b""
                yield b"first"
                environ["wsgi.input"].read(1)
                yield b""
                yield b"second"
                environ["wsgi.input"].read(1)
        ''')
        peer = self.connect()
        peer.send(begin() + params())
        self.assertEqual(
            peer.read_record(), (STDOUT, 1, b"Status: 200 OK\r\nContent-Type: text/plain\r\n\r\nfirst"))
        peer.send(record(STDIN, b"1"))
        self.assertEqual(peer.read_record(), (STDOUT, 1, b"second"))
        peer.send(record(STDIN, b"2") + record(STDIN))
        answer = peer.read_answer()
        self.assertEqual((answer.stdout, answer.ended), (b"", REQUEST_COMPLETE))

    def test_the_head_waits_for_the_first_block(self):
        self.start('''
            def app(environ, start_response):
                start_response("500 Wrong", [])
                yield b""
                start_response("200 Right", [], (ValueError, ValueError(), None))
                yield b"body"
        ''')
        answer = self.ask()
        self.assertEqual((answer.status, answer.body), ("Status: 200 Right", b"body"))

    def test_a_generator_may_call_start_response_late_and_yield_nothing(self):
        self.start('''
            def app(environ, start_response):
                start_response("200 OK", [("X-A", "b")])
                return
                yield
        ''')
        answer = self.ask()
        self.assertEqual(answer.status, "Status: 200 OK")
        self.assertEqual((answer.body, answer.ended), (b"", REQUEST_COMPLETE))

    def test_write(self):
        self.start('''
            def app(environ, start_response):
                write = start_response("200 OK", [("Content-Type", "text/plain")])
                write(b"")
                write(b"one ")
                environ["wsgi.input"].read(1)
                write(b"two ")
                return [b"three"]
        ''')
        peer = self.connect()
        peer.send(begin() + params())
        self.assertTrue(peer.read_until(b"one ").endswith(b"\r\n\r\none "))
        peer.send(record(STDIN))
        answer = peer.read_answer()
        self.assertEqual((answer.stdout, answer.ended), (b"two three", REQUEST_COMPLETE))

    def test_write_past_the_declared_length_is_refused(self):
        self.start('''
            def app(environ, start_response):
                write = start_response("200 OK", [("Content-Length", "3")])
                write(b"one")
                write(b"two")
                return []
        ''')
        self.assertEqual(self.ask().body, b"one")
        wait_until(lambda: "ValueError: write was called after" in self.stderr(), "the log tells")

    def test_blocks_beyond_the_declared_length_are_not_asked_for(self):
        self.start('''
            import itertools
            class Endless:
                def __iter__(self):
                    return itertools.repeat(b"abc")
                def close(self):
                    print("closed")
            def app(environ, start_response):
                start_response("200 OK", [("Content-Length", "6")])
                return Endless()
        ''')
        peer = self.connect()
        for _ in range(2):
            answer = peer.ask()
            self.assertEqual((answer.body, answer.ended), (b"abcabc", REQUEST_COMPLETE))
        wait_until(lambda: self.stdout() == "closed\nclosed\n", "both are closed")

    def test_a_generator_runs_to_its_end_after_the_declared_length(self):
        self.start('''
            def app(environ, start_response):
                start_response("200 OK", [("Content-Length", "3")])
                yield b"abc"
                print("tidied up")
        ''')
        self.assertEqual(self.ask().body, b"abc")
        wait_until(lambda: self.stdout() == "tidied up\n", "the generator has run to its end")

    def test_files(self):
        self.start('''
            class File:
                reads = 0
                def __init__(self):
                    self.left = 1_000_000
                def read(self, size):
                    File.reads += 1
                    count = min(size, self.left)
                    self.left -= count
                    return b"f" * count
                def close(self):
                    print("closed after", File.reads)
            def app(environ, start_response):
                File.reads = 0
                length = environ["QUERY_STRING"]
                start_response("200 OK", [("Content-Length", length)] if length else [])
                return environ["wsgi.file_wrapper"](File())
        ''')
        peer = self.connect()
        self.assertEqual(peer.ask().body, b"f" * 1_000_000)
        self.assertEqual(peer.ask(QUERY_STRING="1000000").body, b"f" * 1_000_000)
        answer = peer.ask(QUERY_STRING="300000")
        self.assertEqual((answer.body, answer.ended), (b"f" * 300_000, REQUEST_COMPLETE))
        wait_until(lambda: self.stdout().count("closed") == 3, "every file is closed")
        for line in self.stdout().splitlines():
            self.assertLess(int(line.split()[-1]), 8, "large blocks take few reads")

    def test_a_middleware_can_iterate_over_a_file(self):
        self.start('''
            import io
            def app(environ, start_response):
                start_response("200 OK", [])
                wrapper = environ["wsgi.file_wrapper"](io.BytesIO(b"abcdefg"), 3)
                return (block.upper() for block in wrapper)
        ''')
        self.assertEqual(self.ask().body, b"ABCDEFG")

    def test_wrong_answers_are_an_internal_server_error(self):
        self.start(self.MAKE)
        peer = self.connect()
        statuses = (
            "'OK 200'", "'200OK'", "'20 OK'", "'2000 OK'", "'099 Low'", "200", "b'200 OK'", "''",
            "'200 OK\\r\\nX: y'", "'200 \\u20ac'")
        fields = (
            "('X', 'a\\r\\nY: b')", "('X', 'a\\nY: b')", "('X', '\\x00')", "('X', '\\x7f')", "('X: Y', 'z')",
            "('X\\n', 'z')", "('', 'z')", "(b'X', b'z')", "('X', 1)", "('X', '\\u20ac')", "('X', 'a', 'b')",
            "('Content-Length', '-1')", "('Content-Length', '1, 1')",
            "('Content-Length', '\\xb2')", "5")
        results = ("None", "5", "'text'", "['text']", "iter(['text'])", "iter([7])")
        for code in (
            *(f"status = {status}; result = []" for status in statuses),
            *(f"fields = [('X-A', 'b'), {field}]; result = []" for field in fields),
            *(f"result = {result}" for result in results),
            "fields = None; result = []",
            "status = None; result = []", "status = None; result = iter([b'x'])",
            "start_response('200 OK', []); start_response('200 OK', []); result = []",
        ):
            with self.subTest(code):
                answer = peer.ask(QUERY_STRING=code)
                self.assertEqual(answer.status, "Status: 500 Internal Server Error")
                self.assertIn(("Content-Type", "text/plain"), answer.fields)
                self.assertEqual((answer.body, answer.ended), (b"Internal Server Error\n", REQUEST_COMPLETE))
                self.assertIn(b"Traceback (most recent call last)", answer.stderr)

    def test_fields_given_as_lists_are_let_through(self):
        self.start(self.MAKE)
        self.assertEqual(
            self.ask(QUERY_STRING="fields = [['X-A', 'b']]; result = iter([b'x'])").fields, [("X-A", "b")])


class FailureTests(ResponderCase):
    def test_an_exception_before_the_answer(self):
        self.start('''
            def app(environ, start_response):
                start_response("200 OK", [("Content-Type", "text/html")])
                raise KeyError("what went wrong")
        ''')
        peer = self.connect()
        for _ in range(2):
            answer = peer.ask()
            self.assertEqual(answer.status, "Status: 500 Internal Server Error")
            self.assertEqual((answer.body, answer.ended), (b"Internal Server Error\n", REQUEST_COMPLETE))
            text = answer.stderr.decode()
            self.assertIn("KeyError: 'what went wrong'", text)
            self.assertIn('site_under_test.py", line 4, in app', text)
            self.assertNotIn("wsgi_responder", text)

    def test_an_exception_after_the_answer_began_cuts_the_connection(self):
        self.start('''
            def app(environ, start_response):
                start_response("200 OK", [("Content-Type", "text/plain")])
                yield b"half"
                raise KeyError("in the middle")
        ''')
        answer = self.ask()
        self.assertEqual(answer.body, b"half")
        self.assertIn("KeyError: 'in the middle'", answer.stderr.decode())
        self.assertIsNone(answer.ended)
        self.assertEqual(self.ask().body, b"half")

    def test_an_application_cannot_end_the_process(self):
        self.start('''
            import sys
            def app(environ, start_response):
                if environ["QUERY_STRING"] == "raise":
                    raise KeyboardInterrupt
                sys.exit("leaving")
        ''')
        peer = self.connect()
        for query in ("", "raise", ""):
            answer = peer.ask(QUERY_STRING=query)
            self.assertEqual(answer.status, "Status: 500 Internal Server Error")
            self.assertEqual(answer.ended, REQUEST_COMPLETE)
        self.assertIn(b"SystemExit: leaving", answer.stderr)
        self.assertIsNone(self.process.poll())

    def test_exc_info_replaces_a_head_that_was_not_sent(self):
        self.start('''
            import sys
            def app(environ, start_response):
                start_response("200 OK", [("X-A", "b")])
                try:
                    raise ValueError("mended")
                except ValueError:
                    start_response("503 Mended", [("X-C", "d")], sys.exc_info())
                return [b"sorry"]
        ''')
        answer = self.ask()
        self.assertEqual(answer.status, "Status: 503 Mended")
        self.assertEqual(answer.fields, [("X-C", "d"), ("Content-Length", "5")])
        self.assertEqual((answer.body, answer.stderr), (b"sorry", b""))

    def test_exc_info_is_raised_again_when_the_head_was_sent(self):
        self.start('''
            import sys
            def app(environ, start_response):
                start_response("200 OK", [])
                yield b"begun"
                try:
                    raise ValueError("the first error")
                except ValueError:
                    start_response("500 Too late", [], sys.exc_info())
                yield b"never"
        ''')
        answer = self.ask()
        self.assertEqual(answer.body, b"begun")
        self.assertIsNone(answer.ended)
        self.assertIn(b"ValueError: the first error", answer.stderr)

    CLOSING = '''
        class Result:
            def __init__(self, blocks):
                self.blocks = blocks
            def __iter__(self):
                return iter(self.blocks)
            def close(self):
                print("closed", flush=True)
        def failing():
            yield b"begun"
            raise ValueError("failed")
        def failing_early():
            raise ValueError("failed")
            yield
        def app(environ, start_response):
            kind = environ["QUERY_STRING"]
            if kind != "silent":
                start_response("200 OK", [("X-A", "\\n" if kind == "refused" else "b")])
            return Result({
                "fine": [b"a", b"b"], "failing": failing(), "failing_early": failing_early(),
                "text": ["text"], "silent": [b"x"], "endless": iter(lambda: b"x" * 100_000, None),
            }[kind])
    '''

    def test_close_is_called_once_whatever_happens(self):
        self.start(self.CLOSING)
        for number, kind in enumerate(("fine", "failing", "failing_early", "text", "silent"), start=1):
            with self.subTest(kind):
                self.ask(QUERY_STRING=kind)
                wait_until(lambda: self.stdout().count("closed\n") >= number, "it is closed")
        self.ask(QUERY_STRING="fine")
        wait_until(lambda: self.stdout().count("closed\n") >= 6, "it is closed")
        self.assertEqual(self.stdout(), "closed\n" * 6)

    def test_a_peer_that_leaves_in_mid_answer_costs_only_its_connection(self):
        self.start(self.CLOSING)
        peer = self.connect()
        peer.send(request(QUERY_STRING="endless"))
        peer.read_until(b"x" * 10)
        peer.close()
        wait_until(lambda: self.stdout() == "closed\n", "the iterable is closed")
        self.assertEqual(self.ask(QUERY_STRING="fine").body, b"ab")
        self.assertEqual(self.stderr(), "")

    def test_an_exception_in_close_does_not_spoil_the_answer(self):
        self.start('''
            class Result(list):
                def close(self):
                    raise ValueError("in close")
            def app(environ, start_response):
                start_response("200 OK", [])
                return Result([b"fine"])
        ''')
        peer = self.connect()
        for _ in range(2):
            answer = peer.ask()
            self.assertEqual((answer.body, answer.ended), (b"fine", REQUEST_COMPLETE))
        wait_until(lambda: self.stderr().count("ValueError: in close") == 2, "the log tells")

    def test_a_connection_error_of_the_application_is_its_own(self):
        self.start('''
            def app(environ, start_response):
                raise BrokenPipeError("the database left")
        ''')
        answer = self.ask()
        self.assertEqual(answer.status, "Status: 500 Internal Server Error")
        self.assertIn(b"BrokenPipeError: the database left", answer.stderr)


if __name__ == "__main__":
    unittest.main()
