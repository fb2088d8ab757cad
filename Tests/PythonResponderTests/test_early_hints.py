"""wsgi.early_hints: heads that are sent before the application has made its answer."""

import unittest

from responder_case import ResponderCase, REQUEST_COMPLETE, STDOUT, request

HINTS = '''
    import os
    def app(environ, start_response):
        hint = environ["wsgi.early_hints"]
        exec(environ["QUERY_STRING"])
        while environ.get("GATE") and not os.path.exists(environ["GATE"]):
            pass
        start_response("200 OK", [("Content-Type", "text/plain")])
        yield b"body"
        hint([("Link", "</late>")])
'''


class EarlyHintTests(ResponderCase):
    def test_a_hint_is_sent_at_once(self):
        self.start(HINTS)
        gate = self.folder / "gate"
        peer = self.connect()
        peer.send(request(GATE=str(gate), QUERY_STRING="hint([('Link', '</a>; rel=preload'), ('X-A', '\xe9')])"))
        kind, _, content = peer.read_record()
        self.assertEqual(kind, STDOUT)
        self.assertEqual(
            content, b"Status: 103 Early Hints\r\nLink: </a>; rel=preload\r\nX-A: \xe9\r\n\r\n")
        gate.touch()
        answer = peer.read_answer()
        self.assertEqual(answer.status, "Status: 200 OK")
        self.assertEqual((answer.body, answer.ended), (b"body", REQUEST_COMPLETE))

    def test_several_hints_and_none(self):
        self.start(HINTS)
        peer = self.connect()
        answer = peer.ask(QUERY_STRING="hint([('A', '1')]); hint(iter([['B', '2'], ('C', '3')]))")
        self.assertEqual(answer.stdout.count(b"Status: 103 Early Hints\r\n"), 2)
        self.assertIn(b"\r\nB: 2\r\nC: 3\r\n\r\nStatus: 200 OK\r\n", answer.stdout)
        self.assertEqual(peer.ask(QUERY_STRING="").stdout.count(b"103"), 0)

    def test_a_hint_is_checked_as_an_answer_is(self):
        self.start(HINTS)
        peer = self.connect()
        for field in (
            "('X', 'a\\r\\nY: b')", "('X\\n', 'b')", "('', 'b')", "('X', 1)", "('X', '\\u20ac')",
            "('X', 'a', 'b')", "5",
        ):
            with self.subTest(field):
                answer = peer.ask(QUERY_STRING=f"hint([('X-A', 'b'), {field}])")
                self.assertEqual(answer.status, "Status: 500 Internal Server Error")
                self.assertNotIn(b"103", answer.stdout)

    def test_a_hint_loses_what_belongs_to_the_connection(self):
        self.start(HINTS)
        answer = self.ask(QUERY_STRING="hint([('Connection', 'x'), ('Link', '</a>'), ('Status', '200')])")
        self.assertTrue(answer.stdout.startswith(b"Status: 103 Early Hints\r\nLink: </a>\r\n\r\nStatus: 200 OK\r\n"))
        self.assertEqual(answer.body.count(b"Status"), 1)

    def test_too_late_is_never(self):
        self.start('''
            kept = []
            def app(environ, start_response):
                kept.append(environ["wsgi.early_hints"])
                write = start_response("200 OK", [])
                write(b"a")
                kept[0]([("Link", "</late>")])
                return [b"b"]
        ''')
        peer = self.connect()
        for _ in range(2):
            answer = peer.ask()
            self.assertEqual(answer.status, "Status: 200 OK")
            self.assertEqual(answer.body, b"ab")


if __name__ == "__main__":
    unittest.main()
