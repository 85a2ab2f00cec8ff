"""Articles in the markup of our outlets' fixtures, as many different ones as a drill wants, and layouts that change.

An article is a fixture's page in which the words of headline and text have changed places: other sentences in
the same markup, of the same length, with the same credit and at a date of its own.
"""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import lxml.html

FIXTURES = Path(__file__).parents[2] / "fixtures"

_WORD = re.compile(r"[\u0621-\u065f]{3,}")
_SCRIPT = re.compile(r"<script\b.*?</script>", re.S | re.I)
_META = re.compile(r"<meta\b(?![^>]*charset)[^>]*>", re.I)
_TIME = re.compile(r"<time\b.*?</time>", re.S | re.I)
_NAMES = re.compile(r'\s(class|id|itemprop|itemtype|itemscope|rel|data-[\w-]+)="[^"]*"', re.I)


@dataclass(frozen=True)
class Fixture:
    """A saved page of an outlet, and what is read from it."""

    html: str
    golden: dict[str, Any]


@cache
def fixtures_of(slug: str) -> list[Fixture]:
    """The articles among an outlet's fixtures, in UTF-8, that stand at an address of their own."""
    found, seen = [], set()
    for path in sorted((FIXTURES / slug).glob("*.json")):
        golden = json.loads(path.read_text(encoding="utf-8"))
        if golden.get("kind") == "article" and golden["url"] == golden["canonical_url"]:
            page = path.with_suffix(".html").read_bytes()
            # some fixtures are about damaged bytes
            if golden["headline"] in seen or b"\xef\xbf\xbd" in page or not is_utf8(page):
                continue
            seen.add(golden["headline"])
            found.append(Fixture(page.decode(), golden))
    return found


def is_utf8(page: bytes) -> bool:
    try:
        page.decode()
    except UnicodeDecodeError:
        return False
    return True


def write_article(slug: str, number: int, url: str) -> str:
    """Article `number` of an outlet, under an address of a drill."""
    fixture = fixtures_of(slug)[number % len(fixtures_of(slug))]
    golden = fixture.golden
    rng = random.Random(f"{slug} {number}")
    # what names, dates and places are made of stays as it is
    names = ("byline", "authors", "agency", "dateline", "published_text", "section", "tags")
    kept = " ".join(str(golden.get(name) or "") for name in names)
    text = f"{golden['headline']} {golden['body']}"
    words = sorted(set(_WORD.findall(text)) - set(_WORD.findall(kept)) - _opening(golden["body"]))
    others = words[:]
    rng.shuffle(others)
    places = dict(zip(words, others, strict=True))
    html = _WORD.sub(lambda found: places.get(found[0], found[0]), fixture.html)
    for known in {golden["url"], golden["canonical_url"]}:
        html = html.replace(known, url).replace(known.replace("/", "\\/"), url.replace("/", "\\/"))
    return html


def _opening(body: str) -> set[str]:
    """The first words of a body: a credit or a place may open it."""
    return {word for paragraph in body.split("\n\n")[:1] for word in _WORD.findall(paragraph)[:6]}


# how layouts change


def rename_and_lose_metadata(html: str) -> str:
    """Structured data, dates and the names of classes go; the text stays where it was."""
    return _NAMES.sub("", _TIME.sub("", _META.sub("", _SCRIPT.sub("", html))))


def load_by_script(html: str) -> str:
    """The page becomes an empty frame that scripts fill; what machines read of it stays."""
    head, _, _ = _SCRIPT.sub("", html).partition("<body")
    return f"{head}<body><div id='root'></div><script src='/app.js'></script></body></html>"


def cut_to_teaser(html: str) -> str:
    """Only the first paragraph is printed; the rest waits for a subscriber."""
    text = _SCRIPT.sub("", html)
    for found in reversed(list(re.finditer(r"<p\b.*?</p>", text, re.S | re.I))[1:]):
        text = text[: found.start()] + text[found.end() :]
    return text


def replace_container(html: str) -> str:
    """The text moves into a widget of spans and line breaks, without any paragraph, heading or landmark."""
    tree = lxml.html.document_fromstring(_NAMES.sub("", _META.sub("", _SCRIPT.sub("", html))))
    for element in tree.iter("p", "h1", "h2", "h3", "article", "main", "section", "header", "time", "figure"):
        element.tag = "span"
    return lxml.html.tostring(tree, encoding="unicode")


def put_a_wall_before(html: str) -> str:
    """Every page begins with the same long text about cookies, and the article is not in it."""
    head, _, _ = _SCRIPT.sub("", html).partition("<body")
    wall = "".join(
        f"<p>نستخدم في هذا الموقع ملفات تعريف الارتباط لأغراض القياس رقم {part}، ويمكنكم قبولها أو رفضها "
        "من صفحة الإعدادات قبل متابعة القراءة، ونحتفظ باختياركم مدة عام كامل ثم نسألكم من جديد.</p>"
        for part in ("الأول", "الثاني", "الثالث", "الرابع")
    )
    return f"{head}<body><main><article><h1>خصوصيتكم تهمنا في هذا الموقع</h1>{wall}</article></main></body></html>"


CHANGES = (rename_and_lose_metadata, load_by_script, cut_to_teaser, replace_container, put_a_wall_before)
