"""The address without a language."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response


def home(request: Request) -> Response:
    """Sends to the language that the browser prefers of the two."""
    wanted = request.headers.get("accept-language", "").lower()
    places = {code: wanted.find(code) for code in ("ar", "en")}
    english = places["en"] >= 0 and (places["ar"] < 0 or places["en"] < places["ar"])
    return RedirectResponse("/en/" if english else "/ar/", 302, {"Vary": "Accept-Language"})
