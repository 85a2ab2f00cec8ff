"""Cases and outlet files written for a person to review: pages as fetched, draft goldens, facts as found."""

from __future__ import annotations

import dataclasses
import inspect
import json
import os
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

import click

import crawler.spiders
from akhbar.demo.site import FIXTURES
from crawler.extraction.canonical import canonical_url
from crawler.extraction.page import Page, PageTooLargeError
from crawler.extraction.reader import read
from crawler.items import Article, Rejection
from crawler.outlet import Outlet

if TYPE_CHECKING:
    from akhbar.probing import Probe
    from crawler.spider import NewsSpider

DRAFT = "draft"
MOST_SOURCES = 8
_MOST_SOURCE_LINES = 3
_WIDTH = 110
_SLUG = re.compile(r"[a-z][a-z0-9_]{1,40}")
_CASE = re.compile(r"[a-z][a-z0-9_]{1,80}")
# how a page was read, and what other parts of a crawl add, is no part of what the page says
_NOT_IN_A_GOLDEN = frozenset(
    (
        "provenance",
        "extractor_version",
        "fetched_at",
        "content_hash",
        "signature",
        "folded",
        "index_terms",
        "story",
        "copy_of",
        "candidate",
    )
)


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """Where an outlet's file and its cases live."""

    outlet_file: Path
    cases: Path


def place_of_new(slug: str) -> Place:
    """Where a new outlet goes: AKHBAR_OUTLETS, else this checkout. Wrong use where neither is there."""
    if not _SLUG.fullmatch(slug):
        raise click.UsageError(f"{slug!r} is no slug: small Latin letters, digits and _, a letter first")
    if own := os.environ.get("AKHBAR_OUTLETS"):
        folder = Path(own)
        return Place(folder / f"{slug}.py", folder / "fixtures" / slug)
    spiders = Path(crawler.spiders.__file__ or "").parent
    checkout = spiders.parents[1]
    if not (checkout / "pyproject.toml").is_file() or not (checkout / "fixtures").is_dir():
        raise click.UsageError(
            "this is an installed package, which is no place for your files: make a folder of your own and "
            "name it, e.g. export AKHBAR_OUTLETS=$HOME/outlets"
        )
    return Place(spiders / f"{slug}.py", checkout / "fixtures" / slug)


def cases_of(spider: type[NewsSpider]) -> Path:
    """The folder of an outlet's cases: beside its file in AKHBAR_OUTLETS, else the project's fixtures."""
    file = Path(inspect.getfile(spider)).resolve()
    own = os.environ.get("AKHBAR_OUTLETS")
    if own and file.parent == Path(own).resolve():
        return Path(own) / "fixtures" / spider.name
    return FIXTURES / spider.name


def reader_of(spider: type[NewsSpider]) -> Callable[..., Article | Rejection]:
    """The reading of an outlet's pages, by its own code where it has some: bytes, address, Content-Type."""
    own = spider()

    def extract(page: Page) -> Article | Rejection:
        result = own.extract(page, None)
        return own.clean(result, page) if isinstance(result, Article) else result

    return lambda body, url, content_type=None: read(body, url, content_type=content_type, extract=extract)


def reader_with(outlet: Outlet) -> Callable[..., Article | Rejection]:
    """The general reading, with an outlet's facts: bytes and address."""
    return lambda body, url: read(body, url, outlet=outlet)


def golden_of(result: Article | Rejection) -> dict[str, Any]:
    """One page read, as a golden states it."""
    if isinstance(result, Rejection):
        return {"kind": "rejected", "reason": result.reason, "url": result.url}
    names = [field.name for field in dataclasses.fields(result) if field.name not in _NOT_IN_A_GOLDEN]
    return {"kind": "article", "reason": None} | {name: _plain(getattr(result, name)) for name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return value


def write_case(
    folder: Path, case: str, body: bytes, url: str | None, reader: Callable[..., Article | Rejection]
) -> tuple[Path, dict[str, Any]]:
    """Write `case`.html, the bytes as they are, and its draft golden; the golden's path and content.

    `url` is the page's address; without one the page's own canonical link is asked. Wrong use where
    the case is there already or no address is known.
    """
    if not _CASE.fullmatch(case):
        raise click.UsageError(f"{case!r} is no name of a case: say what the page shows, e.g. lead_in_bold")
    page, golden = folder / f"{case}.html", folder / f"{case}.json"
    for path in (page, golden):
        if path.exists():
            raise click.UsageError(f"{path} is there already; choose another name for the case")
    url = url or _own_address(body)
    if not url:
        raise click.UsageError("the page names no address of its own; give it with --url")
    draft = {DRAFT: True} | golden_of(reader(body, url))
    folder.mkdir(parents=True, exist_ok=True)
    page.write_bytes(body)
    golden.write_text(json.dumps(draft, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return golden, draft


def _own_address(body: bytes) -> str | None:
    try:
        stated = canonical_url(Page.from_bytes(body))
    except PageTooLargeError:
        return None
    return stated[0] if stated else None


def write_outlet(path: Path, slug: str, found: Probe) -> Outlet:
    """Write an outlet's file from what a probe found; the outlet as the file states it."""
    outlet = found.outlet()
    domains = [found.host.partition(":")[0]]
    sources = found.sources[:MOST_SOURCES]
    lines = _lines_of(f"{type(source).__name__}({_literal(source.url)})," for source in sources)
    unknown = [field for field in ("country", "timezone") if not getattr(outlet, field)]
    template = resources.files("crawler").joinpath("templates", "outlet.py.tmpl").read_text(encoding="utf-8")
    text = Template(template).substitute(
        title=_in_docstring(outlet.name),
        day=datetime.now(UTC).date().isoformat(),
        home=_in_docstring(found.home.url),
        unverified=_unverified(found),
        kinds=", ".join(sorted({type(source).__name__ for source in sources})),
        class_name="".join(part.capitalize() for part in slug.split("_")),
        slug=slug,
        name=_literal(outlet.name),
        country=_literal(outlet.country),
        timezone=_literal(outlet.timezone),
        mark=f"  # unknown: {', '.join(unknown)}" if unknown else "  # unverified",
        domains=_literal(domains),
        sources="\n".join(lines),
        article_url=_raw_literal(found.pattern.regex) if found.pattern else "None  # no shape was seen",
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return dataclasses.replace(outlet, slug=slug, hosts=tuple(domains))


def _lines_of(entries: Iterable[str]) -> list[str]:
    """The entries of a list as lines of code, several on a line where they are short."""
    lines: list[str] = []
    for entry in entries:
        if lines and len(lines[-1]) + len(entry) < _WIDTH:
            lines[-1] += f" {entry}"
        elif len(lines) < _MOST_SOURCE_LINES:
            lines.append(f"        {entry}")
    return lines


def _literal(value: Any) -> str:
    """A Python literal, with double quotes, for text that a site printed."""
    return json.dumps(value, ensure_ascii=False)


def _raw_literal(regex: str) -> str:
    """A raw literal where nothing in it can end it: what a site printed must never become code."""
    return f'r"{regex}"' if '"' not in regex and not regex.endswith("\\") else _literal(regex)


def _in_docstring(text: str) -> str:
    return text.replace("\\", "/").replace('"', "'")


def _unverified(found: Probe) -> str:
    what = ["the name, as the home page has it"]
    if found.country or found.zone:
        what.append("country and time zone, by a hint of the host or the locale")
    if found.pattern:
        what.append(f"article_url, of {found.pattern.examples} announced addresses")
    return "; ".join(what)


def compare_cases(folder: Path, spider: type[NewsSpider]) -> list[dict[str, Any]]:
    """Every case of a folder read again with the outlet's facts, each field compared with its golden.

    One dict a case: `case`, `draft`, `fields` (field → same, differs or missing: the golden has a
    value and the reading none) and `differences` (field → golden and reading).
    """
    reader = reader_of(spider)
    types = _content_types(folder)
    compared = []
    for golden in sorted(path for path in folder.glob("*.json") if path.name != "site.json"):
        stated = json.loads(golden.read_text(encoding="utf-8"))
        draft = bool(stated.pop(DRAFT, False))
        page = golden.with_suffix(".html")
        body = page.read_bytes() if page.exists() else b""
        answer = golden_of(reader(body, stated.get("url"), types.get(page.name)))
        fields = {name: _compare(name, stated.get(name), answer.get(name)) for name in {**stated, **answer}}
        compared.append(
            {
                "case": golden.stem,
                "draft": draft,
                "fields": fields,
                "differences": {
                    name: {"golden": stated.get(name), "reading": answer.get(name)}
                    for name, state in fields.items()
                    if state != "same"
                },
            }
        )
    return compared


def _content_types(folder: Path) -> dict[str, str]:
    """The Content-Type headers that `site.json`, where there is one, states for the pages."""
    site = folder / "site.json"
    documents = json.loads(site.read_text(encoding="utf-8"))["documents"] if site.exists() else []
    return {document["file"]: document["type"] for document in documents}


def _compare(name: str, stated: Any, answer: Any) -> str:
    if name == "credits":  # who did what; their order says nothing
        stated, answer = (_sorted_credits(credits) for credits in (stated, answer))
    if stated == answer:
        return "same"
    return "missing" if answer in (None, "", []) else "differs"


def _sorted_credits(credits: Sequence[dict[str, str]] | None) -> list[dict[str, str]]:
    return sorted(credits or [], key=lambda credit: (credit["role"], credit["name"]))
