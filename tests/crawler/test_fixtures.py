"""The golden cases of every outlet: fixtures/<outlet>/<case>.html beside <case>.json, found by globbing.

One test per case and field, so that a failure names both. What an outlet's host serves besides
its pages (feeds, sitemaps, sections) stands in fixtures/<outlet>/site.json.
"""

from __future__ import annotations

import dataclasses
import importlib
import json
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from crawler.extraction.reader import read
from crawler.items import Article, Rejection
from crawler.spider import NewsSpider

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
GOLDENS = sorted(path for path in FIXTURES.glob("*/*.json") if path.name != "site.json")
OUTLETS = sorted(path.name for path in FIXTURES.iterdir() if path.is_dir())
SITES = sorted(path.parent.name for path in FIXTURES.glob("*/site.json"))

NOT_IN_A_GOLDEN = {
    "provenance", "extractor_version",  # how it was read, not what the page says
    # set elsewhere
    "fetched_at", "content_hash", "signature", "folded", "index_terms", "story", "copy_of", "candidate",
}  # fmt: skip
ARTICLE_FIELDS = {"kind", "reason"} | {
    field.name for field in dataclasses.fields(Article) if field.name not in NOT_IN_A_GOLDEN
}
REJECTION_FIELDS = {"kind", "reason", "url"}


def name_of(golden: Path) -> str:
    return f"{golden.parent.name}/{golden.stem}"


@cache
def load(golden: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(golden.read_text(encoding="utf-8"))
    return loaded


@cache
def site(outlet: str) -> dict[str, Any]:
    path = FIXTURES / outlet / "site.json"
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return loaded


@cache
def spider(slug: str) -> NewsSpider:
    module = importlib.import_module(f"crawler.spiders.{slug}")
    (found,) = (
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, NewsSpider) and value.__module__ == module.__name__
    )
    return found()


def content_type(golden: Path) -> str | None:
    """The Content-Type header under which the outlet's host serves the page; some headers lie."""
    page = golden.with_suffix(".html").name
    types = [
        document["type"]
        for document in site(golden.parent.name).get("documents", ())
        if document["file"] == page
    ]
    return types[0] if types else None


def plain(value: Any) -> Any:
    """A field's value as JSON would hold it."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list):
        return [plain(part) for part in value]
    return dataclasses.asdict(value) if dataclasses.is_dataclass(value) else value  # type: ignore[arg-type]


@cache
def reading(golden: Path) -> dict[str, Any]:
    outlet = spider(golden.parent.name)
    result = read(
        golden.with_suffix(".html").read_bytes(),
        load(golden)["url"],
        content_type=content_type(golden),
        outlet=outlet.outlet,
        layout=outlet.layout,
    )
    if isinstance(result, Rejection):
        return {"kind": "rejected", "reason": result.reason, "url": result.url}
    fields = {field.name: plain(getattr(result, field.name)) for field in dataclasses.fields(result)}
    return {"kind": "article", "reason": None} | {
        name: value for name, value in fields.items() if name not in NOT_IN_A_GOLDEN
    }


def fields_of_goldens() -> Iterator[Any]:
    for golden in GOLDENS:
        for field in (name for name in load(golden) if name != "draft"):
            yield pytest.param(golden, field, id=f"{name_of(golden)}:{field}")


def how_to_look(golden: Path) -> str:
    page = golden.with_suffix(".html").relative_to(FIXTURES.parent)
    return f"look: akhbar extract {page} --url '{load(golden)['url']}' --outlet {golden.parent.name}"


@pytest.mark.parametrize(("golden", "field"), list(fields_of_goldens()))
def test_field(golden: Path, field: str) -> None:
    read_field = reading(golden).get(field, "(no such field: the page was rejected)")
    expected = load(golden)[field]
    if field == "credits" and isinstance(read_field, list):  # who did what; their order says nothing
        read_field, expected = (
            sorted(names, key=lambda c: (c["role"], c["name"])) for names in (read_field, expected)
        )
    assert read_field == expected, how_to_look(golden)


@pytest.mark.parametrize("golden", GOLDENS, ids=name_of)
def test_no_unexpected_field(golden: Path) -> None:
    expected = ARTICLE_FIELDS if load(golden)["kind"] == "article" else REJECTION_FIELDS
    assert set(load(golden)) - {"draft"} == expected, (
        f"{golden} must state every field of a page read, and no other"
    )
    assert set(reading(golden)) == expected, how_to_look(golden)


@pytest.mark.parametrize("golden", GOLDENS, ids=name_of)
def test_no_golden_is_a_draft(golden: Path) -> None:
    """`akhbar outlets capture` and `new` write what the reader made of a page; only a person knows if it is right."""
    assert "draft" not in load(golden), (
        f'compare each value of {golden} with its page, mend what is wrong, and remove the line "draft": true; '
        f"{how_to_look(golden)}"
    )


@pytest.mark.parametrize("outlet", OUTLETS)
def test_every_page_has_a_golden_and_every_golden_a_page(outlet: str) -> None:
    pages = {path.stem for path in (FIXTURES / outlet).glob("*.html")}
    goldens = {golden.stem for golden in GOLDENS if golden.parent.name == outlet}
    assert pages == goldens
    assert len(pages) >= 2, "an outlet has at least two cases"


@pytest.mark.parametrize("outlet", OUTLETS)
def test_one_name_from_end_to_end(outlet: str) -> None:
    """Folder = module = spider name = slug, and no address outside of the outlet's hosts."""
    assert spider(outlet).name == outlet
    assert spider(outlet).outlet.slug == outlet
    for golden in (golden for golden in GOLDENS if golden.parent.name == outlet):
        host = urlsplit(load(golden)["url"]).hostname or ""
        assert any(host == domain or host.endswith(f".{domain}") for domain in spider(outlet).allowed_domains)
        assert load(golden).get("outlet", outlet) == outlet
        pattern = spider(outlet).article_pattern
        assert pattern is None or pattern.search(load(golden)["url"]), (
            f"{name_of(golden)}: article_url refuses it"
        )


@pytest.mark.parametrize("outlet", SITES)
def test_a_site_serves_each_address_once_and_every_case(outlet: str) -> None:
    documents = site(outlet)["documents"]
    served = [(document["path"], edition) for document in documents for edition in document["editions"]]
    assert len(served) == len(set(served))
    files = {document["file"] for document in documents}
    assert [file for file in files if not (FIXTURES / outlet / file).is_file()] == []
    assert {golden.with_suffix(".html").name for golden in GOLDENS if golden.parent.name == outlet} <= files
    for golden in (golden for golden in GOLDENS if golden.parent.name == outlet):
        address = urlsplit(load(golden)["url"])
        assert address.hostname in site(outlet)["hosts"]
        paths = {
            document["path"] for document in documents if document["file"] == golden.with_suffix(".html").name
        }
        assert address.path in paths


@pytest.mark.parametrize("edition", [1, 2])
@pytest.mark.parametrize("outlet", SITES)
def test_every_case_is_announced_by_the_declared_sources(outlet: str, edition: int) -> None:
    documents = {
        document["path"]: document
        for document in site(outlet)["documents"]
        if edition in document["editions"]
    }
    waiting = list(spider(outlet).sources)
    announced: set[str] = set()
    while waiting:
        source = waiting.pop()
        address = urlsplit(source.url)
        document = documents[address.path + (f"?{address.query}" if address.query else "")]
        assert document["status"] == 200
        listing = source.read(
            (FIXTURES / outlet / document["file"]).read_bytes(),
            source.url,
            content_type=document["type"],
            article_url=spider(outlet).article_pattern,
        )
        assert listing.damaged is None
        announced |= {urlsplit(found.url).path for found in listing.candidates if spider(outlet).wants(found)}
        waiting += listing.sources
    pages = {golden.with_suffix(".html").name for golden in GOLDENS if golden.parent.name == outlet}
    assert {path for path, document in documents.items() if document["file"] in pages} - announced == {
        path for path in documents if "?utm_" in path
    }
