"""Calls the WSGI example as a server would, with wsgiref's validator between the two."""

import hashlib
import io
import re
import sys
import tracemalloc
import unittest
from html import escape
from pathlib import Path
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "python"
sys.path.insert(0, str(EXAMPLE))
try:
    import app
    import multipart
finally:
    sys.path.remove(str(EXAMPLE))

BOUNDARY = "----exampleBoundary7MA4YWxk"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"


class Trickle(io.RawIOBase):
    """A body that answers a read with no more than `step` octets, as a socket may."""

    def __init__(self, body, step):
        self.source, self.step = io.BytesIO(body), step

    def read(self, size=-1):
        return self.source.read(min(size, self.step))


def part(name, content, filename=None):
    """One part of a body, with the line end that belongs to the boundary after it."""
    file = "" if filename is None else f'; filename="{filename}"\r\nContent-Type: application/octet-stream'
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'
    return head.encode() + content + b"\r\n"


def closed(*parts, ending=b"\r\n"):
    return b"".join(parts) + f"--{BOUNDARY}--".encode() + ending


class Reply:
    """The answer to one request, read to its end."""

    def __init__(self, method, path, body=b"", content_type="", stream=None, application=app.application,
                 **environ):
        environ.update(REQUEST_METHOD=method, PATH_INFO=path, QUERY_STRING="")
        if body or content_type:
            environ.update(CONTENT_TYPE=content_type, CONTENT_LENGTH=str(len(body)))
        environ["wsgi.input"] = stream or io.BytesIO(body)
        environ.setdefault("SCRIPT_NAME", "")
        setup_testing_defaults(environ)

        def start_response(status, headers, exc_info=None):
            self.status, self.headers = status, dict(headers)

        result = validator(application)(environ, start_response)
        try:
            self.pieces = list(result)
        finally:
            result.close()
        self.body = b"".join(self.pieces)
        self.text = self.body.decode("utf-8")
        self.code = int(self.status.split()[0])


class PagesTests(unittest.TestCase):
    def test_home_shows_the_environ_escaped(self):
        reply = Reply("GET", "/", HTTP_X_TEST="<b>&\"'", HTTP_X_NAME="caf\xc3\xa9")
        self.assertEqual(reply.code, 200)
        self.assertEqual(reply.headers["Content-Type"], "text/html; charset=utf-8")
        self.assertEqual(reply.headers["Content-Length"], str(len(reply.body)))
        self.assertIn("<th>wsgi.url_scheme</th><td>http</td>", reply.text)
        self.assertIn("<th>HTTP_X_TEST</th><td>&lt;b&gt;&amp;&quot;&#x27;</td>", reply.text)
        self.assertIn("<th>HTTP_X_NAME</th><td>café</td>", reply.text)

    def test_home_hides_credentials(self):
        reply = Reply("GET", "/", HTTP_AUTHORIZATION="Basic secret", HTTP_COOKIE="session=secret")
        self.assertNotIn("secret", reply.text)
        self.assertEqual(reply.text.count("(hidden)"), 2)

    def test_every_link_of_the_home_page_leads_where_it_says(self):
        application = app.make_application(pause=lambda seconds: None)
        links = set(re.findall(r'href="(/[^"]*)"', Reply("GET", "/").text))
        self.assertEqual(links, {"/", "/form", "/upload", "/stream", "/no/such/page"})
        for link in links:
            expected = 404 if "no/such" in link else 200
            self.assertEqual(Reply("GET", link, application=application).code, expected, link)

    def test_links_stay_below_the_prefix_of_the_route(self):
        text = Reply("GET", "/", SCRIPT_NAME="/caf\xc3\xa9").text
        self.assertIn('href="/caf%C3%A9/form"', text)
        self.assertNotIn('href="/form"', text)

    def test_an_empty_path_below_a_prefix_is_the_home_page(self):
        self.assertEqual(Reply("GET", "", SCRIPT_NAME="/site").code, 200)

    def test_an_unknown_address_is_404_with_any_method(self):
        for method in ("GET", "POST", "DELETE"):
            reply = Reply(method, "/<caf\xc3\xa9>")
            self.assertEqual(reply.code, 404)
            self.assertIn("&lt;café&gt;", reply.text)

    def test_a_wrong_method_is_405_and_names_the_right_ones(self):
        for method, path, allow in (
            ("POST", "/", "GET, HEAD"),
            ("DELETE", "/form", "GET, HEAD, POST"),
            ("PUT", "/upload", "GET, HEAD, POST"),
            ("POST", "/stream", "GET, HEAD"),
        ):
            reply = Reply(method, path)
            self.assertEqual((reply.code, reply.headers["Allow"]), (405, allow), path)

    def test_head_has_the_headers_of_get_and_no_body(self):
        for path in ("/", "/form", "/upload", "/stream", "/missing"):
            reply = Reply("HEAD", path)
            self.assertEqual(reply.body, b"", path)
            self.assertEqual(reply.code, 404 if path == "/missing" else 200)
            self.assertEqual("Content-Length" in reply.headers, path != "/stream", path)


class StreamTests(unittest.TestCase):
    def test_ten_lines_with_nine_pauses_between_them(self):
        pauses = []
        reply = Reply("GET", "/stream", application=app.make_application(pauses.append))
        self.assertEqual(pauses, [0.5] * 9)
        lines = [piece for piece in reply.pieces if b"<li>" in piece]
        self.assertEqual(len(lines), 10)
        for number, line in enumerate(lines, 1):
            self.assertIn(f"<li>Line {number} of 10 at ".encode(), line)
        self.assertNotIn("Content-Length", reply.headers)
        self.assertTrue(reply.text.rstrip().endswith("</html>"))

    def test_a_line_is_handed_over_before_the_next_pause(self):
        pauses = []
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/stream"}
        setup_testing_defaults(environ)
        pieces = app.make_application(pauses.append)(environ, lambda status, headers: None)
        while b"Line 1 of 10" not in next(pieces):
            pass
        self.assertEqual(pauses, [])
        next(pieces)
        self.assertEqual(pauses, [0.5])
        pieces.close()


class FormTests(unittest.TestCase):
    FORM = "application/x-www-form-urlencoded"

    def test_get_shows_the_form(self):
        reply = Reply("GET", "/form")
        self.assertIn('<form method="post" action="/form">', reply.text)
        self.assertNotIn("What arrived", reply.text)

    def test_post_answers_the_fields_escaped(self):
        body = b"name=Ada+%3CLovelace%3E&colour=&message=caf%C3%A9+%26+%C3%A9&%3Ci%3E=1"
        reply = Reply("POST", "/form", body, self.FORM + "; charset=utf-8")
        self.assertEqual(reply.code, 200)
        self.assertIn("<th>name</th><td>Ada &lt;Lovelace&gt;</td>", reply.text)
        self.assertIn("<th>colour</th><td></td>", reply.text)
        self.assertIn("<th>message</th><td>café &amp; é</td>", reply.text)
        self.assertIn("<th>&lt;i&gt;</th><td>1</td>", reply.text)

    def test_a_body_that_arrives_in_small_reads(self):
        body = b"name=" + b"x" * 1000
        reply = Reply("POST", "/form", body, self.FORM, stream=Trickle(body, 7))
        self.assertIn(f"<td>{'x' * 1000}</td>", reply.text)

    def test_nothing_beyond_the_content_length_is_read(self):
        reply = Reply("POST", "/form", b"name=Ada", self.FORM, stream=io.BytesIO(b"name=Ada&colour=red"))
        self.assertNotIn("<th>colour</th>", reply.text)

    def test_a_body_of_unknown_length_is_read_to_its_end(self):
        reply = Reply(
            "POST", "/form", stream=io.BytesIO(b"name=Ada"), CONTENT_TYPE=self.FORM,
            **{"wsgi.input_terminated": True})
        self.assertIn("<td>Ada</td>", reply.text)

    def test_an_empty_form(self):
        self.assertIn("No field arrived.", Reply("POST", "/form", b"", self.FORM).text)

    def test_several_multipart_fields(self):
        body = closed(part("name", b"Ada"), part("message", b"line\r\nline\r\n"), part("empty", b""))
        reply = Reply("POST", "/form", body, MULTIPART)
        self.assertIn("<th>name</th><td>Ada</td>", reply.text)
        self.assertIn("<th>message</th><td>line\r\nline\r\n</td>", reply.text)
        self.assertIn("<th>empty</th><td></td>", reply.text)

    def test_what_a_form_cannot_be(self):
        long = b"x" * (app.LONGEST_FORM + 1)
        for body, content_type, code in (
            (long, self.FORM, 413),
            (b"&".join([b"a=1"] * 101), self.FORM, 400),
            (closed(part("name", long)), MULTIPART, 400),
            (b"{}", "application/json", 415),
        ):
            reply = Reply("POST", "/form", body, content_type)
            self.assertEqual(reply.code, code, content_type)
            self.assertIn('class="notice"', reply.text)

    def test_the_longest_form_is_still_a_form(self):
        body = b"a=" + b"x" * (app.LONGEST_FORM - 2)
        self.assertEqual(Reply("POST", "/form", body, self.FORM).code, 200)


class UploadTests(unittest.TestCase):
    def upload(self, body, **more):
        return Reply("POST", "/upload", body, MULTIPART, **more)

    def assertShows(self, reply, name, content):
        self.assertEqual(reply.code, 200, reply.text)
        self.assertIn(f"<th>Name</th><td>{escape(name)}</td>", reply.text)
        self.assertIn(f"<th>Size</th><td>{len(content):,} bytes</td>", reply.text)
        self.assertIn(f"<th>SHA-256</th><td>{hashlib.sha256(content).hexdigest()}</td>", reply.text)

    def test_a_file_of_five_megabytes(self):
        content = bytes(range(256)) * (5 * 1024 * 1024 // 256)
        reply = self.upload(closed(part("file", content, "five.bin")))
        self.assertShows(reply, "five.bin", content)

    def test_a_file_of_fifty_megabytes_is_never_held(self):
        block, blocks = b"\r\n--" * (64 * 1024), 200  # each line of it begins as a boundary would

        class Generated(io.RawIOBase):
            """The body, made as it is read."""

            pieces = iter([part("file", b"", "big.bin")[:-2], *[block] * blocks, b"\r\n" + closed()])
            rest = b""

            def read(self, size=-1):
                self.rest = self.rest or next(self.pieces, b"")
                octets, self.rest = self.rest[:size], self.rest[size:]
                return octets

        tracemalloc.start()
        try:
            reply = Reply(
                "POST", "/upload", stream=Generated(), CONTENT_TYPE=MULTIPART,
                **{"wsgi.input_terminated": True})
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        digest = hashlib.sha256(block * blocks).hexdigest()
        self.assertIn(f"<td>{len(block) * blocks:,} bytes</td>", reply.text)
        self.assertIn(f"<td>{digest}</td>", reply.text)
        self.assertLess(peak, 2_000_000)

    def test_a_name_and_a_field_beside_the_file(self):
        body = closed(part("note", b"text"), part("file", b"content", "café <1>.txt"), part("more", b""))
        self.assertShows(self.upload(body), "café <1>.txt", b"content")

    def test_no_final_line_end(self):
        self.assertShows(self.upload(closed(part("file", b"abc", "a"), ending=b"")), "a", b"abc")

    def test_preamble_padding_and_epilogue_mean_nothing(self):
        body = closed(part("file", b"abc", "a"), ending=b"  \r\nepilogue\r\n--" + BOUNDARY.encode())
        body = body.replace(BOUNDARY.encode() + b"\r\n", BOUNDARY.encode() + b" \t\r\n", 1)
        self.assertShows(self.upload(b"preamble\r\n" + body), "a", b"abc")

    def test_an_empty_file(self):
        self.assertShows(self.upload(closed(part("file", b"", "empty"))), "empty", b"")

    def test_two_files(self):
        reply = self.upload(closed(part("file", b"one", "1"), part("file", b"two", "2")))
        self.assertShows(reply, "1", b"one")
        self.assertShows(reply, "2", b"two")

    def test_content_that_resembles_a_boundary(self):
        whole = f"--{BOUNDARY}".encode()
        for content in (
            whole, b"\r\n", b"\r\n--", b"\r\n" + whole[:-1] + b"!", b"\n" + whole, b"\r\r\n-" + whole,
            b"\r\n" * 5, b"\r", b"--",
        ):
            with self.subTest(content=content):
                self.assertShows(self.upload(closed(part("file", content, "x"))), "x", content)

    def test_a_boundary_split_between_two_reads_anywhere(self):
        content = b"first\r\n--almost"
        body = closed(part("note", b"n"), part("file", content, "x"), ending=b"")
        for step in range(1, len(body) + 1):
            with self.subTest(step=step):
                self.assertShows(self.upload(body, stream=Trickle(body, step)), "x", content)

    def test_a_boundary_split_between_two_blocks(self):
        empty = len(part("file", b"", "x")) - 2
        for overhang in range(len(BOUNDARY) + 8):
            content = b"x" * (multipart.BLOCK - empty - overhang)
            with self.subTest(overhang=overhang):
                self.assertShows(self.upload(closed(part("file", content, "x"))), "x", content)

    def test_a_body_that_ends_too_early(self):
        body = closed(part("file", b"content", "x"), ending=b"")
        for length in range(len(body)):
            with self.subTest(length=length):
                self.assertEqual(self.upload(body[:length]).code, 400)

    def test_what_no_upload_can_be(self):
        line = f"--{BOUNDARY}".encode()
        for body in (
            closed(),
            closed(part("file", b"", "")),
            closed(part("file", b"a field")),
            closed(line + b"\r\n\r\nno headers\r\n"),
            closed(line + b'\r\nContent-Disposition: attachment; filename="x"\r\n\r\n\r\n'),
            closed(line + b'\r\nContent-Disposition: form-data; filename="x"\r\n\r\n\r\n'),
            closed(line + b"x" + part("file", b"content", "x")[len(line):]),
            closed(part("x" * multipart.LONGEST_HEADERS, b"", "x")),
            closed(*[part("note", b"")] * multipart.MOST_PARTS, part("file", b"", "x")),
        ):
            with self.subTest(body=body[:200]):
                reply = self.upload(body)
                self.assertEqual(reply.code, 400)
                self.assertIn('class="notice"', reply.text)

    def test_exactly_as_many_parts_as_allowed(self):
        notes = [part("note", b"")] * (multipart.MOST_PARTS - 1)
        self.assertShows(self.upload(closed(*notes, part("file", b"last", "x"))), "x", b"last")

    def test_the_content_type_decides(self):
        body = closed(part("file", b"abc", "x"))
        for content_type, code in (
            (f'Multipart/Form-Data; charset=utf-8; Boundary="{BOUNDARY}"', 200),
            ("multipart/form-data", 400),
            ("multipart/form-data; boundary=", 400),
            ("multipart/form-data; boundary=" + "x" * 71, 400),
            ("multipart/form-data; boundary=\xe9", 400),
            ("multipart/form-data; boundary=other", 400),
            ("application/octet-stream", 415),
        ):
            with self.subTest(content_type=content_type):
                self.assertEqual(Reply("POST", "/upload", body, content_type).code, code)


class MultipartTests(unittest.TestCase):
    def parts(self, body):
        return multipart.parts(io.BytesIO(body).read, MULTIPART)

    def test_what_the_caller_leaves_unread_is_skipped(self):
        body = closed(part("a", b"x" * 200_000, "x"), part("b", b"y" * 200_000, "y"), part("c", b"z"))
        names = []
        for each in self.parts(body):
            names.append((each.name, each.filename))
            if each.name == "b":
                next(each.chunks)  # begun and left
        self.assertEqual(names, [("a", "x"), ("b", "y"), ("c", None)])

    def test_a_chunk_is_never_much_longer_than_a_block(self):
        (sizes,) = [
            [len(chunk) for chunk in each.chunks] for each in self.parts(closed(part("a", b"x" * 1_000_000)))]
        self.assertEqual(sum(sizes), 1_000_000)
        self.assertLess(max(sizes), multipart.BLOCK + 100)

    def test_names_quoted_as_clients_do(self):
        for written, name in (
            ("plain.txt", "plain.txt"),
            (r"a \"quoted\" name", 'a "quoted" name'),
            (r"C:\\folder\\x", r"C:\folder\x"),
            (r"C:\folder\x", r"C:\folder\x"),
            ("a; name=b", "a; name=b"),
        ):
            with self.subTest(written=written):
                (each,) = self.parts(closed(part("file", b"", written)))
                self.assertEqual((each.name, each.filename), ("file", name))

    def test_header_names_and_tokens_in_any_case(self):
        body = f"--{BOUNDARY}\r\nX-Other: 1\r\ncontent-disposition:FORM-DATA;NAME=a\r\n\r\nb\r\n".encode()
        (each,) = [(each.name, each.filename, each.text(10)) for each in self.parts(closed(body))]
        self.assertEqual(each, ("a", None, "b"))


if __name__ == "__main__":
    unittest.main()
