"""The responder's end of FastCGI 1.0, with peers that behave and peers that do not."""

import contextlib
import json
import random
import struct
import unittest

from responder_case import (
    ABORT_REQUEST, AUTHORIZER, BEGIN_REQUEST, CANT_MPX_CONN, CONSTANT, END_REQUEST, FILTER, GET_VALUES,
    GET_VALUES_RESULT, HEADER, HELLO, PARAMS, REQUEST_COMPLETE, SHOW_ENVIRON, STDIN, STDOUT, UNKNOWN_ROLE,
    UNKNOWN_TYPE, ResponderCase, begin, encode_pairs, params, record, request, wait_until)


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

    def test_records_of_requests_that_do_not_exist_are_ignored(self):
        self.start(HELLO)
        peer = self.connect()
        for kind in (ABORT_REQUEST, PARAMS, STDIN, GET_VALUES, 99):
            peer.send(record(kind, b"whatever", request_id=9))
        self.assertEqual(peer.ask().body, b"Hello")

    def test_an_authorizer_is_asked_without_a_body_and_a_path(self):
        self.start(SHOW_ENVIRON)
        peer = self.connect()
        pairs = record(PARAMS, encode_pairs({"REQUEST_METHOD": "POST", "REQUEST_URI": "/x", "SERVER_PROTOCOL": "HTTP/1.1"}))
        peer.send(begin(True, AUTHORIZER) + pairs + record(PARAMS) + record(STDIN))
        environ = json.loads(peer.read_answer().body)
        self.assertEqual((environ["SCRIPT_NAME"], environ["PATH_INFO"]), ("", ""))
        self.assertNotIn("CONTENT_LENGTH", environ)

    def test_other_roles(self):
        self.start(HELLO)
        for role in (FILTER, 0, 257):
            for keep in (True, False):
                with self.subTest(role=role, keep=keep):
                    peer = self.connect()
                    peer.send(begin(keep, role))
                    self.assertEqual(peer.read_answer().ended, UNKNOWN_ROLE)
                    if keep:
                        peer.send(params() + record(STDIN))  # Of a request that is over.
                        self.assertEqual(peer.ask().body, b"Hello")
                        peer.close()
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

    def test_spoilt_records_never_end_the_process(self):
        self.start('''
            def app(environ, start_response):
                start_response("200 OK", [])
                return [environ["wsgi.input"].read()]
        ''')
        chance = random.Random(7)
        whole = request(b"body" * 10, HTTP_X="x" * 200)
        for _ in range(400):
            spoilt = bytearray(whole)
            for _ in range(chance.randint(1, 4)):
                spoilt[chance.randrange(len(spoilt))] = chance.choice((0, 1, 2, 127, 128, 255, 7))
            peer = self.connect()
            with contextlib.suppress(BrokenPipeError):
                peer.send(spoilt)
            peer.close()
        self.assertEqual(self.ask(b"fine").body, b"fine")
        self.assertNotIn("Traceback", self.stderr())

    def test_a_peer_that_leaves_anywhere_in_a_request(self):
        self.start(HELLO)
        whole = request(b"body")
        for position in range(len(whole)):
            peer = self.connect()
            peer.send(whole[:position])
            peer.close()
        self.assertEqual(self.ask().body, b"Hello")
        self.assertEqual(self.stderr(), "")


if __name__ == "__main__":
    unittest.main()
