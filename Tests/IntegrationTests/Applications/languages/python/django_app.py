# What every language answers in the tests, as a Django project in one file.
import os
import sys
import time
import zlib

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import path, re_path

settings.configure(
    ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, SECRET_KEY="only for tests", DATA_UPLOAD_MAX_MEMORY_SIZE=None,
    LOGGING={
        "version": 1, "disable_existing_loggers": False,
        "handlers": {"console": {"class": "logging.StreamHandler"}},
        "loggers": {"django": {"handlers": ["console"], "level": "ERROR"}}})
TEXT = "text/plain; charset=utf-8"


def lines(request, **_):
    answer = HttpResponse(
        f"method={request.method}\npath={request.path_info}\nquery={request.META['QUERY_STRING']}\n"
        f"cookie={request.headers.get('Cookie', '')}\ntest={request.headers.get('X-Test', '')}\n",
        content_type=TEXT, headers={"X-Answer": "42"})
    answer.set_cookie("a", "1")
    answer.set_cookie("b", "2")
    return answer


def count(request):
    return HttpResponse(
        f"{len(request.body)} octets, crc {zlib.crc32(request.body):08x}", content_type=TEXT)


def copy(request):
    return HttpResponse(request.body, content_type="application/octet-stream")


def unread(request):
    return HttpResponse("unread", content_type=TEXT)


def redirected(request):
    return HttpResponseRedirect(request.META["SCRIPT_NAME"] + "/lines?from=redirect")


def failure(request):
    raise RuntimeError("the application has failed")


def log(request):
    print("a line for the log", file=sys.stderr, flush=True)
    return HttpResponse("logged", content_type=TEXT)


def stream(request):
    gate = request.META["QUERY_STRING"]

    def parts():
        yield "first,"
        while not os.path.exists(gate):
            time.sleep(0.002)
        yield "second"

    return StreamingHttpResponse(parts(), content_type=TEXT)


urlpatterns = [
    path("count", count), path("copy", copy), path("unread", unread), path("redirect", redirected),
    path("failure", failure), path("log", log), path("stream", stream), re_path(r"^.*$", lines),
]
django.setup()
application = get_wsgi_application()
