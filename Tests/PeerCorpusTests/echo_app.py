"""Answers with what it was asked, as JSON."""

import json


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    seen = {name: value for name, value in environ.items() if isinstance(value, str)}
    seen["body"] = environ["wsgi.input"].read().decode("latin-1")
    return [json.dumps(seen).encode()]
