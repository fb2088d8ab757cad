"""Asks for a name and a password (RFC 7617) and tells the gateway who it is: an authorizer, as a WSGI application."""

import base64
import hmac
import os


def application(environ, start_response):
    name = visitor(environ.get("HTTP_AUTHORIZATION", ""))
    if name is None:
        start_response("401 Unauthorized", [("WWW-Authenticate", 'Basic realm="Trac"'), ("Content-Type", "text/plain")])
        return [b"Who are you?\n"]
    start_response("200 OK", [("Variable-REMOTE_USER", name), ("Variable-AUTH_TYPE", "Basic")])
    return []


def visitor(field):
    scheme, _, credentials = field.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, password = base64.b64decode(credentials).decode().partition(":")
    except ValueError:
        return None
    with open(os.environ["PEOPLE"]) as people:
        for line in people:
            known, _, secret = line.rstrip("\n").partition(":")
            if known == name and hmac.compare_digest(secret.encode(), password.encode()):
                return name
    return None
