"""Pages from templates: escaped everywhere, in the language of the address, sent as far as they are known.

A page whose counts take their time is sent in pieces: all above `{{ flush }}` at once, then what a
callable of the template (called while it is rendered) has found out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse

from akhbar.web.language import LANGUAGES, Language
from akhbar.web.parameters import zone_of

FLUSH = Markup("<!-- -->")
_WEB = files("akhbar.web")
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "ur", "ckb", "ps", "sd", "ug", "he"})


def _stamp() -> str:
    """A short hash of the static files, so that their addresses change with them."""
    digest = hashlib.sha256()
    for entry in sorted(_WEB.joinpath("static").iterdir(), key=lambda entry: entry.name):
        digest.update(entry.read_bytes())
    return digest.hexdigest()[:12]


def number(value: float | None) -> str:
    """A whole number in groups of three; ASCII digits, which both languages read."""
    return "" if value is None else f"{value:,.0f}"


def percent(value: float | None) -> str:
    """A share in percent; never 100 for what is not quite the same."""
    if value is None:
        return ""
    return f"{int(value * 100)}%" if value < 1 else "100%"


def when(at: datetime | None, zone: str | None, precision: str | None = None) -> str:
    """An instant in a zone with its offset, as exact as it is known: `2024-12-19 18:05 +03:00`."""
    if at is None:
        return ""
    local = at.astimezone(zone_of(zone))
    if precision == "month":
        return f"{local:%Y-%m}"
    if precision == "day":
        return f"{local:%Y-%m-%d}"
    return f"{local:%Y-%m-%d %H:%M} {local.isoformat()[-6:]}"


def web_address(url: str | None) -> str | None:
    """`url` where it is an address on the web; None for javascript:, data: and the like."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    return url if parts.scheme.lower() in ("http", "https") and parts.netloc else None


def as_text(value: Any, zone: str | None = None) -> str:
    """A field's value as text; an instant in the zone."""
    if isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value):
        return "، ".join(value)
    if isinstance(value, (list, tuple, dict)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return when(value, zone) if isinstance(value, datetime) else str(value)


def direction(code: str | None) -> str:
    """The direction in which a language is written, for `dir`: auto where it is not known."""
    return "rtl" if code in _RIGHT_TO_LEFT else "auto"


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("akhbar.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(stamp=_stamp(), flush=FLUSH, languages=LANGUAGES)
    environment.filters.update(
        number=number,
        percent=percent,
        when=when,
        web_address=web_address,
        as_text=as_text,
        direction=direction,
    )
    for name in environment.list_templates():
        environment.get_template(name)  # compiled now, so that no reader waits for it
    return environment


_TEMPLATES = _environment()


def language_of(request: Request) -> Language:
    """The language that the address names; Arabic where it names none."""
    return LANGUAGES.get(request.url.path.split("/")[1], LANGUAGES["ar"])


def address(language: Language, path: str, **parameters: object) -> str:
    """The address of a page with its parameters, those left out that are empty."""
    query = urlencode({name: str(value) for name, value in parameters.items() if value not in (None, "")})
    return f"/{language.code}/{path}" + (f"?{query}" if query else "")


def render(
    request: Request, name: str, status: int = 200, /, *, in_pieces: bool = False, **values: Any
) -> Response:
    """The page of a template."""
    language = language_of(request)
    other = LANGUAGES["en" if language.code == "ar" else "ar"]
    rest = request.url.path.removeprefix(f"/{language.code}").lstrip("/")
    query = f"?{request.url.query}" if request.url.query else ""
    template = _TEMPLATES.get_template(name)
    context = {
        "language": language,
        "t": language.text,
        "other": other,
        "other_address": f"/{other.code}/{rest if request.url.path.startswith(f'/{language.code}/') else ''}{query}",
        "link": lambda path, **parameters: address(language, path, **parameters),
        **values,
    }
    if not in_pieces:
        return HTMLResponse(template.render(context), status)
    pieces = _pieces(template.generate(context)) if request.method == "GET" else iter(())
    return StreamingResponse(pieces, status, media_type="text/html")


def _pieces(generated: Iterator[str]) -> Iterator[str]:
    """What a template gives, in pieces that end where it says `flush`."""
    kept: list[str] = []
    for piece in generated:
        if piece == FLUSH:
            yield "".join(kept)
            kept.clear()
        else:
            kept.append(piece)
    yield "".join(kept)
