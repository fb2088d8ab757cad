"""The WSGI responder, seen from the gateway's end of its socket."""

import json
import os
import signal
import struct
import subprocess
import sys
import threading
import unittest

import responder_case
from responder_case import (
    ABORT_REQUEST, AUTHORIZER, BEGIN_REQUEST, CANT_MPX_CONN, CONSTANT, FILTER, GET_VALUES, GET_VALUES_RESULT, HEADER,
    END_REQUEST, PARAMS, REQUEST_COMPLETE, STDERR, STDIN, STDOUT, UNKNOWN_ROLE, UNKNOWN_TYPE, VARYING, ResponderCase,
    begin, encode_pairs, params, record, request, stream, wait_until)

HELLO = '''
    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"Hello"]
'''

# Answers with the environ as JSON; what JSON cannot hold is shown by its type.
SHOW_ENVIRON = '''
    import json
    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "application/json")])
        assert type(environ) is dict and all(type(name) is str for name in environ)
        shown = json.dumps(environ, default=lambda value: type(value).__name__).encode()
        environ["LEFT_BEHIND"] = "x"
        return [shown]
'''


class EnvironTests(ResponderCase):
    def environ(self, peer=None, **varying):
        return json.loads((peer or self.connect()).ask(**varying).body)

    def test_parameters_become_native_strings(self):
        self.start(SHOW_ENVIRON)
        environ = self.environ(PATH_INFO="/caf\xc3\xa9", HTTP_X="\xff", QUERY_STRING="a=%20", HTTP_EMPTY="")
        for name, value in {**CONSTANT, **VARYING}.items():
            if name not in ("PATH_INFO", "QUERY_STRING"):
                self.assertEqual(environ[name], value, name)
        self.assertEqual(environ["PATH_INFO"], "/caf\xc3\xa9")
        self.assertEqual(environ["HTTP_X"], "\xff")
        self.assertEqual(environ["QUERY_STRING"], "a=%20")
        self.assertEqual(environ["HTTP_EMPTY"], "")
        self.assertEqual(environ["CONTENT_LENGTH"], "")

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
        for given, scheme in (
            ({"REQUEST_SCHEME": "https"}, "https"), ({"REQUEST_SCHEME": "http", "HTTPS": "on"}, "http"),
            ({"HTTPS": "on"}, "https"), ({"HTTPS": "1"}, "https"), ({"HTTPS": "off"}, "http"), ({}, "http"),
        ):
            with self.subTest(given):
                peer = self.connect()
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
                given[f"{name_length}-{value_length}".ljust(name_length, "N")[:name_length]] = "v" * value_length
        environ = self.environ(**given)
        for name, value in given.items():
            self.assertEqual(environ[name], value)

    def test_a_four_byte_length_may_hold_a_small_number(self):
        self.start(SHOW_ENVIRON)
        peer = self.connect()
        block = struct.pack(">II", 1 << 31 | 1, 1 << 31 | 2) + b"Avw" + b"\x01" + struct.pack(">I", 1 << 31) + b"B"
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
        self.assertEqual({name: environ[name] for name in VARYING}, VARYING)

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
        first = self.environ(peer, HTTP_ONLY_HERE="1")
        self.assertIn("HTTP_ONLY_HERE", first)
        second = self.environ(peer)
        self.assertNotIn("HTTP_ONLY_HERE", second)
        self.assertNotIn("LEFT_BEHIND", second)

    def test_a_later_record_wins_over_the_remembered_first_one(self):
        self.start(SHOW_ENVIRON)
        peer = self.connect()
        self.assertEqual(self.environ(peer, SERVER_NAME="other")["SERVER_NAME"], "other")
        self.assertEqual(self.environ(peer)["SERVER_NAME"], "localhost")

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
            ("[stdin.read(0), stdin.read(2), stdin.read(100), stdin.read(1)]", [b"", b"on", b"e\ntwo\n\nthree", b""]),
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
        import hashlib
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
            def app(environ, start_response):
                if environ["QUERY_STRING"] == "report":
                    start_response("200 OK", [("Content-Type", "text/plain")])
                    return [seen.encode()]
                global seen
                try:
                    environ["wsgi.input"].read()
                except OSError as error:
                    seen = repr(error)
                    raise
                seen = "complete"
        ''')
        peer = self.connect()
        peer.send(begin() + params() + record(STDIN, b"half"))
        peer.close()
        self.assertIn("PeerGone", self.ask(QUERY_STRING="report").body.decode())

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
            ("[b'Hello']", b"Hello"), ("[b'Hel', b'', b'lo']", b"Hello"), ("(b'Hel', b'lo')", b"Hello"), ("[]", b""),
            ("type('L', (list,), {})([b'Hello'])", b"Hello"),
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
        fields = [("X-A", "1"), ("Set-Cookie", "a=b"), ("Set-Cookie", "c=d"), ("X-Latin", "\xe9"), ("X-Empty", "")]
        for _ in range(2):  # The second time the head is remembered.
            answer = self.ask(QUERY_STRING=f"status = '404 Not \xe9'; fields = {fields!r}; result = iter([b'x'])")
            self.assertEqual(answer.status, "Status: 404 Not \xe9")
            self.assertEqual(answer.fields, fields)

    def test_the_answer_takes_one_send(self):
        self.start(self.MAKE)
        self.assertEqual(self.ask(QUERY_STRING="result = [b'x']").ended, REQUEST_COMPLETE)
        peer = self.connect()
        for code in ("result = [b'x']", "fields = [('Content-Length', '1')]; result = iter([b'x'])"):
            peer.send(request(QUERY_STRING=code))
            peer.fill()
            received = peer.buffer
            self.assertEqual(peer.read_answer().ended, REQUEST_COMPLETE)
            self.assertEqual(received[-16:-8], HEADER.pack(1, END_REQUEST, 1, 8, 0))
            self.assertEqual(peer.buffer, b"")

    def test_bodies_around_the_limits_of_a_record(self):
        self.start(self.MAKE)
        peer = self.connect()
        for size in (65_400, 65_480, 65_527, 65_528, 65_529, 65_535, 65_536, 131_056, 1_000_001):
            for form in ("[{}]", "iter([{}])"):
                peer.send(request(QUERY_STRING=f"result = {form.format(f'bytes(range(250)) * 5000')}"
                                               .replace("* 5000", f"* 5000)[:{size}]").replace("bytes(", "(bytes(")))
                answer = peer.read_answer()
                self.assertEqual(answer.ended, REQUEST_COMPLETE)
                self.assertEqual(answer.body, (bytes(range(250)) * 5000)[:size])

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
        for code in (
            "status = '200'; result = []", "status = 'OK 200'; result = []", "status = '20 OK'; result = []",
            "status = b'200 OK'; result = []", "status = '200 OK\\r\\nX: y'; result = []", "status = 200; result = []",
            "status = '099 Low'; result = []", "status = '200 \\u20ac'; result = []",
            "fields = [('X', 'a\\r\\nY: b')]; result = []", "fields = [('X', 'a\\nY: b')]; result = []",
            "fields = [('X', '\\x00')]; result = []", "fields = [('X', '\\x7f')]; result = []",
            "fields = [('X: Y', 'z')]; result = []", "fields = [('X\\n', 'z')]; result = []",
            "fields = [('', 'z')]; result = []", "fields = [(b'X', b'z')]; result = []",
            "fields = [('X', 1)]; result = []", "fields = [('X', '\\u20ac')]; result = []",
            "fields = [('Connection', 'close')]; result = []", "fields = [('TRANSFER-ENCODING', 'chunked')]; result = []",
            "fields = [('Upgrade', 'x')]; result = []", "fields = [('Keep-Alive', '1')]; result = []",
            "fields = [('Status', '200 OK')]; result = []", "fields = [('Content-Length', '-1')]; result = []",
            "fields = [('Content-Length', '1, 1')]; result = []", "fields = [('Content-Length', '\\xb2')]; result = []",
            "fields = 5; result = []", "result = None", "result = ['text']", "result = iter(['text'])", "result = 5",
            "result = iter([7])", "result = 'text'", "status = None; result = []", "status = None; result = iter([b'x'])",
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
                "fine": [b"a", b"b"], "failing": failing(), "failing_early": failing_early(), "text": ["text"],
                "silent": [b"x"], "endless": iter(lambda: b"x" * 100_000, None),
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


class ValidatorTests(ResponderCase):
    def test_the_validator_of_the_standard_library_finds_nothing(self):
        self.start('''
            from wsgiref.validate import validator
            @validator
            def app(environ, start_response):
                body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"] or 0))
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


class ProtocolTests(ResponderCase):
    def test_the_connection_is_kept_when_asked_for(self):
        self.start(HELLO)
        peer = self.connect()
        for _ in range(3):
            self.assertEqual(peer.ask().body, b"Hello")
        self.assertEqual(peer.ask(keep=False).body, b"Hello")
        self.assertTrue(peer.is_closed())

    def test_requests_that_arrive_together_are_answered_in_order(self):
        self.start(SHOW_ENVIRON)
        peer = self.connect()
        peer.send(b"".join(request(HTTP_N=str(number)) for number in range(20)))
        for number in range(20):
            self.assertEqual(json.loads(peer.read_answer().body)["HTTP_N"], str(number))

    def test_any_request_id(self):
        self.start(HELLO)
        peer = self.connect()
        for request_id in (1, 2, 300, 65_535, 1):
            peer.send(request(b"unread", request_id=request_id))
            answer = peer.read_answer(request_id)
            self.assertEqual((answer.body, answer.ended), (b"Hello", REQUEST_COMPLETE))

    def test_stdout_is_ended_before_the_request(self):
        self.start(HELLO)
        peer = self.connect()
        peer.send(request())
        kinds = [peer.read_record()[::2] for _ in range(3)]
        self.assertEqual([kind for kind, _ in kinds], [STDOUT, STDOUT, END_REQUEST])
        self.assertEqual(kinds[1][1], b"")
        self.assertEqual(kinds[2][1], bytes(8))

    def test_get_values(self):
        self.start(HELLO, "--threads", "3")
        for asked, answer in (
            ({"FCGI_MAX_CONNS": "", "FCGI_MAX_REQS": "", "FCGI_MPXS_CONNS": ""},
             {"FCGI_MAX_CONNS": "3", "FCGI_MAX_REQS": "3", "FCGI_MPXS_CONNS": "0"}),
            ({"FCGI_MPXS_CONNS": "", "OTHER": ""}, {"FCGI_MPXS_CONNS": "0"}),
            ({}, {}),
        ):
            peer = self.connect()
            peer.send(record(GET_VALUES, encode_pairs(asked), request_id=0, padding=5))
            self.assertEqual(peer.read_record(), (GET_VALUES_RESULT, 0, encode_pairs(answer)))
            self.assertEqual(peer.ask().body, b"Hello")

    def test_get_values_of_a_peer_that_closes_right_after(self):
        self.start(HELLO)
        for _ in range(20):
            peer = self.connect()
            peer.send(record(GET_VALUES, encode_pairs({"FCGI_MAX_REQS": ""}), request_id=0))
            peer.close()
        peer = self.connect()
        peer.send(record(GET_VALUES, encode_pairs({"FCGI_MAX_REQS": ""}), request_id=0))
        peer.socket.shutdown(1)
        self.assertEqual(peer.read_record(), (GET_VALUES_RESULT, 0, encode_pairs({"FCGI_MAX_REQS": "1"})))
        self.assertEqual(self.ask().body, b"Hello")
        self.assertEqual(self.stderr(), "")

    def test_unknown_management_records(self):
        self.start(HELLO)
        peer = self.connect()
        for kind in (12, 99, 255):
            peer.send(record(kind, b"whatever", request_id=0))
            self.assertEqual(peer.read_record(), (UNKNOWN_TYPE, 0, bytes((kind,)) + bytes(7)))
        self.assertEqual(peer.ask().body, b"Hello")

    def test_management_records_within_a_request(self):
        self.start(HELLO)
        peer = self.connect()
        peer.send(begin() + record(99, request_id=0) + params() + record(STDIN))
        self.assertEqual(peer.read_record()[0], UNKNOWN_TYPE)
        self.assertEqual(peer.read_answer().body, b"Hello")

    def test_other_roles(self):
        self.start(HELLO)
        for role in (AUTHORIZER, FILTER, 0, 257):
            for keep in (True, False):
                with self.subTest(role=role, keep=keep):
                    peer = self.connect()
                    peer.send(begin(keep, role))
                    self.assertEqual(peer.read_answer().ended, UNKNOWN_ROLE)
                    if keep:
                        peer.send(params() + record(STDIN))  # Of a request that is over.
                        self.assertEqual(peer.ask().body, b"Hello")
                    else:
                        self.assertTrue(peer.is_closed())

    def test_a_second_request_on_a_busy_connection(self):
        self.start('''
            def app(environ, start_response):
                body = environ["wsgi.input"].read()
                start_response("200 OK", [])
                return [body]
        ''')
        peer = self.connect()
        for before in (begin(), begin() + params()):
            peer.send(before + begin(request_id=2) + record(PARAMS, b"junk", request_id=2))
            self.assertEqual(peer.read_answer(2).ended, CANT_MPX_CONN)
            peer.send(params() if before == begin() else b"")
            peer.send(record(STDIN, b"other", request_id=2) + record(STDIN, b"mine") + record(STDIN))
            self.assertEqual(peer.read_answer().body, b"mine")

    def test_abort_before_the_application_is_called(self):
        self.start(HELLO)
        peer = self.connect()
        for records in (begin(), begin() + record(PARAMS, encode_pairs(CONSTANT))):
            peer.send(records + record(ABORT_REQUEST))
            self.assertEqual(peer.read_answer().ended, REQUEST_COMPLETE)
            self.assertEqual(peer.ask().body, b"Hello")

    def test_abort_while_the_application_reads(self):
        self.start('''
            class Result:
                def __init__(self, environ):
                    self.stdin = environ["wsgi.input"]
                def __iter__(self):
                    yield self.stdin.read()
                def close(self):
                    print("closed", flush=True)
            def app(environ, start_response):
                start_response("200 OK", [])
                return Result(environ)
        ''')
        peer = self.connect()
        peer.send(begin() + params() + record(STDIN, b"half") + record(ABORT_REQUEST))
        answer = peer.read_answer()
        self.assertEqual((answer.stdout, answer.stderr, answer.ended), (b"", b"", REQUEST_COMPLETE))
        self.assertEqual(peer.ask(b"whole").body, b"whole")
        wait_until(lambda: self.stdout() == "closed\n" * 2, "both are closed")

    def test_an_abort_that_comes_too_late_is_ignored(self):
        self.start(HELLO)
        peer = self.connect()
        self.assertEqual(peer.ask().body, b"Hello")
        peer.send(record(ABORT_REQUEST))
        self.assertEqual(peer.ask().body, b"Hello")

    def test_malformed_input_closes_that_connection_and_nothing_else(self):
        self.start(HELLO)
        pair = b"\x01\x01ab"
        for number, data in enumerate((
            b"GET / HTTP/1.1\r\n\r\n",
            HEADER.pack(2, BEGIN_REQUEST, 1, 0, 0),
            record(BEGIN_REQUEST, b"short"),
            record(BEGIN_REQUEST, bytes(8), request_id=0),
            record(PARAMS, pair, request_id=0),
            begin() + begin(),
            begin() + record(STDIN, b"before PARAMS"),
            begin() + record(PARAMS, pair + b"\x01") + record(PARAMS),
            begin() + record(PARAMS, pair + b"\x01\xff\xff") + record(PARAMS),
            begin() + record(PARAMS, b"\x05\x05abc") + record(PARAMS),
            begin() + record(PARAMS, struct.pack(">II", 0xFFFFFFFF, 0xFFFFFFFF)) + record(PARAMS),
            begin() + record(STDOUT, b"for whom?"),
            record(GET_VALUES, b"\x09\x00FCGI", request_id=0),
        ), start=1):
            with self.subTest(data):
                peer = self.connect()
                peer.send(data)
                self.assertTrue(peer.is_closed())
                wait_until(lambda: self.stderr().count("closed a connection") == number, "the log tells")
        self.assertNotIn("Traceback", self.stderr())
        self.assertEqual(self.ask().body, b"Hello")

    def test_endless_parameters_are_cut_off(self):
        self.start(HELLO)
        peer = self.connect()
        with self.assertRaises((BrokenPipeError, ConnectionResetError)):
            peer.send(begin())
            while True:
                peer.send(record(PARAMS, struct.pack(">BI", 0, 0xFFFFFFFF) + bytes(60_000)))
        self.assertEqual(self.ask().body, b"Hello")

    def test_a_peer_that_leaves_anywhere_in_a_request(self):
        self.start(HELLO)
        whole = request(b"body")
        for position in range(len(whole)):
            peer = self.connect()
            peer.send(whole[:position])
            peer.close()
        self.assertEqual(self.ask().body, b"Hello")
        self.assertEqual(self.stderr(), "")


class TargetTests(ResponderCase):
    def test_forms_of_the_target(self):
        self.write("shop/__init__.py", "")
        self.write("shop/site.py", '''
            def make(name):
                def application(environ, start_response):
                    start_response("200 OK", [])
                    return [name.encode()]
                return application
            application = make("application")
            app = make("app")
            class holder:
                app = make("holder.app")
                inner = type("inner", (), {"create": staticmethod(lambda: make("inner.create"))})
            def create_app(*arguments, **options):
                return make(repr((arguments, options)))
        ''')
        for target, body in (
            ("shop.site", "application"), ("shop.site:app", "app"), ("shop.site:holder.app", "holder.app"),
            ("shop.site:create_app()", "((), {})"), ("shop.site:holder.inner.create()", "inner.create"),
            ("shop.site:create_app('a', [1, 2], debug=True, n=-1)", "(('a', [1, 2]), {'debug': True, 'n': -1})"),
        ):
            with self.subTest(target):
                process = self.spawn(target)
                self.assertEqual(self.ask().body.decode(), body)
                self.assertEqual(self.terminate(process), 0)

    def test_no_such_application(self):
        self.write("here.py", "import sys\nanswer = 42\nclass thing:\n    pass\ndef make():\n    return 'text'\n")
        self.write("package/__init__.py", "")
        for target, words in (
            ("missing:app", ("'missing'", str(self.folder))), ("missing.inner:app", ("'missing'",)),
            ("package.missing:app", ("'package.missing'",)), ("here.inner:app", ("'here.inner'",)),
            ("here:app", ("here:app", "'app'", "here.py")), ("here", ("here:application", "'application'")),
            ("here:thing.app", ("here:thing.app", "'app'")), ("here:create()", ("'create'",)),
            ("here:answer", ("here:answer", "int", "cannot be called")), ("here:make()", ("here:make", "str")),
            ("here:answer()", ("here:answer", "int")),
        ):
            with self.subTest(target):
                self.assertEqual(self.exit_of(self.spawn(target)), 4)
                text = self.stderr()
                self.assertEqual(text.count("\n"), 1, text)
                for word in words:
                    self.assertIn(word, text)

    def test_an_application_that_fails_to_load(self):
        self.write("helper.py", "import not_installed_anywhere\n")
        for source, error in (
            ("import helper", "ModuleNotFoundError: No module named 'not_installed_anywhere'"),
            ("import helper.deeper", "No module named 'not_installed_anywhere'"),
            ("from json import missing", "ImportError"), ("def app(:", "SyntaxError"), ("1 / 0", "ZeroDivisionError"),
            ("raise SystemExit('no')", "SystemExit: no"), ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ):
            with self.subTest(source):
                self.write("broken.py", source)
                self.assertEqual(self.exit_of(self.spawn("broken:app")), 3)
                self.assertIn("Traceback (most recent call last)", self.stderr())
                self.assertIn(error, self.stderr())

    def test_a_factory_that_fails(self):
        self.write("factory.py", "def create(a):\n    raise ValueError('not today')\n")
        for call, error in (("create(1)", "ValueError: not today"), ("create()", "TypeError: create() missing 1")):
            with self.subTest(call):
                self.assertEqual(self.exit_of(self.spawn(f"factory:{call}")), 3)
                self.assertIn(error, self.stderr())

    def test_bad_usage(self):
        self.write("here.py", HELLO)
        for arguments in (
            (), ("here:app", "other"), ("here:app", "--threads", "0"), ("here:app", "--threads", "x"),
            ("here:app", "--what"), (":app",), ("here:",), ("here:app:app",), ("here:app(name)",), ("here:app()()",),
            ("here:app(",), ("here:1",), ("here:app[0]",), ("here:app(**{'a': 1})",), ("here:app(*[1])",),
        ):
            with self.subTest(arguments):
                self.assertEqual(self.exit_of(self.spawn(*arguments)), 2)
                self.assertIn("usage: wsgi responder", self.stderr())
                self.assertNotIn("Traceback", self.stderr())

    def test_a_descriptor_0_that_is_no_listener(self):
        self.write("here.py", HELLO)
        ends = responder_case.socket.socketpair()
        for stdin in (subprocess.DEVNULL, ends[0]):
            process = subprocess.run(
                [sys.executable, str(responder_case.SCRIPT), "here:app"], stdin=stdin, capture_output=True,
                text=True, cwd=self.folder, timeout=responder_case.DEADLINE)
            self.assertEqual(process.returncode, 2)
            self.assertIn("descriptor 0 must be a listening socket", process.stderr)
        for end in ends:
            end.close()


class ProcessTests(ResponderCase):
    INSPECT = '''
        import json, multiprocessing, os, subprocess, sys
        print("loaded")
        def square(number):
            return number * number
        def app(environ, start_response):
            start_response("200 OK", [])
            if environ["QUERY_STRING"] == "spawn":
                with multiprocessing.get_context("spawn").Pool(1) as pool:
                    return [repr(pool.map(square, [7])).encode()]
            if environ["QUERY_STRING"] == "child":
                return [subprocess.run(["cat"], stdout=subprocess.PIPE, check=True).stdout + b"end of input"]
            if environ["QUERY_STRING"] == "wrong":
                start_response("200 OK", [])
            files = {name: os.readlink(f"/proc/self/fd/{name}") for name in os.listdir("/proc/self/fd")
                     if os.path.exists(f"/proc/self/fd/{name}") or os.path.islink(f"/proc/self/fd/{name}")}
            facts = {"path": sys.path, "files": files, "main": hasattr(sys.modules["__main__"], "__file__")}
            return [json.dumps(facts).encode()]
    '''

    def test_it_runs_from_memory(self):
        self.start(self.INSPECT, memory_file=True)
        facts = json.loads(self.ask().body)
        self.assertEqual(facts["path"][0], str(self.folder))
        self.assertNotIn("/", facts["path"])
        self.assertNotIn("/proc/self/fd", facts["path"])
        self.assertFalse(facts["main"])
        self.assertFalse([name for name in facts["files"].values() if "memfd" in name], "the script is closed")
        self.assertEqual(facts["files"]["0"], "/dev/null")

    def test_it_runs_from_a_file(self):
        self.start(self.INSPECT)
        facts = json.loads(self.ask().body)
        self.assertEqual(facts["path"][0], str(self.folder))
        self.assertNotIn(str(responder_case.SCRIPT.parent), facts["path"])
        self.assertFalse(facts["main"])

    def test_the_safe_path_of_python_is_left_alone(self):
        self.start(self.INSPECT, environment={"PYTHONSAFEPATH": "1"})
        path = json.loads(self.ask().body)["path"]
        self.assertEqual(path[0], str(self.folder))
        self.assertTrue(any(entry.endswith(".zip") for entry in path))
        self.assertNotIn(str(responder_case.SCRIPT.parent), path)

    def test_multiprocessing_can_spawn(self):
        for memory_file in (True, False):
            process = self.start(self.INSPECT, memory_file=memory_file)
            self.assertEqual(self.ask(QUERY_STRING="spawn").body, b"[49]")
            self.assertEqual(self.terminate(process), 0)

    def test_a_child_of_the_application_does_not_get_the_listener(self):
        self.start(self.INSPECT)
        self.assertEqual(self.ask(QUERY_STRING="child").body, b"end of input")

    def test_a_traceback_shows_the_source_of_the_script_that_ran_from_memory(self):
        self.start(self.INSPECT, memory_file=True)
        text = self.ask(QUERY_STRING="wrong").stderr.decode()
        self.assertIn('start_response("200 OK", [])', text)
        self.assertIn('raise AssertionError("start_response was called twice', text)

    def test_print_goes_to_the_log_line_by_line(self):
        self.start(self.INSPECT)
        wait_until(lambda: self.stdout() == "loaded\n", "the line is in the log")

    def test_requests_run_side_by_side_in_threads(self):
        self.start('''
            import threading
            together = threading.Barrier(3)
            def app(environ, start_response):
                assert threading.current_thread() is not threading.main_thread()
                together.wait(60)
                start_response("200 OK", [])
                return [b"together"]
        ''', "--threads", "3")
        peers = [self.connect() for _ in range(3)]
        for _ in range(2):
            for peer in peers:
                peer.send(request())
            for peer in peers:
                self.assertEqual(peer.read_answer().body, b"together")

    def test_one_thread_is_the_main_thread(self):
        self.start('''
            import threading
            def app(environ, start_response):
                start_response("200 OK", [])
                return [f"{threading.current_thread() is threading.main_thread()} {threading.active_count()}".encode()]
        ''')
        self.assertEqual(self.ask().body, b"True 1")


class SignalTests(ResponderCase):
    # Answers "begun", and "ended" when a byte of body has come.
    SLOW = '''
        def app(environ, start_response):
            start_response("200 OK", [])
            yield b"begun"
            environ["wsgi.input"].read(1)
            yield b"ended"
    '''

    def test_term_while_waiting_for_a_connection(self):
        for arguments in ((), ("--threads", "3")):
            for number in (signal.SIGTERM, signal.SIGINT):
                with self.subTest(arguments, number=number):
                    process = self.start(HELLO, *arguments)
                    self.ask()
                    self.wait_until_blocked(process)
                    self.assertEqual(self.terminate(process, number), 0)
                    self.assertEqual(self.stderr(), "")

    def test_term_while_a_connection_is_kept(self):
        for arguments in ((), ("--threads", "3")):
            for number in (signal.SIGTERM, signal.SIGINT):
                with self.subTest(arguments, number=number):
                    process = self.start(HELLO, *arguments)
                    peers = [self.connect() for _ in range(2 if arguments else 1)]
                    for peer in peers:
                        peer.ask()
                    self.wait_until_blocked(process)
                    self.assertEqual(self.terminate(process, number), 0)
                    for peer in peers:
                        self.assertTrue(peer.is_closed())
                    self.assertEqual(self.stderr(), "")

    def test_term_at_any_moment(self):
        for arguments in ((), ("--threads", "2")):
            process = self.start(HELLO, *arguments)
            peer = self.connect()
            process.send_signal(0)
            peer.ask()
            peer.send(request() * 50)
            process.terminate()
            answers = 0
            while True:
                answer = peer.read_answer()
                if answer.ended is None:
                    break
                answers += 1
            self.assertEqual(answers, 50, "all that was written before the signal is answered")
            self.assertEqual(self.exit_of(process), 0)

    def test_term_lets_a_request_end(self):
        for arguments in ((), ("--threads", "2")):
            with self.subTest(arguments):
                process = self.start(self.SLOW, *arguments)
                peer = self.connect()
                peer.send(begin() + params())
                peer.read_until(b"begun")
                self.wait_until_blocked(process)
                process.terminate()
                process.terminate()
                self.assertIsNone(process.poll())
                peer.send(record(STDIN, b"x") + record(STDIN))
                answer = peer.read_answer()
                self.assertEqual((answer.stdout, answer.ended), (b"ended", REQUEST_COMPLETE))
                self.assertTrue(peer.is_closed())
                self.assertEqual(self.exit_of(process), 0)

    def test_int_does_not_wait(self):
        for arguments in ((), ("--threads", "2")):
            for before in ((), (signal.SIGTERM,)):
                with self.subTest(arguments, before=before):
                    process = self.start(self.SLOW, *arguments)
                    peer = self.connect()
                    peer.send(begin() + params())
                    peer.read_until(b"begun")
                    self.wait_until_blocked(process)
                    for number in before:
                        process.send_signal(number)
                    self.assertEqual(self.terminate(process, signal.SIGINT), 0)
                    self.assertIsNone(peer.read_answer().ended)

    def test_a_request_that_was_written_before_the_signal_is_answered(self):
        for arguments in ((), ("--threads", "2")):
            with self.subTest(arguments):
                process = self.start(HELLO, *arguments)
                peer = self.connect()
                peer.ask()
                self.wait_until_blocked(process)
                process.send_signal(signal.SIGSTOP)
                peer.send(request())
                process.terminate()
                process.send_signal(signal.SIGCONT)
                self.assertEqual(peer.read_answer().body, b"Hello")
                self.assertTrue(peer.is_closed())
                self.assertEqual(self.exit_of(process), 0)

    def test_term_while_the_application_loads(self):
        process = self.start("import time\nprint('loading')\nwhile True:\n    time.sleep(3600)\n")
        wait_until(lambda: "loading" in self.stdout(), "the application loads")
        self.assertEqual(self.terminate(process), 0)

    def test_what_the_application_registered_runs_at_the_end(self):
        process = self.start("import atexit\natexit.register(print, 'goodbye')\n" + HELLO.replace("\n    ", "\n"))
        self.ask()
        self.assertEqual(self.terminate(process), 0)
        self.assertEqual(self.stdout(), "goodbye\n")

    def test_a_forked_child_of_the_application_can_be_terminated(self):
        self.start('''
            import multiprocessing, time
            def app(environ, start_response):
                child = multiprocessing.get_context("fork").Process(target=time.sleep, args=(3600,))
                child.start()
                child.terminate()
                child.join(60)
                start_response("200 OK", [])
                return [repr(child.exitcode).encode()]
        ''')
        self.assertEqual(self.ask().body, b"-15")


if __name__ == "__main__":
    unittest.main()
