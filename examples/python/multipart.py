"""Reads a multipart/form-data body (RFC 7578) part by part, and never holds more than one block of it.

What belongs to a part and what ends it is decided here; what becomes of a part is its caller's decision.
"""

import re
from typing import Callable, Dict, Iterator, NamedTuple, Optional, Tuple

BLOCK = 64 * 1024  # asked for at a time
LONGEST_HEADERS = 8 * 1024  # of one part, together
MOST_PARTS = 100

_PARAMETER = re.compile(r';\s*([^\s=;]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))')


class MultipartError(ValueError):
    """The body is not what its Content-Type promised. The message is fit to be shown to its sender."""


class Part(NamedTuple):
    """One field or one file. `chunks` can be iterated once, and only until the next part is asked for."""

    name: str
    filename: Optional[str]  # None for a field that is no file
    chunks: Iterator[bytes]

    def text(self, limit: int) -> str:
        """The whole content of a field, refused when it has more than `limit` octets."""
        content = b""
        for chunk in self.chunks:
            content += chunk
            if len(content) > limit:
                raise MultipartError(f"the field {self.name!r} has more than {limit} octets")
        return content.decode("utf-8", "replace")


def media_type(field: str) -> str:
    """What a field such as Content-Type says before its parameters, in lower case."""
    return field.split(";", 1)[0].strip().lower()


def parts(read: Callable[[int], bytes], content_type: str) -> Iterator[Part]:
    """The parts of a body. `read(size)` answers at most `size` octets, and none only at the body's end."""
    boundary = _parameters(content_type).get("boundary", "")
    # What a boundary may consist of: RFC 2046, §5.1.1.
    if not re.fullmatch(r"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]", boundary):
        raise MultipartError("the Content-Type names no usable boundary")
    return _Reader(read, boundary.encode("ascii")).parts()


def _parameters(field: str) -> Dict[str, str]:
    """The parameters of a field such as `form-data; name="file"`, by their names in lower case."""
    # Browsers escape nothing with a backslash, other clients a quote and the backslash itself.
    return {
        name.lower(): token or re.sub(r'\\(["\\])', r"\1", quoted)
        for name, quoted, token in _PARAMETER.findall(field)
    }


class _Reader:
    def __init__(self, read: Callable[[int], bytes], boundary: bytes) -> None:
        self._read = read
        self._delimiter = b"\r\n--" + boundary
        # The line end before the very first boundary may be missing. With one put in front of the body, the
        # first boundary is like all others, and what lies before it is a part that nobody asks for.
        self._buffer = b"\r\n"

    def parts(self) -> Iterator[Part]:
        self._skip(self._content())
        for _ in range(MOST_PARTS):
            if self._ends_here():
                return
            name, filename = self._headers()
            content = self._content()
            yield Part(name, filename, content)
            self._skip(content)  # whatever the caller left unread
        if not self._ends_here():
            raise MultipartError(f"the body has more than {MOST_PARTS} parts")

    def _content(self) -> Iterator[bytes]:
        """Everything up to the next delimiter, which is taken away with it."""
        while True:
            content, found, rest = self._buffer.partition(self._delimiter)
            if found:
                self._buffer = rest
                if content:
                    yield content
                return
            # The buffer may end in the first half of a delimiter, so that much waits for the next read.
            ready = len(self._buffer) - len(self._delimiter) + 1
            if ready > 0:
                content, self._buffer = self._buffer[:ready], self._buffer[ready:]
                yield content
            self._fill()

    def _ends_here(self) -> bool:
        """Whether the delimiter just taken was the last one. Otherwise takes the rest of its line as well."""
        while len(self._buffer) < 2:
            self._fill()
        if self._buffer.startswith(b"--"):
            return True  # What follows, if anything does, means nothing (RFC 2046: the epilogue).
        if self._line(LONGEST_HEADERS).strip(b" \t"):
            raise MultipartError("a boundary is followed by other text in its line")
        return False

    def _headers(self) -> Tuple[str, Optional[str]]:
        """A part's name and file name. Takes its header lines and the empty line after them."""
        disposition, left = "", LONGEST_HEADERS
        while True:
            line = self._line(left)
            if not line:
                break
            left -= len(line) + 2
            name, _, value = line.decode("utf-8", "replace").partition(":")  # Pages in UTF-8 post UTF-8.
            if name.strip().lower() == "content-disposition":
                disposition = value
        parameters = _parameters(disposition)
        if media_type(disposition) != "form-data" or "name" not in parameters:
            raise MultipartError("a part has no name")
        return parameters["name"], parameters.get("filename")

    def _line(self, limit: int) -> bytes:
        while b"\r\n" not in self._buffer[: limit + 2]:
            if len(self._buffer) >= limit + 2:
                raise MultipartError("the headers of a part are too long")
            self._fill()
        line, _, self._buffer = self._buffer.partition(b"\r\n")
        return line

    def _fill(self) -> None:
        block = self._read(BLOCK)
        if not block:
            raise MultipartError("the body ended before its last boundary")
        self._buffer += block

    @staticmethod
    def _skip(content: Iterator[bytes]) -> None:
        for _ in content:
            pass
