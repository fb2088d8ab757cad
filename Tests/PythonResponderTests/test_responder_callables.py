"""Which callables are refused before the first request, because no request could ever be answered by them."""

import unittest

from responder_case import ResponderCase

CALLABLES = '''
    import functools, types
    def answer(environ, start_response):
        start_response("200 OK", [])
        return [b"fine"]

    # WSGI, in all its forms.
    function = answer
    def anything(*arguments, **names):
        return answer(*arguments)
    def optional(environ, start_response, debug=False, *, more=None):
        return answer(environ, start_response)
    scoped_names = lambda scope, receive: answer(scope, receive)
    class Response:
        def __init__(self, environ, start_response):
            self.environ, self.start_response = environ, start_response
        def __iter__(self):
            return iter(answer(self.environ, self.start_response))
    class Made:
        def __new__(cls, *arguments):
            return answer(*arguments)
        def __init__(self):
            pass
    class Meta(type):
        def __call__(cls, environ, start_response):
            return answer(environ, start_response)
    class ByMeta(metaclass=Meta):
        def __init__(self):
            pass
    class Object:
        def __call__(self, environ, start_response):
            return answer(environ, start_response)
        def method(self, environ, start_response):
            return answer(environ, start_response)
        @classmethod
        def of_class(cls, environ, start_response):
            return answer(environ, start_response)
        @staticmethod
        def static(environ, start_response):
            return answer(environ, start_response)
        async def aside(self):
            pass
        def __iter__(self):
            return iter(())
        __getattr__ = lambda self, name: None
    instance = Object()
    method, of_class, static = Object().method, Object.of_class, Object.static
    partial = functools.partial(optional, debug=True)
    def configured(settings, environ, start_response):
        return answer(environ, start_response)
    partial_first = functools.partial(functools.partial(configured, "settings"))
    partial_object = functools.partial(instance)
    def responder(view):
        @functools.wraps(view)
        def application(*arguments):
            return view(arguments[0])(*arguments)
        return application
    decorated = responder(lambda request: answer)
    @responder
    def decorated_method(request):
        return answer
    def to_wsgi(application):
        @functools.wraps(application)
        def wrapper(environ, start_response):
            return answer(environ, start_response)
        return wrapper
    @to_wsgi
    async def translated(scope, receive, send):
        pass
    signed = responder(lambda request: answer)
    signed.__signature__ = __import__("inspect").signature(lambda request: None)
    class Proxy:
        """As wrapt has it: looks like what it stands for."""
        __wrapped__ = staticmethod(lambda request: answer)
        __class__ = property(lambda self: types.FunctionType)
        __code__ = __wrapped__.__func__.__code__
        def __call__(self, *arguments):
            return answer(*arguments)
    proxy = Proxy()

    # ASGI, in all its forms.
    async def asgi_function(scope, receive, send):
        pass
    async def asgi_generator(scope, receive, send):
        yield
    class ASGI:
        async def __call__(self, scope, receive, send):
            pass
        async def method(self, scope, receive, send):
            pass
    asgi_object, asgi_method, asgi_class = ASGI(), ASGI().method, ASGI
    asgi_partial, asgi_partial_object = functools.partial(asgi_function), functools.partial(ASGI())
    asgi_partial_named = functools.partial(functools.partial(asgi_function), send=None)
    class ASGI2:
        def __init__(self, scope):
            self.scope = scope
        async def __call__(self, receive, send):
            pass
    asgi2_class = ASGI2
    def asgi2_function(scope):
        async def instance(receive, send):
            pass
        return instance
    def asgi_passed_on(scope, receive, send):
        return asgi_function(scope, receive, send)
    @functools.wraps(asgi_function)
    def asgi_middleware(scope, receive, send):
        return asgi_function(scope, receive, send)
    class Inherited(ASGI):
        pass
    asgi_inherited = Inherited()
    def make_asgi():
        return asgi_function

    # Neither.
    def create_app():
        return answer
    def view(request):
        return answer
    class View:
        def __call__(self, request):
            return answer
    view_object = View()
'''


class CallableTests(ResponderCase):
    def test_wsgi_callables_of_all_forms_are_served(self):
        self.write("forms.py", CALLABLES)
        for name in (
            "function", "anything", "optional", "scoped_names", "Response", "Made", "ByMeta", "instance", "method",
            "of_class", "static", "partial", "partial_first", "partial_object", "decorated", "decorated_method",
            "translated", "signed", "proxy", "create_app()",
        ):
            with self.subTest(name):
                process = self.spawn(f"forms:{name}")
                self.assertEqual(self.ask().body, b"fine")
                self.assertEqual(self.terminate(process), 0)

    def test_asgi_callables_of_all_forms_are_refused_by_their_name(self):
        self.write("forms.py", CALLABLES)
        for name in (
            "asgi_function", "asgi_generator", "asgi_object", "asgi_method", "asgi_class", "asgi_partial",
            "asgi_partial_object", "asgi_partial_named", "asgi2_class", "asgi2_function", "asgi_passed_on",
            "asgi_middleware", "asgi_inherited", "make_asgi()",
        ):
            with self.subTest(name):
                self.assertEqual(self.exit_of(self.spawn(f"forms:{name}")), 4)
                text = self.stderr()
                self.assertEqual(text.count("\n"), 1, text)
                for words in (f"forms:{name.rstrip('()')}", "is an ASGI application", "wsgi.py", "ASGIMiddleware(app)"):
                    self.assertIn(words, text)

    def test_what_cannot_take_an_environ_is_refused(self):
        self.write("forms.py", CALLABLES)
        for name in ("create_app", "view", "view_object"):
            with self.subTest(name):
                self.assertEqual(self.exit_of(self.spawn(f"forms:{name}")), 4)
                text = self.stderr()
                self.assertEqual(text.count("\n"), 1, text)
                self.assertIn("cannot be called with environ and start_response", text)
                self.assertIn("with parentheses, as in create_app()", text)


if __name__ == "__main__":
    unittest.main()
