"""What the responder gives to an application: the environ, its input and its errors (PEP 3333)."""

import hashlib
import json
import os
import struct
import threading
import unittest

from responder_case import (
    CONSTANT, PARAMS, REQUEST_COMPLETE, SHOW_ENVIRON, STDERR, STDIN, VARYING, ResponderCase, begin,
    encode_pairs, params, record, request, wait_until)


class EnvironTests(ResponderCase):
    def environ(self, body=b"", peer=None, **varying):
        return json.loads((peer.ask if peer else self.ask)(body, **varying).body)

    def test_parameters_become_native_strings(self):
        self.start(SHOW_ENVIRON)
        environ = self.environ(PATH_INFO="/caf\xc3\xa9", HTTP_X="\xff", QUERY_STRING="a=%20", HTTP_EMPTY="")
        for name, value in {**CONSTANT, **VARYING}.items():
            if name not in ("PATH_INFO", "QUERY_STRING", "CONTENT_LENGTH"):
                self.assertEqual(environ[name], value, name)
        self.assertEqual(environ["PATH_INFO"], "/caf\xc3\xa9")
        self.assertEqual(environ["HTTP_X"], "\xff")
        self.assertEqual(environ["QUERY_STRING"], "a=%20")
        self.assertEqual(environ["HTTP_EMPTY"], "")

    def test_the_length_of_a_body_that_is_not_there_is_not_there(self):
        self.start(SHOW_ENVIRON)
        for arguments, expected in (((), None), ((b"abc",), "3"), ((b"",), None)):
            self.assertEqual(self.environ(*arguments).get("CONTENT_LENGTH"), expected)
        self.assertEqual(self.environ(CONTENT_LENGTH="0")["CONTENT_LENGTH"], "0")

    def test_the_wsgi_keys_are_there(self):
        self.start(SHOW_ENVIRON)
        environ = self.environ()
        self.assertEqual(environ["wsgi.version"], [1, 0])
        for name, value in {
            "wsgi.multithread": False, "wsgi.multiprocess": True, "wsgi.run_once": False,
            "wsgi.input_terminated": True, "wsgi.url_scheme": "http",
        }.items():
            self.assertIs(type(environ[name]), type(value))
            self.assertEqual(environ[name], value, name)
        for name in ("wsgi.input", "wsgi.errors", "wsgi.file_wrapper"):
            self.assertIn(name, environ)

    def test_threads_are_announced(self):
        self.start(SHOW_ENVIRON, "--threads", "2")
        self.assertIs(self.environ()["wsgi.multithread"], True)

    def test_the_scheme_is_found(self):
        self.start(SHOW_ENVIRON)
        peer = self.connect()
        for given, scheme in (
            ({"REQUEST_SCHEME": "https"}, "https"), ({"REQUEST_SCHEME": "http", "HTTPS": "on"}, "http"),
            ({"HTTPS": "on"}, "https"), ({"HTTPS": "1"}, "https"), ({"HTTPS": "off"}, "http"), ({}, "http"),
        ):
            with self.subTest(given):
                peer.send(begin() + record(PARAMS, encode_pairs(given)) + record(PARAMS) + record(STDIN))
                self.assertEqual(json.loads(peer.read_answer().body)["wsgi.url_scheme"], scheme)

    def test_script_name_and_path_info_exist_even_when_nobody_sends_them(self):
        self.start(SHOW_ENVIRON)
        peer = self.connect()
        peer.send(begin() + record(PARAMS) + record(STDIN))
        environ = json.loads(peer.read_answer().body)
        self.assertEqual((environ["SCRIPT_NAME"], environ["PATH_INFO"]), ("", ""))

    def test_lengths_of_one_and_of_four_bytes(self):
        self.start(SHOW_ENVIRON)
        given = {}
        for name_length in (1, 127, 128, 300):
            for value_length in (0, 127, 128, 70_000):
                name = f"{name_length}-{value_length}".ljust(name_length, "N")[:name_length]
                given[name] = "v" * value_length
        environ = self.environ(**given)
        for name, value in given.items():
            self.assertEqual(environ[name], value)

    def test_a_four_byte_length_may_hold_a_small_number(self):
        self.start(SHOW_ENVIRON)
        peer = self.connect()
        block = struct.pack(">II3s", 1 << 31 | 1, 1 << 31 | 2, b"Avw") + struct.pack(">BIs", 1, 1 << 31, b"B")
        peer.send(begin() + record(PARAMS, block) + record(PARAMS) + record(STDIN))
        environ = json.loads(peer.read_answer().body)
        self.assertEqual((environ["A"], environ["B"]), ("vw", ""))

    def test_pairs_split_anywhere_over_records(self):
        self.start(SHOW_ENVIRON)
        given = {"SHORT": "x", "EMPTY": "", "LONG": "y" * 200, "N" * 130: "z", "LAST": "end"}
        block = encode_pairs(given)
        peer = self.connect()
        for position in range(1, len(block)):
            parts = record(PARAMS, block[:position]) + record(PARAMS, block[position:])
            peer.send(begin() + parts + record(PARAMS) + record(STDIN))
            environ = json.loads(peer.read_answer().body)
            self.assertEqual({name: environ[name] for name in given}, given, position)

    def test_pairs_in_records_of_one_byte(self):
        self.start(SHOW_ENVIRON)
        peer = self.connect()
        block = encode_pairs({**CONSTANT, **VARYING})
        parts = b"".join(record(PARAMS, block[at:at + 1], padding=at % 9) for at in range(len(block)))
        peer.send(begin() + parts + record(PARAMS, padding=3) + record(STDIN, padding=7))
        environ = json.loads(peer.read_answer().body)
        expected = {name: value for name, value in VARYING.items() if name != "CONTENT_LENGTH"}
        self.assertEqual({name: environ[name] for name in expected}, expected)

    def test_a_request_that_arrives_byte_by_byte(self):
        self.start(SHOW_ENVIRON)
        peer = self.connect()
        for _ in range(2):
            for octet in request(HTTP_X="y" * 130):
                peer.send(bytes((octet,)))
            self.assertEqual(json.loads(peer.read_answer().body)["HTTP_X"], "y" * 130)

    def test_requests_that_begin_alike_share_nothing(self):
        self.start(SHOW_ENVIRON)
        peer = self.connect()
        first = self.environ(peer=peer, HTTP_ONLY_HERE="1")
        self.assertIn("HTTP_ONLY_HERE", first)
        second = self.environ(peer=peer)
        self.assertNotIn("HTTP_ONLY_HERE", second)
        self.assertNotIn("LEFT_BEHIND", second)

    def test_a_later_record_wins_over_the_remembered_first_one(self):
        self.start(SHOW_ENVIRON)
        peer = self.connect()
        self.assertEqual(self.environ(peer=peer, SERVER_NAME="other")["SERVER_NAME"], "other")
        self.assertEqual(self.environ(peer=peer)["SERVER_NAME"], "localhost")

    def test_more_first_records_than_are_remembered(self):
        self.start(SHOW_ENVIRON)
        peer = self.connect()
        for _ in range(2):
            for number in range(100):
                first = record(PARAMS, encode_pairs({"NUMBER": str(number)}))
                peer.send(begin() + first + record(PARAMS) + record(STDIN))
                self.assertEqual(json.loads(peer.read_answer().body)["NUMBER"], str(number))


class InputTests(ResponderCase):
    # Evaluates the query as an expression about `stdin`, and answers with its value.
    EVALUATE = '''
        from urllib.parse import unquote
        def app(environ, start_response):
            value = eval(unquote(environ["QUERY_STRING"]), {"stdin": environ["wsgi.input"]})
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [repr(value).encode()]
    '''

    def test_reading(self):
        self.start(self.EVALUATE)
        peer = self.connect()
        for expression, value in (
            ("stdin.read()", b"one\ntwo\n\nthree"),
            ("stdin.read(-1)", b"one\ntwo\n\nthree"),
            ("[stdin.read(0), stdin.read(2), stdin.read(100), stdin.read(1)]",
             [b"", b"on", b"e\ntwo\n\nthree", b""]),
            ("[stdin.readline() for _ in range(5)]", [b"one\n", b"two\n", b"\n", b"three", b""]),
            ("[stdin.readline(2), stdin.readline(2), stdin.readline(0), stdin.readline(99)]",
             [b"on", b"e\n", b"", b"two\n"]),
            ("stdin.readlines()", [b"one\n", b"two\n", b"\n", b"three"]),
            ("stdin.readlines(5)", [b"one\n", b"two\n"]),
            ("list(stdin)", [b"one\n", b"two\n", b"\n", b"three"]),
            ("[stdin.readline(), stdin.read(3), stdin.read()]", [b"one\n", b"two", b"\n\nthree"]),
            ("'untouched'", "untouched"),
        ):
            for size in (1, 3, 100):
                with self.subTest(expression, size=size):
                    body = b"one\ntwo\n\nthree"
                    parts = b"".join(
                        record(STDIN, body[at:at + size], padding=at % 3) for at in range(0, len(body), size))
                    peer.send(begin() + params(QUERY_STRING=expression, REQUEST_METHOD="POST"))
                    peer.send(parts + record(STDIN))
                    self.assertEqual(eval(peer.read_answer().body), value)

    def test_no_body_is_an_empty_input(self):
        self.start(self.EVALUATE)
        expression = "[stdin.read(), stdin.read(1), stdin.readline(), stdin.readlines(), list(stdin)]"
        self.assertEqual(eval(self.ask(QUERY_STRING=expression).body), [b"", b"", b"", [], []])

    def test_an_application_that_closes_an_empty_input_harms_nobody(self):
        self.start(self.EVALUATE)
        peer = self.connect()
        self.assertEqual(peer.ask(QUERY_STRING="stdin.close()").body, b"None")
        self.assertEqual(peer.ask(QUERY_STRING="stdin.read()").body, b"b''")

    def test_the_end_of_stdin_may_come_later(self):
        self.start(self.EVALUATE)
        peer = self.connect()
        whole = begin() + params(QUERY_STRING="stdin.read()")
        peer.send(whole)
        self.wait_until_blocked(self.process)
        peer.send(record(STDIN))
        self.assertEqual(peer.read_answer().body, b"b''")

    def test_the_end_of_stdin_counts_and_not_the_content_length(self):
        self.start(self.EVALUATE)
        answer = self.ask(b"four", QUERY_STRING="stdin.read()", CONTENT_LENGTH="2")
        self.assertEqual(answer.body, b"b'four'")

    def test_a_large_body_is_not_held_in_memory(self):
        self.start('''
            import hashlib
            def app(environ, start_response):
                digest, stdin = hashlib.sha256(), environ["wsgi.input"]
                for block in iter(lambda: stdin.read(100_000), b""):
                    digest.update(block)
                start_response("200 OK", [("Content-Type", "text/plain")])
                return [digest.hexdigest().encode(), b" ", open("/proc/self/status").read().encode()]
        ''')
        block, digest = os.urandom(65528), hashlib.sha256()
        peer = self.connect()
        peer.send(begin() + params(REQUEST_METHOD="POST", CONTENT_LENGTH=str(800 * len(block))))
        for _ in range(800):
            digest.update(block)
            peer.send(record(STDIN, block))
        peer.send(record(STDIN))
        found, _, status = peer.read_answer().body.decode().partition(" ")
        self.assertEqual(found, digest.hexdigest())
        peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
        self.assertLess(peak, 40_000, "KiB, of which Python itself needs about 15 000")

    def test_an_unread_body_does_not_disturb_the_next_request(self):
        self.start(self.EVALUATE)
        peer = self.connect()
        sender = threading.Thread(target=peer.send, args=(request(b"x" * 3_000_000, QUERY_STRING="1"),))
        sender.start()
        self.assertEqual(peer.read_answer().body, b"1")
        sender.join()
        self.assertEqual(peer.ask(b"abc", QUERY_STRING="stdin.read()").body, b"b'abc'")

    def test_a_body_that_is_cut_off_never_looks_complete(self):
        self.start('''
            seen = []
            def app(environ, start_response):
                if environ["QUERY_STRING"] == "report":
                    start_response("200 OK", [("Content-Type", "text/plain")])
                    return [repr(seen).encode()]
                try:
                    seen.append(environ["wsgi.input"].read())
                except OSError as error:
                    seen.append(type(error).__name__)
                    raise
        ''')
        peer = self.connect()
        peer.send(begin() + params() + record(STDIN, b"half"))
        peer.close()
        self.assertEqual(self.ask(QUERY_STRING="report").body, b"['PeerGone']")

    def test_an_input_that_outlives_its_request_cannot_read_the_next_one(self):
        self.start('''
            kept = []
            def app(environ, start_response):
                kept.append(environ["wsgi.input"])
                try:
                    text = kept[0].read() if len(kept) > 1 else b"first"
                except ValueError as error:
                    text = str(error).encode()
                start_response("200 OK", [("Content-Type", "text/plain")])
                return [text]
        ''')
        peer = self.connect()
        self.assertEqual(peer.ask(b"one").body, b"first")
        self.assertEqual(peer.ask(b"two").body, b"wsgi.input was read after the end of its request")


class ErrorsTests(ResponderCase):
    def test_what_is_written_goes_out_as_stderr(self):
        self.start('''
            def app(environ, start_response):
                errors = environ["wsgi.errors"]
                errors.write("one\\ntw")
                errors.writelines(["o\\n", "three: \\u20ac \\udc80\\n"])
                print("printed", file=errors)
                errors.write("flushed, ")
                errors.flush()
                errors.write("unfinished")
                start_response("200 OK", [("Content-Type", "text/plain")])
                return [b"body"]
        ''')
        answer = self.ask()
        self.assertEqual(
            answer.stderr.decode(), "one\ntwo\nthree: \u20ac \\udc80\nprinted\nflushed, unfinished")
        self.assertEqual(answer.body, b"body")

    def test_a_line_goes_out_at_once(self):
        self.start('''
            def app(environ, start_response):
                environ["wsgi.errors"].write("a line\\nand ")
                environ["wsgi.input"].read()
                start_response("200 OK", [("Content-Type", "text/plain")])
                return []
        ''')
        peer = self.connect()
        peer.send(begin() + params())
        self.assertEqual(peer.read_record(), (STDERR, 1, b"a line\n"))
        peer.send(record(STDIN))
        self.assertEqual(peer.read_answer().stderr, b"and ")

    def test_a_long_text_takes_several_records(self):
        self.start('''
            def app(environ, start_response):
                environ["wsgi.errors"].write("x" * 200_000 + "\\n")
                start_response("200 OK", [("Content-Type", "text/plain")])
                return []
        ''')
        self.assertEqual(self.ask().stderr, b"x" * 200_000 + b"\n")

    def test_what_is_written_after_the_request_reaches_the_log(self):
        self.start('''
            class Result(list):
                def close(self):
                    self.errors.write("late\\n")
            def app(environ, start_response):
                start_response("200 OK", [("Content-Type", "text/plain")])
                result = Result([b"x"])
                result.errors = environ["wsgi.errors"]
                return result
        ''')
        peer = self.connect()
        self.assertEqual(peer.ask().stderr, b"")
        self.assertEqual(peer.ask().stderr, b"")
        wait_until(lambda: self.stderr() == "late\nlate\n", "both lines are in the log")


class ValidatorTests(ResponderCase):
    def test_the_validator_of_the_standard_library_finds_nothing(self):
        self.start('''
            from wsgiref.validate import validator
            @validator
            def app(environ, start_response):
                body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH", 0)))
                environ["wsgi.errors"].write("noted\\n")
                write = start_response("200 OK", [("Content-Type", "text/plain")])
                if environ["QUERY_STRING"] == "write":
                    write(b"written ")
                if environ["QUERY_STRING"] == "stream":
                    return (block for block in (b"one ", b"two"))
                if environ["QUERY_STRING"] == "file":
                    return environ["wsgi.file_wrapper"](open(__file__, "rb"))
                return [b"" if environ["REQUEST_METHOD"] == "HEAD" else b"body: " + body]
        ''', environment={"PYTHONWARNINGS": "error"})
        peer = self.connect()
        source = (self.folder / "site_under_test.py").read_bytes()
        for arguments, body in (
            ({}, b"body: "), ({"body": b"posted"}, b"body: posted"), ({"REQUEST_METHOD": "HEAD"}, b""),
            ({"QUERY_STRING": "stream"}, b"one two"), ({"QUERY_STRING": "write"}, b"written body: "),
            ({"QUERY_STRING": "file"}, source),
        ):
            with self.subTest(arguments):
                answer = peer.ask(**arguments)
                self.assertEqual((answer.status, answer.stderr), ("Status: 200 OK", b"noted\n"))
                self.assertEqual((answer.body, answer.ended), (body, REQUEST_COMPLETE))
        self.assertEqual(self.stderr(), "")


if __name__ == "__main__":
    unittest.main()
