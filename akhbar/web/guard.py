"""What stands before every page: reading only, hosts that are ours, and headers that let nothing else run."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# No scripts, no frames, nothing from elsewhere: what a hostile text smuggles in has nothing to run with.
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
}
_PAGE = "private, no-cache"
_STATIC = "public, max-age=31536000, immutable"  # their addresses carry a hash of what is in them


class Guard:
    """An ASGI application around another one.

    `hosts` are the names under which the page may be asked for, None for any. On loopback this keeps a
    foreign site from reading the corpus through a name that it points at 127.0.0.1 (DNS rebinding).
    """

    def __init__(self, application: ASGIApp, hosts: frozenset[str] | None) -> None:
        self.application, self.hosts = application, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_HEADERS)
                good_file = scope["path"].startswith("/static/") and message["status"] in (200, 304)
                headers["Cache-Control"] = _STATIC if good_file else _PAGE
            await send(message)

        application = self.application
        if self.hosts is not None and _host(Headers(scope=scope).get("host", "")) not in self.hosts:
            application = PlainTextResponse("Unknown host.\n", 400)
        elif scope["method"] not in ("GET", "HEAD"):
            application = PlainTextResponse("This page can only be read.\n", 405, {"Allow": "GET, HEAD"})
        await application(scope, receive, send_with_headers)


def _host(header: str) -> str:
    """The name in a Host header, without its port and in lower case."""
    if header.startswith("["):
        return header.partition("]")[0].removeprefix("[").lower()
    return header.partition(":")[0].lower()
