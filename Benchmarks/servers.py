"""The loads, and the servers that carry them: for each server the command and the configuration that
put it on one port before one application. Nothing is started here.

What a server does by default stays as it is, except where it would write a log, refuse 256 clients, or
close a connection after so many requests.
"""
from __future__ import annotations

import os
from pathlib import Path
from typing import Callable, NamedTuple

PROCESSES = 4  # Application processes behind each server.
APPLICATION = "fcgi-benchmark"  # The binary's name, as the kernel shows it (15 octets at most).
HELLO = b"Hello, world\n"


class Workload(NamedTuple):
    connections: int
    path: str = "/"
    closes: bool = False
    posted: int = 0
    answer: bytes | None = HELLO  # What a right answer says; None where only its presence counts.
    in_process: bool = False  # Answered by the server itself, without an application.


WORKLOADS = {
    "small": Workload(16),
    "c256": Workload(256),
    "close": Workload(16, closes=True),
    "large": Workload(16, path=f"/?n={1 << 20}", answer=b"x" * (1 << 20)),
    "post": Workload(16, posted=1 << 16, answer=b"%d\n" % (1 << 16)),
    "static": Workload(16, answer=None, in_process=True),
}


class Site(NamedTuple):
    """Where one server is to listen, and what it has at hand."""

    port: int
    socket: str  # Where its application listens, if the server does not start one itself.
    folder: Path  # Shared by all and removed in the end.
    in_process: bool
    gateway: Path
    swift_app: Path
    nio: Path
    test_app: Path

    def file(self, name: str, text: str) -> str:
        path = self.folder / f"{self.port}-{name}"
        path.write_text(text)
        return str(path)


VARIABLES = """
    QUERY_STRING REQUEST_METHOD CONTENT_TYPE CONTENT_LENGTH REQUEST_URI DOCUMENT_URI DOCUMENT_ROOT
    SERVER_PROTOCOL REMOTE_ADDR REMOTE_PORT SERVER_ADDR SERVER_PORT SERVER_NAME
"""  # nginx calls them by the same names, in small letters.


def nginx(site: Site, keep: bool = False) -> list[str]:
    scratch = site.folder / f"{site.port}-nginx"
    scratch.mkdir()
    spooled = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    # What nginx's own fastcgi_params has: a peer must not win by telling the application less.
    params = " ".join(f"fastcgi_param {name} ${name.lower()};" for name in VARIABLES.split())
    answer = f"""{params}
                    fastcgi_param GATEWAY_INTERFACE CGI/1.1; fastcgi_param SCRIPT_NAME $fastcgi_script_name;
                    fastcgi_param SERVER_SOFTWARE nginx/$nginx_version; fastcgi_param REQUEST_SCHEME $scheme;
                    fastcgi_param REDIRECT_STATUS 200;
                    fastcgi_pass application; {"fastcgi_keep_conn on;" if keep else ""}"""
    if site.in_process:
        answer = 'default_type text/plain; return 200 "Hello, world\\n";'
    return ["nginx", "-p", str(scratch), "-e", "error.log", "-c", site.file("nginx.conf", f"""
        daemon off; worker_processes 1; pid nginx.pid; error_log error.log crit;
        {"user root;" if os.geteuid() == 0 else ""}
        events {{ worker_connections 2048; }}
        http {{
            access_log off; keepalive_requests 1000000000; client_body_buffer_size 128k;
            {" ".join(f"{kind}_temp_path {kind};" for kind in spooled)}
            upstream application {{ server unix:{site.socket}; {f"keepalive {PROCESSES};" if keep else ""} }}
            server {{
                listen 127.0.0.1:{site.port} backlog=4096;
                location / {{ {answer} }}
            }}
        }}
    """)]


def lighttpd(site: Site) -> list[str]:
    return ["lighttpd", "-D", "-f", site.file("lighttpd.conf", f"""
        server.bind = "127.0.0.1"
        server.port = {site.port}
        server.document-root = "{site.folder}"
        server.upload-dirs = ("{site.folder}")
        server.modules = ("mod_fastcgi")
        server.max-keep-alive-requests = 1000000000
        server.max-fds = 4096
        server.max-connections = 2048
        fastcgi.server = ("/" => (("socket" => "{site.socket}", "check-local" => "disable")))
    """)]


def floor(site: Site) -> list[str]:
    pool = 0 if site.in_process else PROCESSES
    return [str(site.folder / "floor"), str(site.port), site.socket, str(pool)]


def gateway(site: Site) -> list[str]:
    address = ["--workers", "1", "--bind", f"127.0.0.1:{site.port}"]
    if site.in_process:
        return [str(site.swift_app), *address]
    application = site.folder / APPLICATION
    return [str(site.gateway), f"exec:{application}", "--processes", str(PROCESSES), *address]


def asynchronous(site: Site) -> list[str]:
    return ["env", "TEST_APPLICATION=asynchronous-hello", str(site.test_app), "--workers", "1",
            "--bind", f"127.0.0.1:{site.port}"]


class Server(NamedTuple):
    command: Callable[[Site], list[str]]
    works: tuple[str, ...] = tuple(WORKLOADS)
    own_processes: bool = False  # It starts the application itself.


THROUGH = tuple(name for name, work in WORKLOADS.items() if not work.in_process)
SERVERS = {
    "gateway": Server(gateway, own_processes=True),
    "nginx": Server(nginx),
    "nginx-keep": Server(lambda site: nginx(site, keep=True), THROUGH),
    "lighttpd": Server(lighttpd, THROUGH),
    "floor": Server(floor, ("small", "c256", "close", "static")),
    "async": Server(asynchronous, ("static",)),
    "nio": Server(lambda site: [str(site.nio), str(site.port)], ("static",)),
}
