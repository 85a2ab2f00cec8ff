"""Layouts of twenty outlets changed under the reader: named unwell within one crawl; quiet ones raise no alarm."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.extraction.reader import read
from crawler.items import Article, Rejection, SourceReport
from pipelines.fields import FieldCount
from pipelines.verdict import UNWELL, count_read, judge
from tests.drills.server import say

FIXTURES = Path(__file__).parents[2] / "fixtures"
CRAWL = 10  # pages of an outlet that a drill's crawl reads
NOW = datetime(2026, 11, 23, tzinfo=UTC)

_SCRIPT = re.compile(r"<script\b.*?</script>", re.S | re.I)
_META = re.compile(r"<meta\b[^>]*>", re.I)
_TIME = re.compile(r"<time\b.*?</time>", re.S | re.I)
_NAMES = re.compile(r'\s(class|id|itemprop|itemtype|itemscope|rel|data-[\w-]+)="[^"]*"', re.I)
_TAGS = re.compile(r"<(/?)(article|main|h1|h2|p|section|header)\b[^>]*>", re.I)


def lose_metadata(html: str) -> str:
    """Structured data, dates and the names of classes go; the text stays where it was."""
    return _NAMES.sub("", _TIME.sub("", _META.sub("", _SCRIPT.sub("", html))))


def load_by_script(html: str) -> str:
    """The page becomes an empty frame that scripts fill."""
    head, _, _ = html.partition("<body")
    return f"{head}<body><div id='root'></div><script src='/app.js'></script></body></html>"


def cut_to_teaser(html: str) -> str:
    """Only the first paragraph is printed; the rest hides behind a button."""
    paragraphs = list(re.finditer(r"<p\b.*?</p>", _SCRIPT.sub("", html), re.S | re.I))
    text = _SCRIPT.sub("", html)
    for found in reversed(paragraphs[1:]):
        text = text[: found.start()] + text[found.end() :]
    return text


def outlets() -> list[tuple[str, list[str]]]:
    found = []
    for folder in sorted(path for path in FIXTURES.iterdir() if path.is_dir()):
        pages = []
        for golden in sorted(folder.glob("*.json")):
            if json.loads(golden.read_text(encoding="utf-8")).get("kind") == "article":
                pages.append(golden.with_suffix(".html").read_bytes().decode("utf-8", "replace"))
        if pages:
            found.append((folder.name, pages))
    return found[:20]


def crawl(pages: list[str], change: Callable[[str], str]) -> tuple[dict[str, int], dict[str, float]]:
    """The counts and fill rates of a crawl that reads the pages in turn."""
    counts: dict[str, int] = {}
    fields = FieldCount()
    results = [read(change(page).encode(), "https://outlet.example/news/1", fetched_at=NOW) for page in pages]
    for turn in range(CRAWL):
        result: Article | Rejection = results[turn % len(results)]
        if isinstance(result, Article):
            fields.add(result)
            counts["stored"] = counts.get("stored", 0) + 1
        else:
            counts["rejected"] = counts.get("rejected", 0) + 1
            key = f"rejected/{result.reason}"
            counts[key] = counts.get(key, 0) + 1
    found, read_pages = count_read(counts)
    return counts, {**fields.rates(), "pages": read_pages, "share": found / read_pages}


@pytest.mark.parametrize("change", [lose_metadata, load_by_script, cut_to_teaser])
def test_a_changed_layout_is_named(change: Callable[[str], str]) -> None:
    report = SourceReport(url="https://outlet.example/rss", kind="Feed", status=200, listed=CRAWL)
    named, alarms, missed, unharmed = 0, [], [], []
    tried = outlets()
    for slug, pages in tried:
        counts, usual = crawl(pages, str)
        if judge(counts, [report], fields=usual, history=[usual] * 3) in UNWELL:
            alarms.append(slug)
        counts, fields = crawl(pages, change)
        if judge(counts, [report], fields=fields, history=[usual] * 3) in UNWELL:
            named += 1
        elif fields == usual:
            unharmed.append(slug)
        else:
            missed.append(slug)
    say(
        f"{change.__name__}: of {len(tried)} {named} named unwell, {len(unharmed)} read as before"
        f" {unharmed}, missed {missed}; false alarms {alarms}"
    )
    assert not alarms
    assert len(tried) == 20 and named > 0
    # a change that costs the reader nothing needs no alarm
    assert len(missed) <= 1
