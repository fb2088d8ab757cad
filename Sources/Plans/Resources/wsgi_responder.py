# The WSGI side of the gateway: one process that answers FastCGI requests by calling one Python application.
#
# Long because it is one file: the gateway embeds it in its binary and starts it in a pool of processes. Each
# has a socket of its own to listen on as descriptor 0, and the log as descriptors 1 and 2. Decided here is
# what WSGI leaves to a server: how records become an environ and an answer becomes records, when a block is
# sent, what a failing application looks like from outside, and how a process leaves without losing a request.
#
# What it does not know: HTTP. The gateway has parsed the request, and checks, frames and (for HEAD) cuts the
# answer. Nor does it watch itself: time limits, restarts and the number of processes are the gateway's.
#
# A request is one recv and one send. Its way: Connection.serve, read_environ, respond, start_response, emit.
# A response with a close() takes a second send: the client has all of it after the first one, and END_REQUEST
# tells the gateway that the process is free.
# Signals cost that way nothing, and nothing is raised out of a signal handler, because an exception between a
# recv and the next line would lose what was received. Server.stop tells how a waiting thread is woken.
#
# In this order: what applications replace; records; heads; what an application reads and writes; processes
# that it forks; Connection; Server; how the application is found; how the process begins.
#
# Exit status: 0 told to stop, 2 bad usage, 3 the application failed to load, 4 there is no such application.
"""Serves a WSGI application (PEP 3333) as a FastCGI 1.0 responder on the socket that is descriptor 0."""

import _thread
import argparse
import ast
import atexit
import functools
import importlib
import io
import linecache
import operator
import os
import re
import select
import struct
import sys
import threading
import traceback
from _socket import SHUT_RD, SHUT_RDWR, SO_ACCEPTCONN, SO_RCVTIMEO, SOL_SOCKET
from _socket import socket as Socket
from contextlib import suppress
from math import inf
from os import getpid
from signal import SIG_DFL, SIGINT, SIGTERM, default_int_handler, getsignal, pthread_kill, signal
from types import FunctionType, GeneratorType, MethodType
from wsgiref.util import FileWrapper, guess_scheme

# --- What applications replace
#
# gevent and eventlet put functions of their own into modules of the standard library: in the application's
# module, or from sitecustomize before this script begins. A thread of the responder waits in the operating
# system and not in a loop of theirs. So all that it waits with is taken by name before the application is
# loaded: the class below socket.socket, whose accept() would make sockets of theirs, and the originals of
# what they change in place.


def unpatched(module, name):
    gevent, eventlet = sys.modules.get("gevent.monkey"), sys.modules.get("eventlet.patcher")
    if gevent:
        return gevent.get_original(module, name)
    return getattr(eventlet.original(module) if eventlet else sys.modules[module], name)


poll = unpatched("select", "poll")
allocate_lock = unpatched("_thread", "allocate_lock")
get_ident = unpatched("_thread", "get_ident")
start_new_thread = unpatched("_thread", "start_new_thread")
os_write = unpatched("os", "write")

# --- Records and constants

# Record types (FastCGI 1.0, §8), of which 1 to 8 belong to a request; roles, a flag, protocol statuses.
BEGIN_REQUEST, ABORT_REQUEST, END_REQUEST, PARAMS, STDIN, STDOUT, STDERR, DATA = range(1, 9)
GET_VALUES, GET_VALUES_RESULT, UNKNOWN_TYPE = range(9, 12)
RESPONDER, AUTHORIZER, KEEP_CONN = 1, 2, 1
REQUEST_COMPLETE, CANT_MPX_CONN, OVERLOADED, UNKNOWN_ROLE = range(4)

HEADER = struct.Struct(">BBHHBx")  # Version, type, request id, content length, padding length (§3.3).
CONTENT_LIMIT = 65528  # The largest content that needs no padding to keep records aligned.
FILE_BLOCK = 4 * CONTENT_LIMIT
PARAMS_LIMIT = 8 << 20  # Octets in a request: a peer cannot make the process keep more.

# For developers: where the gateway runs with --reload, the client sees why a request failed.
FAILURE_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>The application has failed</title></head>
<body><h1>The application has failed</h1><pre>{}</pre></body></html>
"""

# Seconds. No wait is longer, so that a signal which arrives after the last look at a flag and before the
# blocking system call is noticed late, and not never.
LONGEST_WAIT = 1
RECEIVE_TIMEOUT = struct.pack("ll", LONGEST_WAIT, 0)
RECEIVE_TIMEOUT_AT_ONCE = struct.pack("ll", 0, 1)

STATUS = re.compile(r"[1-9][0-9][0-9]( [^\x00-\x1f\x7f]*)?").fullmatch
FIELD_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+").fullmatch  # A token (RFC 9110, §5.6.2).
CONTROL = re.compile(r"[\x00-\x1f\x7f]").search
# What the gateway drops from every application, and Status, which would be a second status. wsgiref's list also has
# Proxy-Authenticate, which a 407 needs.
KEPT_BACK = frozenset((
    "connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "status"))
MARKUP = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


class PeerGone(ConnectionError):
    """The gateway closed the connection. An application can meet this in wsgi.input."""


class RequestAborted(PeerGone):
    """The gateway sent ABORT_REQUEST; the connection itself may serve another request."""


class MalformedInput(Exception):
    """What arrived is not FastCGI, and the connection is of no further use."""


def write_log(text):
    """Writes to descriptor 2, whatever the application has made of sys.stderr. What the log refuses is lost."""
    data = text.encode("utf-8", "backslashreplace")
    with suppress(OSError):
        while data:
            data = data[os_write(2, data):]


def log(message):
    write_log(f"wsgi responder: {message}\n")


def describe(error):
    """The traceback of `error`, from the first frame that is the application's."""
    trace = error.__traceback__
    ours = re.compile("__main__$|importlib")
    while trace and trace.tb_next and ours.match(trace.tb_frame.f_globals.get("__name__", "")):
        trace = trace.tb_next
    return "".join(traceback.format_exception(type(error), error, trace))


def encode_record(kind, request_id, content):
    """A record without padding (FastCGI 1.0, §3.3)."""
    return HEADER.pack(1, kind, request_id, len(content), 0) + content


def encode_end(request_id, status):
    """END_REQUEST with a protocol status; the application status is 0 (FastCGI 1.0, §5.5)."""
    return encode_record(END_REQUEST, request_id, bytes((0, 0, 0, 0, status, 0, 0, 0)))


def decode_pairs(block, pairs):
    """Adds the name-value pairs of `block` to `pairs` (FastCGI 1.0, §3.4), as PEP 3333's Latin-1 text.

    Returns the offset of the first pair that is not whole, which is the length of the block if all are. The
    block is decoded once, because slicing text is cheaper than decoding each slice.
    """
    text = block.decode("latin-1")
    end = len(block)
    at = 0
    try:
        while at < end:
            name_length, value_length, start = block[at], block[at + 1], at + 2
            if name_length > 127 or value_length > 127:
                name_length, start = decode_length(block, at)
                value_length, start = decode_length(block, start)
            middle = start + name_length
            stop = middle + value_length
            if stop > end:
                break
            pairs[text[start:middle]] = text[middle:stop]
            at = stop
    except IndexError:
        pass  # The block ends within the lengths.
    return at


def decode_length(block, at):
    """A length of one octet, or of four if the first bit is set, and where it ends (FastCGI 1.0, §3.4)."""
    if block[at] < 128:
        return block[at], at + 1
    return (block[at] & 127) << 24 | block[at + 1] << 16 | block[at + 2] << 8 | block[at + 3], at + 4


# --- Heads


def encode_field(name, value, *, status=""):
    """A line of a CGI head (RFC 3875, §6.3), or nothing in the place of one that is not the application's.

    Checking is the server's part (PEP 3333, "The start_response() Callable"): a line break that came through
    would let whoever wrote the text answer in the application's name.
    """
    if not isinstance(name, str) or not FIELD_NAME(name):
        raise ValueError(f"{name!r} is not the name of a header")
    if not isinstance(value, str) or CONTROL(value):
        raise ValueError(f"the header {name} must be text without control characters, not {value!r}")
    if name.lower() in KEPT_BACK:
        # PEP 3333, "Other HTTP Features", lets a server raise. Applications that pass on another server's
        # headers are common, and servers that drop these too. Upgrade belongs to 426 (RFC 9110, §15.5.22).
        if name.lower() != "upgrade" or status[:3] != "426":
            return drop_field(name)
    return f"{name}: {value}\r\n"


dropped_fields = []  # The first one that this process has dropped.


def drop_field(name):
    """Says once a process that a header is not sent: an application that has one has it in every response."""
    if not dropped_fields:
        dropped_fields.append(name)
        log(f"warning: the application sends the header {name}, which belongs to the gateway's connection: "
            f"this header and others of its kind are dropped; remove them from the application")
    return ""


@functools.lru_cache(maxsize=256)  # Most applications answer with the same few heads again and again.
def encode_head(status, *headers):
    """Checks what start_response was given and makes a CGI head of it, without the blank line (RFC 3875, §6).

    Returns it with the length that it declares, infinite if none, and whether one may be added.
    """
    if not isinstance(status, str) or not STATUS(status):
        raise ValueError(f"a status must be three digits, or these with a space and a reason, not {status!r}")
    lines, named, length = [], set(), inf
    for name, value in headers:
        line = encode_field(name, value, status=status)
        if name.lower() == "content-length":
            if not (value.isascii() and value.isdigit()):
                raise ValueError(f"Content-Length must be a decimal number, not {value!r}")
            length = int(value)
        elif name.lower() == "connection":
            named.update(option.strip(" \t").lower() for option in value.split(","))
        lines.append((name.lower(), line))
    # What Connection names is about the connection too (RFC 9110, §7.6.1). Framing cannot be named away.
    kept = [line for name, line in lines if name not in named or name in KEPT_BACK or name == "content-length"]
    may_add_length = length == inf and status[0] != "1" and status[:3] not in ("204", "304")
    return f"Status: {status}\r\n{''.join(kept)}".encode("latin-1"), length, may_add_length


# --- What an application reads and writes


class Stdin(io.RawIOBase):
    """What wsgi.input reads from (PEP 3333, "Input and Error Streams"): STDIN, as far as it is asked for.

    One record is held at a time, however long the body is. Its end is the end of STDIN, not CONTENT_LENGTH; a
    body that is cut off raises, so that it never looks complete.
    """

    def __init__(self, receive):
        self.receive = receive  # Gives the content of the next record, b"" at the end of STDIN.
        self.held = b""  # What was received and not read yet.
        self.ended = False

    def readable(self):
        return True

    def readinto(self, buffer):
        if not self.held and not self.ended:
            self.held = memoryview(self.receive())
            self.ended = not self.held
        size = min(len(buffer), len(self.held))
        buffer[:size] = self.held[:size]
        self.held = self.held[size:]
        return size


def request_is_over():
    raise ValueError("wsgi.input was read after the end of its request")


class Errors:
    """wsgi.errors (PEP 3333, "Input and Error Streams"): whole lines go out as STDERR.

    It lives as long as the connection. A logger that keeps it beyond a request still reaches the log.
    """

    __slots__ = ("send", "held")

    def __init__(self, send):
        self.send = send
        self.held = ""

    def write(self, text):
        text = self.held + text
        stop = text.rfind("\n") + 1
        self.held = text[stop:]
        if stop:
            self.send(text[:stop])

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def flush(self):
        text, self.held = self.held, ""
        if text:
            self.send(text)


# --- Processes that the application forks
#
# A child has a copy of everything here: the connection, the request on it, this script's frames below those
# of the application. If it used any of them, a client would get another client's response. So:
#
# - The child closes its copies of the listener and of all connections before fork() returns in it
#   (Server.let_go). A connection ends when the parent says so, however long the child lives: with
#   shutdown(2), which reaches through the copies that a child has all the same, where a C library forked it
#   without asking Python.
# - Where control comes back from the application, the process looks whether it is the one that serves. A
#   child ends there (end_child), with the status that Python would give it. Looking costs a getpid(2).
# - What the application calls here may be called by a child: wsgi.errors then writes to descriptor 2;
#   write(), wsgi.early_hints and wsgi.input raise.
#
# Children that never come back (multiprocessing, subprocess, os._exit) are the application's own affair.


def end_child(error=None):
    """Ends a process that the application has forked and that came back from it, as Python ends a program.

    Not by SystemExit: nobody would catch it in a thread, and on its way the child would run its parent's code.
    """
    status = 0
    if isinstance(error, SystemExit):
        status = 0 if error.code is None else error.code
        if not isinstance(status, int):
            write_log(f"{status}\n")
            status = 1
    elif error is not None:
        write_log(describe(error))
        status = 1
    else:
        log(f"process {getpid()}, which the application has forked, came back from the request: it ends here; "
            f"let a child end itself, as with os._exit()")
    try:
        # Private names, by which Python's own modules do the same; PyPy has them too. The thread that forked
        # is the child's main thread. Unless a C library forked it: then there are locks that nobody will
        # release.
        if threading.current_thread() is threading.main_thread():
            threading._shutdown()
        atexit._run_exitfuncs()
    except BaseException as failure:
        write_log(describe(failure))
    exit_at_once(status & 0xFF)


# --- Connections and requests


class Connection:
    """A connection from the gateway and the request on it: FastCGI allows many at a time, this takes one.

    The state of the request is kept here too, so that a request makes hardly an object besides its environ.
    """

    def __init__(self, peer, server):
        self.socket = peer
        self.server = server
        self.pid = server.pid
        self.thread = get_ident()
        self.idle = False  # Whether the thread waits for a request; Server.stop reads it.
        self.keep = True
        self.data, self.at = b"", 0  # What was received last, and how much of it was used.
        self.sending = allocate_lock()  # wsgi.errors may be used from any thread, and records must not mix.
        self.errors = Errors(self.send_error_text)
        self.stdin = None
        self.request_id = 0  # 0 from the last octet of an answer until the next request.
        self.owes_end = False  # From that octet until close() has returned and END_REQUEST is sent.
        self.prepare_records(1)
        self.limit_receive(RECEIVE_TIMEOUT)

    def limit_receive(self, timeout):
        self.socket.setsockopt(SOL_SOCKET, SO_RCVTIMEO, timeout)

    def prepare_records(self, request_id):
        """Makes what is the same in every request with this id, and hardly anyone uses another than 1."""
        self.records_id = request_id
        self.no_stdin = encode_record(STDIN, request_id, b"")
        self.stdout_end = encode_record(STDOUT, request_id, b"")
        self.request_end = encode_end(request_id, REQUEST_COMPLETE)
        self.answer_end = self.stdout_end + self.request_end

    def serve(self):
        """Answers what comes, until the connection ends."""
        try:
            while self.keep:
                kind, request_id, content = self.read_record()
                if kind == BEGIN_REQUEST and request_id:
                    self.serve_request(request_id, content)
                else:
                    self.answer_aside(kind, request_id, content)
        except PeerGone:
            pass
        except MalformedInput as error:
            log(f"closed a connection: {error}")
        finally:
            if getpid() == self.pid:
                with suppress(OSError):  # The gateway was faster.
                    self.socket.shutdown(SHUT_RDWR)
            self.socket.close()

    def serve_request(self, request_id, content):
        """Answers the request that a BEGIN_REQUEST record opens (FastCGI 1.0, §5.1)."""
        if len(content) != 8:
            raise MalformedInput("a BEGIN_REQUEST record without role and flags")
        self.keep = content[2] & KEEP_CONN
        # An authorizer is a responder without a body and a path of its own (§6.3): PEP 3333 has words for
        # both.
        if content[0] or content[1] not in (RESPONDER, AUTHORIZER):
            return self.send(encode_end(request_id, UNKNOWN_ROLE))
        if request_id != self.records_id:
            self.prepare_records(request_id)
        self.request_id = request_id
        try:
            self.respond(self.read_environ())
        except RequestAborted:  # §5.4
            if self.request_id:
                self.send(self.answer_end)
        finally:
            if self.request_id:
                self.leave_request()
            if self.errors.held:
                self.errors.flush()
        if self.owes_end:  # The environ and the response are gone by now, and what their end has set off.
            self.owes_end = False
            self.send(self.request_end)

    def leave_request(self):
        """From here on nothing is sent or received in the name of the request."""
        self.request_id = 0
        if self.stdin is not None:
            self.stdin.receive = request_is_over
            self.stdin = None

    def receive(self):
        """Waits for more octets. Between requests the thread is idle meanwhile, and may be told to stop."""
        between_requests = self.request_id == 0 and self.at == len(self.data)
        while True:
            try:
                if between_requests:
                    self.idle = True
                    # Server.stop sets `stopping` before it reads `idle`, here it is the other way round, so
                    # one of the two sees the other. What the gateway wrote before the shutdown is received
                    # and served; its next write fails with EPIPE: it knows that nobody has read any of that.
                    if self.server.stopping:
                        self.socket.shutdown(SHUT_RD)
                received = self.socket.recv(65536)
            except BlockingIOError:
                continue  # RECEIVE_TIMEOUT is over.
            except OSError as error:
                raise PeerGone("the gateway reset the connection") from error
            self.idle = False
            if not received:
                raise PeerGone("the gateway closed the connection")
            return received

    def read_record(self):
        """The type, request id and content of the next record (FastCGI 1.0, §3.3)."""
        data, at = self.data, self.at
        while True:
            start = at + 8
            if len(data) >= start:
                version, kind, request_id, length, padding = HEADER.unpack_from(data, at)
                if version != 1:
                    raise MalformedInput(f"FastCGI version {version}, not 1")
                stop = start + length
                if len(data) >= stop + padding:
                    self.at = stop + padding
                    return kind, request_id, data[start:stop]
            data = self.data = data[at:] + self.receive()
            at = self.at = 0

    def read_stream(self, expected):
        """The content of the next record of a stream of the request, b"" at its end (FastCGI 1.0, §3.3)."""
        while True:
            kind, request_id, content = self.read_record()
            if request_id != self.request_id:
                self.answer_aside(kind, request_id, content)
            elif kind == expected:
                return content
            elif kind == ABORT_REQUEST:
                raise RequestAborted("the gateway aborted the request")
            else:
                raise MalformedInput(f"a record of type {kind} where type {expected} belongs")

    def answer_aside(self, kind, request_id, content):
        """Answers a record that is not about the request at hand (FastCGI 1.0, §3.3, §4 and §5.1)."""
        if request_id:
            if kind == BEGIN_REQUEST:
                self.send(encode_end(request_id, CANT_MPX_CONN))
            return  # Else it is of a request that is over, such as the body that an application did not read.
        if kind <= DATA:
            raise MalformedInput(f"a record of type {kind} without a request")
        if kind != GET_VALUES:
            return self.send(encode_record(UNKNOWN_TYPE, 0, bytes((kind, 0, 0, 0, 0, 0, 0, 0))))
        asked, answer, threads = {}, b"", self.server.threads
        if decode_pairs(content, asked) < len(content):
            raise MalformedInput("a GET_VALUES record that ends within a pair")
        for name, value in ("FCGI_MAX_CONNS", threads), ("FCGI_MAX_REQS", threads), ("FCGI_MPXS_CONNS", 0):
            if name in asked:
                answer += b"%c%c%b%d" % (len(name), len(str(value)), name.encode(), value)
        self.send(encode_record(GET_VALUES_RESULT, 0, answer))

    def read_stdin(self):
        self.refuse_child()
        return self.read_stream(STDIN)

    def read_environ(self):
        """Makes the environ of PARAMS (FastCGI 1.0, §5.2; PEP 3333, "environ Variables")."""
        content = self.read_stream(PARAMS)
        environ, whole = self.server.first_environ(content)
        environ = environ.copy()
        size = len(content)
        split = bytearray(content[whole:])  # All from the first pair that goes on in another record.
        while content:
            content = self.read_stream(PARAMS)
            size += len(content)
            if size > PARAMS_LIMIT:
                raise MalformedInput("more PARAMS than any request needs")
            split += content if split else content[decode_pairs(content, environ):]
        if split and decode_pairs(split, environ) < len(split):
            raise MalformedInput("PARAMS end within a pair")
        if environ.get("CONTENT_LENGTH") == "":  # No body: left out (RFC 3875, §4.1.2), as int("") raises.
            del environ["CONTENT_LENGTH"]
        environ["wsgi.url_scheme"] = environ.get("REQUEST_SCHEME") or guess_scheme(environ)
        environ["wsgi.errors"] = self.errors
        environ["wsgi.early_hints"] = self.early_hints
        if self.data.startswith(self.no_stdin, self.at):
            self.at += len(self.no_stdin)
            environ["wsgi.input"] = io.BytesIO()
        else:
            self.stdin = Stdin(self.read_stdin)
            environ["wsgi.input"] = io.BufferedReader(self.stdin)
        return environ

    def respond(self, environ):
        """Calls the application and sends its answer (PEP 3333, "Specification Details")."""
        self.answers_head = environ.get("REQUEST_METHOD") == "HEAD"
        self.head = None  # What encode_head made of start_response's arguments.
        self.head_sent = False
        self.left = inf  # How much of the declared length is still to be sent.
        result = close = None
        try:
            result = self.server.application(environ, self.start_response)
            if getpid() != self.pid:
                end_child()
            if type(result) is list:  # As most are, without a close() to be called.
                self.emit(b"".join(result), True, True)
                return
            close = getattr(result, "close", None)
            if isinstance(result, (list, tuple)):
                self.emit(b"".join(result), True, close is None)
            else:
                blocks = result
                if isinstance(result, FileWrapper):  # Few large blocks, and no more than was declared.
                    blocks = iter(lambda: result.filelike.read(min(FILE_BLOCK, self.left)), b"")
                for block in blocks:
                    if getpid() != self.pid:
                        end_child()
                    if block:
                        if not self.request_id:
                            break  # It is longer than declared.
                        self.write_block(block)
                if getpid() != self.pid:
                    end_child()
                if self.request_id:
                    # The close() of a generator that has ended does nothing.
                    self.emit(b"", True, close is None or type(result) is GeneratorType)
        except BaseException as error:  # SystemExit too: an application does not decide about its process.
            if getpid() != self.pid:
                end_child(error)
            if isinstance(error, PeerGone):
                raise
            self.fail(error)
        finally:
            if close is not None:
                self.close(close)

    def close(self, close):
        """Calls close() of a response (PEP 3333, "Specification Details")."""
        try:
            close()
            if getpid() != self.pid:
                end_child()
        except BaseException as error:
            if getpid() != self.pid:
                end_child(error)
            log("the answer's close() failed\n" + describe(error))

    def refuse_child(self):
        """Keeps a process that the application has forked off its parent's request."""
        if getpid() != self.pid:
            raise RuntimeError(
                "a forked process has no part in the request of its parent: read the body before you fork, and "
                "let the parent respond")

    def early_hints(self, headers):
        """wsgi.early_hints, as Gunicorn has it: sends a head with status 103 at once (RFC 8297).

        The gateway drops it for a client of HTTP/1.0. Late is never: once the answer has begun there is nobody to hint.
        """
        self.refuse_child()
        if self.request_id and not self.head_sent:
            lines = "".join(encode_field(*header) for header in headers)
            self.send_stream(STDOUT, f"Status: 103 Early Hints\r\n{lines}\r\n".encode("latin-1"))

    def start_response(self, status, headers, exc_info=None):
        """start_response (PEP 3333, "The start_response() Callable")."""
        if exc_info:
            try:
                if self.head_sent:
                    raise exc_info[1].with_traceback(exc_info[2])
            finally:
                exc_info = None  # A traceback that is held by one of its own frames would be a cycle.
        elif self.head is not None:
            raise AssertionError("start_response was called twice, the second time without exc_info")
        self.head, self.left, self.may_add_length = encode_head(status, *map(tuple, headers))
        return self.write

    def write(self, block):
        """Sends a block at once (PEP 3333, "Buffering and Streaming", "The write() Callable")."""
        self.refuse_child()
        self.write_block(block)

    def write_block(self, block):
        if not isinstance(block, bytes):
            block = bytes(memoryview(block))  # TypeError for text, and for all else that is not octets.
        if block:
            if not self.request_id:
                raise ValueError("write was called after the end of the answer")
            self.left -= len(block)
            self.emit(block, self.left <= 0)

    def emit(self, body, is_last, is_over=False):
        """Sends a part of the answer as STDOUT, and the head before the first (FastCGI 1.0, §5.3 and §5.5).

        The last part takes the end of STDOUT along: the client has everything. END_REQUEST means that the process
        is free. It goes along too where the application has nothing left to do, which saves a system call. A part
        that is first and last tells the length of the answer.
        """
        head = b""
        if not self.head_sent:
            if self.head is None:
                raise AssertionError("the application did not call start_response before its answer")
            head = self.head + b"\r\n"
            if is_last and self.may_add_length and (body or not self.answers_head):
                head = b"%sContent-Length: %d\r\n\r\n" % (self.head, len(body))
            self.head_sent = True
        if is_last and self.errors.held:
            self.errors.flush()
        if not is_last:
            end = b""
        elif is_over:
            end = self.answer_end
        else:
            end = self.stdout_end
            self.owes_end = True
        size = len(head) + len(body)
        if size == 0:
            self.send(end)
        elif size <= CONTENT_LIMIT:
            self.send(b"".join((HEADER.pack(1, STDOUT, self.request_id, size, 0), head, body, end)))
        else:
            self.send_stream(STDOUT, head)
            self.send_stream(STDOUT, body)
            self.send(end)
        if is_last:
            self.leave_request()

    def fail(self, error):
        """Answers in the place of an application that failed, if it has not begun to answer itself.

        If it has, the connection is closed without END_REQUEST: the gateway must be able to show the client
        that the answer is not whole.
        """
        self.errors.write(describe(error))
        if self.request_id and self.head_sent:
            self.keep = False
        elif self.request_id:
            kind, page = "text/plain", "Internal Server Error\n"
            if self.server.shows_errors:
                kind = "text/html; charset=utf-8"
                page = FAILURE_PAGE.format(describe(error).translate(MARKUP))
            self.start_response("500 Internal Server Error", [("Content-Type", kind)], sys.exc_info())
            self.emit(page.encode("utf-8", "backslashreplace"), True)

    def send_stream(self, kind, data):
        """Sends data of any length as records of a stream (FastCGI 1.0, §3.3)."""
        view = memoryview(data)
        for start in range(0, len(view), CONTENT_LIMIT):
            part = view[start:start + CONTENT_LIMIT]
            self.send(b"".join((HEADER.pack(1, kind, self.request_id, len(part), 0), part)))

    def send_error_text(self, text):
        """Sends text for the log as STDERR (FastCGI 1.0, §5.3); without a request of this process, writes it."""
        if self.request_id and getpid() == self.pid:
            self.send_stream(STDERR, text.encode("utf-8", "backslashreplace"))
        else:
            write_log(text)

    def send(self, data):
        try:
            with self.sending:
                self.socket.sendall(data)
        except OSError as error:
            raise PeerGone("the gateway closed the connection") from error


# --- The server


class Server:
    """The threads that accept and answer, and how they come to their end."""

    def __init__(self, listener, threads, shows_errors):
        self.application = None
        self.listener = listener
        self.threads = threads
        self.shows_errors = shows_errors
        self.pid = getpid()
        self.constants = {
            "SCRIPT_NAME": "",
            "PATH_INFO": "",
            "wsgi.version": (1, 0),
            "wsgi.multithread": threads > 1,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
            "wsgi.input_terminated": True,
            "wsgi.file_wrapper": FileWrapper,
        }
        # The gateway sends what never changes as a first PARAMS record of its own, whose octets find here the
        # dictionary that was made of them. Few, because another peer fills this with what never comes again.
        self.first_environ = functools.lru_cache(maxsize=32)(self.decode_first)
        self.stopping = False
        self.stopped = allocate_lock()  # Free once stop() is done.
        self.stopped.acquire()
        self.connections = set()
        self.accepting = allocate_lock()
        self.wake_ends = list(os.pipe())
        self.woken = poll()
        self.woken.register(self.wake_ends[0], select.POLLIN)
        self.waiting = poll()
        self.waiting.register(listener, select.POLLIN)
        self.waiting.register(self.wake_ends[0], select.POLLIN)
        os.register_at_fork(after_in_child=self.let_go)

    def let_go(self):
        """In a process that the application has forked: gives up what it has of its parent's part as a server."""
        self.listener.close()
        for connection in self.connections:
            connection.socket.close()
            connection.errors.held = ""  # The parent will say it.
        while self.wake_ends:
            os.close(self.wake_ends.pop())
        # Process.terminate() must end it. What the application has set itself stays.
        if getsignal(SIGTERM) in (self.stop, leave_at_once):
            signal(SIGTERM, SIG_DFL)
        if getsignal(SIGINT) is leave_at_once:
            signal(SIGINT, default_int_handler)

    def decode_first(self, block):
        environ = self.constants.copy()
        return environ, decode_pairs(block, environ)

    def run(self, application):
        """Serves until told to stop."""
        self.application = application
        signal(SIGTERM, self.stop)
        if self.threads == 1:
            return self.work()
        for running in [self.start_thread() for _ in range(self.threads)]:
            while not running.acquire(timeout=LONGEST_WAIT):
                if getpid() != self.pid:  # A signal handler of the application has forked.
                    end_child()

    def start_thread(self):
        """Starts a thread that answers. Returns a lock that is free when the thread has ended."""
        running = allocate_lock()
        running.acquire()

        def live():
            try:
                self.work()
            finally:
                running.release()

        if _thread.start_new_thread is start_new_thread:
            threading.Thread(target=live, daemon=True).start()
        else:  # Thread would begin a green one, which shares the operating system's with all others.
            start_new_thread(live, ())
        return running

    def work(self):
        """The life of a thread: one connection after the other."""
        for peer in iter(self.accept, None):
            connection = Connection(peer, self)
            self.connections.add(connection)
            try:
                connection.serve()
            except BaseException as error:  # No memory, or a fault of this script: it costs a connection.
                if getpid() != self.pid:
                    end_child(error)
                if not isinstance(error, Exception):
                    raise
                log("a connection failed\n" + describe(error))
            finally:
                self.connections.discard(connection)
        with self.stopped:  # Server.stop may not signal a thread that is no more.
            pass

    def accept(self):
        """The next connection, None when it is time to stop. One thread polls, the others queue behind it."""
        with self.accepting:
            while True:
                self.waiting.poll(LONGEST_WAIT * 1000)
                if getpid() != self.pid:  # A signal handler of the application has forked.
                    end_child()
                if self.stopping:
                    return None
                try:
                    with suppress(BlockingIOError):
                        peer = Socket(fileno=self.listener._accept()[0])
                        peer.settimeout(None)  # socket.setdefaulttimeout is for the application's own.
                        return peer
                except OSError as error:  # No descriptor or memory left, which passes.
                    log(f"cannot accept a connection, trying again: {error}")
                    self.woken.poll(LONGEST_WAIT * 1000)

    def stop(self, number, frame):
        """SIGTERM: running requests are answered to their end, idle threads leave at once.

        Nothing is raised and nothing is closed here, because a thread that looks idle may just have received
        a request. Its wait is cut short instead, and it looks for itself: poll sees the pipe; recv is
        interrupted by the signal, begins again and runs into the timeout set here. Only the thread that the
        signal was delivered to is interrupted, so the other idle ones get one of their own.
        """
        if self.stopping:
            return
        self.stopping = True
        os_write(self.wake_ends[1], b".")
        for connection in tuple(self.connections):
            if connection.idle:
                with suppress(OSError):  # Closed meanwhile.
                    connection.limit_receive(RECEIVE_TIMEOUT_AT_ONCE)
                if connection.thread != get_ident():
                    pthread_kill(connection.thread, number)
        self.stopped.release()


def leave_at_once(number, frame):
    """SIGINT, and SIGTERM before there is a request to wait for."""
    exit_at_once(0)


def exit_at_once(status):
    for stream in (sys.stdout, sys.stderr):
        with suppress(Exception):  # A signal may have come in the middle of a write.
            stream.flush()
    os._exit(status)


# --- How the application is found


class NoSuchApplication(Exception):
    """There is nothing to call where MODULE:CALLABLE points to."""


def parse_target(target):
    """Splits MODULE:CALLABLE as Gunicorn does: module, attribute path, and the arguments for a factory."""
    module, colon, text = target.partition(":")
    try:
        expression = ast.parse(text if colon else "application", mode="eval").body
        arguments = None
        if isinstance(expression, ast.Call):
            arguments = (
                [ast.literal_eval(argument) for argument in expression.args],
                {keyword.arg: ast.literal_eval(keyword.value) for keyword in expression.keywords})
            expression = expression.func
        path = ast.unparse(expression)
        names = path.split(".") + list(arguments[1] if arguments else ())  # The name of ** is None.
        if not module or not all(name and name.isidentifier() for name in names):
            raise ValueError
    except (ValueError, SyntaxError):
        raise argparse.ArgumentTypeError(
            f"{target!r} is not MODULE:CALLABLE, such as shop:app, shop:site.app or shop:make_app(debug=True)"
        ) from None
    return module, path, arguments


def load_application(module_name, path, arguments):
    """Imports the module, and finds or makes the callable."""
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if not error.name or not (module_name + ".").startswith(error.name + "."):
            raise  # An import within the application.
        raise NoSuchApplication(
            f"no module named {error.name!r} in {os.getcwd()} or elsewhere on sys.path; check its spelling, "
            f"the folder and the Python environment of the application")
    place = f"{module_name}:{path} ({getattr(module, '__file__', 'no file')})"
    try:
        application = operator.attrgetter(path)(module)
    except AttributeError as error:
        raise NoSuchApplication(f"{place} does not exist ({error}); name the WSGI callable after the colon")
    if arguments and callable(application):
        application = application(*arguments[0], **arguments[1])
        place += ", called as a factory,"
    if not callable(application):
        raise NoSuchApplication(
            f"{place} is of type {type(application).__name__}, which cannot be called; name a WSGI callable")
    check_protocol(application, place)
    return application


def check_protocol(application, place):
    """Refuses what cannot be called as WSGI callables are, where that is certain before the first request.

    Certain is what Python itself goes by: that a function is a coroutine function, and its own parameters. What
    a decorator says about the function that it has decorated is not: it may call it with something else.
    """
    import inspect  # Most applications have loaded it by now.

    arguments, names, target = (None, None), {}, application
    while isinstance(target, functools.partial):
        arguments, names, target = target.args + arguments, {**target.keywords, **names}, target.func
    called = target
    if isinstance(target, type):
        # An instance is the response, or, for ASGI, what is called a second time.
        called, arguments = target.__init__, (None, *arguments)
        if not hasattr(target, "__iter__") and inspect.iscoroutinefunction(target.__call__):
            called = target.__call__
        elif target.__new__ is not object.__new__ or type(target).__call__ is not type.__call__:
            return
    elif type(target) is MethodType:
        called, arguments = target.__func__, (target.__self__, *arguments)
    elif not inspect.isroutine(target):
        called, arguments = type(target).__call__, (target, *arguments)
    is_async = inspect.iscoroutinefunction(called) or inspect.isasyncgenfunction(called)
    mismatch = None
    if type(called) is FunctionType and not hasattr(called, "__signature__"):
        signature = inspect.signature(called, follow_wrapped=False)
        try:
            signature.bind(*arguments, **names)
        except TypeError as error:
            mismatch = error
            is_async = is_async or "scope" in list(signature.parameters)[:2]
    if is_async:
        raise NoSuchApplication(
            f"{place} is an ASGI application (it is called with scope, receive and send, and awaited), and "
            f"wsgi: serves WSGI; name the WSGI callable (in Django that of wsgi.py, not of asgi.py), or one that "
            f"translates, such as ASGIMiddleware(app) of the package a2wsgi")
    if mismatch:
        raise NoSuchApplication(
            f"{place} cannot be called with environ and start_response ({mismatch}); name a WSGI callable; a "
            f"function that makes one is written with parentheses, as in create_app()")


# --- How the process begins


def settle_in():
    """Makes the process what an application expects to run in. Returns the listener."""
    # multiprocessing's spawn method runs the main module's file again, and this one will not be there.
    own_file = globals().pop("__file__")
    # Nor may a traceback look for it: under /proc/self/fd it would open a file of the application.
    with open(own_file, encoding="utf-8") as source:
        lines = source.readlines()
    linecache.cache[own_file] = (sum(map(len, lines)), None, lines, own_file)
    if sys.argv[0].startswith("/proc/self/fd/"):
        os.close(int(sys.argv[0].rpartition("/")[2]))
    if not (sys.flags.isolated or getattr(sys.flags, "safe_path", False)):
        del sys.path[0]  # The folder of this script.
    sys.path.insert(0, os.getcwd())
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")  # It is the log.
    listener = Socket(fileno=os.dup(0))
    if not listener.getsockopt(SOL_SOCKET, SO_ACCEPTCONN):
        raise OSError("it does not listen")
    listener.setblocking(False)  # Another process may be faster between poll and accept.
    # Standard input becomes empty: a program that the application starts must not inherit the listener there.
    with open(os.devnull) as nothing:
        os.dup2(nothing.fileno(), 0)
    return listener


def main():
    parser = argparse.ArgumentParser(prog="wsgi responder", description=__doc__)
    parser.add_argument("target", metavar="MODULE:CALLABLE", type=parse_target)
    parser.add_argument("--threads", metavar="N", type=int, default=1, help="requests answered at a time (1)")
    parser.add_argument("--show-errors", action="store_true", help="show clients why a request failed")
    options = parser.parse_args()
    if options.threads < 1:
        parser.error(f"--threads must be at least 1, not {options.threads}")
    try:
        listener = settle_in()
    except OSError as error:
        parser.error(f"descriptor 0 must be a listening socket ({error})")
    signal(SIGTERM, leave_at_once)
    signal(SIGINT, leave_at_once)
    server = Server(listener, options.threads, options.show_errors)
    try:
        application = load_application(*options.target)
        if getpid() != server.pid:
            end_child()
    except BaseException as error:  # SystemExit too.
        if getpid() != server.pid:
            end_child(error)
        if isinstance(error, NoSuchApplication):
            log(error)
            return 4
        log("the application failed to load\n" + describe(error))
        return 3
    server.run(application)
    return 0


if __name__ == "__main__":
    sys.exit(main())
