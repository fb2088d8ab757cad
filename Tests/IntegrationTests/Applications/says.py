#!/usr/bin/env python3
"""Says what its query string asks for, octet by octet: over FastCGI where descriptor 0 is a listening socket, else as a CGI
script.

The query has parts with `|` between them, each percent-encoded: the status with its reason (empty for no Status field), the
header lines, and last the body. The body has pieces with `~` between them, each sent alone: `TEXT*COUNT` is a text so many
times, `@PATH` waits until the file is there, and `!` breaks off.
"""

import os
import socket
import struct
import sys
import time
from urllib.parse import unquote_to_bytes

PARAMS, STDIN, STDOUT = 4, 5, 6
END = struct.pack(">BBHHBB", 1, 3, 1, 8, 0, 0) + bytes(8)


def head(query):
    status, *lines, _ = query.split("|")
    octets = b"Status: " + unquote_to_bytes(status) + b"\r\n" if status else b""
    return octets + b"".join(unquote_to_bytes(line) + b"\r\n" for line in lines) + b"\r\n"


def parts(query):
    """Head and body in the parts that are sent alone, each with whether it is the last; None where the answer breaks off."""
    said = head(query)
    for place, piece in enumerate(query.split("|")[-1].split("~")):
        if place > 0 and said:
            yield said, False
            said = b""
        if piece == "!":
            yield None, True
        elif piece.startswith("@"):
            while not os.path.exists(unquote_to_bytes(piece[1:])):
                time.sleep(0.002)
        else:
            text, star, count = piece.partition("*")
            said += unquote_to_bytes(text) * (int(count) if star else 1)
    yield said, True


def record(kind, content=b""):
    return b"".join(
        struct.pack(">BBHHBB", 1, kind, 1, len(content[start:start + 65_000]), 0, 0) + content[start:start + 65_000]
        for start in range(0, len(content), 65_000))


def length_of(block, place):
    if block[place] < 128:
        return block[place], place + 1
    return struct.unpack_from(">I", block, place)[0] & 0x7FFFFFFF, place + 4


def variables(block):
    found, place = {}, 0
    while place < len(block):
        name, place = length_of(block, place)
        value, place = length_of(block, place)
        found[block[place:place + name]] = block[place + name:place + name + value]
        place += name + value
    return found


def serve(connection):
    reader = connection.makefile("rb")
    while True:
        block = b""
        while True:
            header = reader.read(8)
            if len(header) < 8:
                return
            _, kind, _, size, padding, _ = struct.unpack(">BBHHBB", header)
            content = reader.read(size)
            reader.read(padding)
            if kind == PARAMS:
                block += content
            if kind == STDIN and size == 0:
                break
        query = variables(block).get(b"QUERY_STRING", b"").decode("latin-1")
        for part, is_last in parts(query):
            if part is None:
                return
            # The last part comes with the end, so that a short answer is there at once.
            connection.sendall(record(STDOUT, part) + (END if is_last else b""))


def main():
    if "QUERY_STRING" in os.environ:
        query = os.environ["QUERY_STRING"]
        for part, _ in parts(query):
            if part is None:
                os._exit(1)
            sys.stdout.buffer.write(part)
            sys.stdout.buffer.flush()
        return
    listener = socket.socket(fileno=0)
    while True:
        connection, _ = listener.accept()
        with connection:
            try:
                serve(connection)
            except OSError:
                pass


main()
