"""An ASGI application, where a WSGI application is expected."""


class Application:
    async def __call__(self, scope, receive, send):
        raise AssertionError("nobody awaits this")


application = Application()


async def function(scope, receive, send):
    raise AssertionError("nobody awaits this")
