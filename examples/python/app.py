"""A WSGI site to open in a browser: which address gets which page, and what each page says.

    gateway wsgi:app:application --chdir examples/python
"""

import hashlib
import os
import platform
import time
from functools import partial
from html import escape
from itertools import chain
from typing import Callable, Iterable, Iterator, List, NamedTuple, Tuple, Union
from urllib.parse import parse_qsl, quote

import multipart

LONGEST_FORM = 64 * 1024  # octets of a form, which is read into memory; a file never is

# One column, the reader's own fonts, light or dark as the reader's system is.
STYLE = """
:root { color-scheme: light dark; --ground: #fbfbfd; --panel: #fff; --text: #1d2129; --quiet: #646b78;
    --line: #e2e5eb; --accent: #c2410c; --button: #c2410c; }
@media (prefers-color-scheme: dark) { :root { --ground: #16181d; --panel: #1e2128; --text: #e4e7ec;
    --quiet: #98a1b0; --line: #30353f; --accent: #ff9a62; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 54rem; padding: 0 1.25rem 3rem; background: var(--ground);
    color: var(--text); font: 16px/1.6 system-ui, sans-serif; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 2rem; padding: 1.25rem 0;
    border-bottom: 1px solid var(--line); }
.site { margin: 0; font-weight: 650; }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; }
nav a { color: var(--quiet); text-decoration: none; }
nav a:hover, nav a[aria-current] { color: var(--accent); }
h1 { margin: 2.25rem 0 .5rem; font-size: 2rem; line-height: 1.2; letter-spacing: -.02em; }
h2 { margin: 2.25rem 0 .75rem; font-size: 1.15rem; }
.lead { margin-top: 0; color: var(--quiet); font-size: 1.05rem; }
a { color: var(--accent); text-underline-offset: .2em; }
code, td, th { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .85rem; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: .75rem;
    padding: 0; list-style: none; }
.cards li, table, form, .stream, .notice { background: var(--panel); border: 1px solid var(--line);
    border-radius: .6rem; }
.cards li { padding: .8rem 1rem; }
.cards a { display: block; font-weight: 600; }
table { width: 100%; margin-top: 1rem; border-collapse: separate; border-spacing: 0; overflow: hidden; }
th, td { padding: .45rem .9rem; border-top: 1px solid var(--line); text-align: left; vertical-align: top; }
tr:first-child > * { border-top: 0; }
th { width: 1%; white-space: nowrap; color: var(--quiet); font-weight: 500; }
td { overflow-wrap: anywhere; white-space: pre-wrap; }
form { display: grid; gap: 1rem; margin-top: 1.5rem; padding: 1.25rem; }
label { display: grid; gap: .3rem; color: var(--quiet); font-size: .9rem; }
input, select, textarea { width: 100%; padding: .5rem .7rem; border: 1px solid var(--line);
    border-radius: .4rem; background: var(--ground); color: var(--text); font: inherit; }
button { justify-self: start; padding: .55rem 1.4rem; border: 0; border-radius: .4rem; color: #fff;
    background: var(--button); font: inherit; font-weight: 600; cursor: pointer; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.notice { padding: .8rem 1rem; border-left: 4px solid var(--accent); }
.stream { padding: 1rem 1rem 1rem 3rem; font-variant-numeric: tabular-nums; }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--quiet);
    font-size: .85rem; }
"""


class Answer(NamedTuple):
    """What a page says: all at once when `content` is a string, otherwise piece by piece."""

    title: str
    content: Union[str, Iterable[str]]
    status: str = "200 OK"
    headers: Tuple[Tuple[str, str], ...] = ()


class Refusal(Exception):
    """A request body that a page cannot take: the status to answer, and why."""


# The pages.


def home(environ: dict) -> Answer:
    # The page is made to be looked at, and pasted into a question: credentials stay out of it.
    hidden = {name: "(hidden)" for name in ("HTTP_AUTHORIZATION", "HTTP_COOKIE") if name in environ}
    link = partial(address, environ)
    variables = sorted((name, native(value)) for name, value in {**environ, **hidden}.items())
    return Answer("Home", f"""
    <p class="lead">A Python process that the gateway started answered this request. Reload, and the process
    number below may change: the gateway chooses one that is free.</p>
    <ul class="cards">
        <li><a href="{link('/form')}">Form</a> posts three fields and shows what arrived.</li>
        <li><a href="{link('/upload')}">Upload</a> takes a file and answers its SHA-256.</li>
        <li><a href="{link('/stream')}">Stream</a> sends a line every half second.</li>
        <li><a href="{link('/no/such/page')}">An unknown address</a> gets the 404 page.</li>
    </ul>
    <h2>environ</h2>{table(variables)}""")


def form(environ: dict) -> Answer:
    arrived, status = "", "200 OK"
    if environ["REQUEST_METHOD"] == "POST":
        try:
            fields = list(posted_fields(environ))
            arrived = "<h2>What arrived</h2>" + (table(fields) if fields else notice("No field arrived."))
        except Refusal as refusal:
            status, arrived = refusal.args[0], notice(refusal.args[1])
    return Answer("Form", f"""
    {arrived}
    <form method="post" action="{address(environ, '/form')}">
        <label>Name <input name="name" value="Ada &lt;Lovelace&gt;" autocomplete="off"></label>
        <label>Colour
            <select name="colour"><option>red</option><option>green</option><option>blue</option></select>
        </label>
        <label>Message
            <textarea name="message" rows="4">&lt;script&gt;alert("escaped")&lt;/script&gt;</textarea>
        </label>
        <button>Post</button>
    </form>""", status)


def upload(environ: dict) -> Answer:
    arrived, status = "", "200 OK"
    if environ["REQUEST_METHOD"] == "POST":
        try:
            arrived = "".join(table(facts) for facts in uploaded_files(environ))
        except Refusal as refusal:
            status, arrived = refusal.args[0], notice(refusal.args[1])
    return Answer("Upload", f"""
    {arrived}
    <form method="post" action="{address(environ, '/upload')}" enctype="multipart/form-data">
        <label>A file, which is hashed as it arrives and kept nowhere <input type="file" name="file"></label>
        <button>Upload</button>
    </form>""", status)


def stream(environ: dict, pause: Callable[[float], object]) -> Answer:
    def lines() -> Iterator[str]:
        yield '<p class="lead">A line every half second, for five seconds.</p>\n    <ol class="stream">\n'
        for line in range(1, 11):
            if line > 1:
                pause(0.5)
            yield f"        <li>Line {line} of 10 at {time.strftime('%H:%M:%S')}</li>\n"
        yield "    </ol>"

    # X-Accel-Buffering is read by nginx, should one stand in front of the gateway.
    return Answer("Stream", lines(), headers=(("X-Accel-Buffering", "no"), ("Cache-Control", "no-store")))


def missing(environ: dict) -> Answer:
    return Answer("Not found", f"""
    <p class="lead">There is no page at <code>{escape(native(environ["PATH_INFO"]))}</code>.</p>
    <p><a href="{address(environ, '/')}">Back to the first page</a></p>""", "404 Not Found")


def wrong_method(environ: dict, methods: Tuple[str, ...]) -> Answer:
    return Answer("Method not allowed", f"""
    <p class="lead"><code>{escape(native(environ["REQUEST_METHOD"]))}</code> means nothing here.</p>""",
        "405 Method Not Allowed", (("Allow", ", ".join(methods)),))


# What a request brings.


def body_reader(environ: dict) -> Callable[[int], bytes]:
    """A `read(size)` that answers nothing after the body's end, where a server may let a plain read wait."""
    source, length = environ["wsgi.input"], environ.get("CONTENT_LENGTH", "")
    if not length and environ.get("wsgi.input_terminated"):
        return source.read  # A body of unknown length, by a server that promises to end it.
    left = int(length) if length.isdecimal() else 0

    def read(size: int) -> bytes:
        nonlocal left
        octets = source.read(min(size, left))
        left -= len(octets)
        return octets

    return read


def posted_fields(environ: dict) -> Iterator[Tuple[str, str]]:
    """The names and values of a posted form, in either of the two encodings that forms have."""
    read, field = body_reader(environ), environ.get("CONTENT_TYPE", "")
    try:
        if multipart.media_type(field) == "multipart/form-data":
            for part in multipart.parts(read, field):
                yield part.name, part.text(LONGEST_FORM)
        elif multipart.media_type(field) == "application/x-www-form-urlencoded":
            body = b""
            while len(body) <= LONGEST_FORM:
                octets = read(LONGEST_FORM + 1 - len(body))
                if not octets:
                    break
                body += octets
            else:
                raise Refusal("413 Content Too Large", f"A form may have {LONGEST_FORM:,} octets.")
            yield from parse_qsl(
                body.decode("utf-8", "replace"), keep_blank_values=True, errors="replace",
                max_num_fields=multipart.MOST_PARTS)
        else:
            raise Refusal("415 Unsupported Media Type", "This page takes what a form sends.")
    except ValueError as error:  # MultipartError, or too many fields
        raise Refusal("400 Bad Request", f"The form cannot be read: {error}.") from error


def uploaded_files(environ: dict) -> Iterator[List[Tuple[str, str]]]:
    """What there is to say about each file that was uploaded. There is at least one."""
    read, field = body_reader(environ), environ.get("CONTENT_TYPE", "")
    if multipart.media_type(field) != "multipart/form-data":
        raise Refusal("415 Unsupported Media Type", "This page takes multipart/form-data.")
    found = False
    try:
        for part in multipart.parts(read, field):
            if not part.filename:
                continue  # A field, or the file input of a form that was sent without choosing one.
            size, digest = 0, hashlib.sha256()
            for chunk in part.chunks:
                size += len(chunk)
                digest.update(chunk)
            found = True
            yield [("Name", part.filename), ("Size", f"{size:,} bytes"), ("SHA-256", digest.hexdigest())]
    except multipart.MultipartError as error:
        raise Refusal("400 Bad Request", f"The upload cannot be read: {error}.") from error
    if not found:
        raise Refusal("400 Bad Request", "Choose a file first.")


# The frame of every page.


def address(environ: dict, path: str) -> str:
    """An address of this site, escaped, under whatever prefix the gateway's route mounts it."""
    return escape(quote(environ.get("SCRIPT_NAME", "").encode("latin-1")) + path)


def native(value: object) -> str:
    """A value of the environ as text. WSGI hands over octets as Latin-1 (PEP 3333), and these mean UTF-8."""
    if not isinstance(value, str):
        return repr(value)
    try:
        return value.encode("latin-1").decode("utf-8", "replace")
    except UnicodeEncodeError:
        return value  # It is text already.


def table(rows: Iterable[Tuple[str, str]]) -> str:
    """Names and values as a table, in the order given. Both may be a stranger's text: both are escaped."""
    lines = (f"        <tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>\n" for name, value in rows)
    return "\n    <table>\n" + "".join(lines) + "    </table>"


def notice(text: str) -> str:
    return f'<p class="notice">{escape(text)}</p>'


def page_opening(environ: dict, title: str) -> str:
    links = "".join(
        f'        <a href="{address(environ, path)}"{current}>{name}</a>\n'
        for path, name in (("/", "Home"), ("/form", "Form"), ("/upload", "Upload"), ("/stream", "Stream"))
        for current in (' aria-current="page"' if name == title else "",))
    return f"""<!doctype html>
<html lang="en">
<head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>{title} · Python behind the gateway</title>
    <link rel="icon" href="data:,">
    <style>{STYLE}</style>
</head>
<body>
<header>
    <p class="site">Python behind the gateway</p>
    <nav>
{links}    </nav>
</header>
<main>
    <h1>{title}</h1>
    """


def page_closing() -> str:
    return f"""
</main>
<footer>Python {platform.python_version()} (WSGI), process {os.getpid()}</footer>
</body>
</html>
"""


def make_application(pause: Callable[[float], object] = time.sleep) -> Callable:
    """The site. `pause(seconds)` is how the streamed page waits between its lines."""
    look, look_and_post = ("GET", "HEAD"), ("GET", "HEAD", "POST")
    pages = {
        "/": (home, look),
        "/form": (form, look_and_post),
        "/upload": (upload, look_and_post),
        "/stream": (partial(stream, pause=pause), look),
    }

    def application(environ: dict, start_response: Callable) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        # There is no page at an unknown address, whatever the method.
        page, methods = pages.get(environ.get("PATH_INFO") or "/", (missing, (method,)))
        answer = page(environ) if method in methods else wrong_method(environ, methods)

        headers = [("Content-Type", "text/html; charset=utf-8"), *answer.headers]
        opening, closing = page_opening(environ, answer.title), page_closing()
        if isinstance(answer.content, str):
            body = [(opening + answer.content + closing).encode("utf-8", "replace")]
            headers.append(("Content-Length", str(len(body[0]))))
        else:
            # Each piece is an item of its own, so that the server sends it before it asks for the next.
            pieces = chain((opening,), answer.content, (closing,))
            body = (piece.encode("utf-8", "replace") for piece in pieces)
        start_response(answer.status, headers)
        return [] if method == "HEAD" else body

    return application


application = make_application()
