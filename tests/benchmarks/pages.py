"""Invented article pages of the size and the shape of real ones, for the benchmarks and drills.

60 to 200 KB: a head full of meta tags, JSON-LD, scripts with data, a menu, the article between boxes of further
headlines, comments and a footer; some 1,000 to 2,000 tags and 130 to 200 links, as outlets' pages have. Every
page has a text, a headline, a date and an author of its own; the furniture is the same on all pages of an outlet.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from tests.benchmarks.corpus_texts import Writer

_NAMES = ["سلمى", "نور", "هادي", "رزان", "وائل", "تيماء", "أوس", "ميسون", "كنان", "لبانة"]
_HOUSES = ["الوادي", "السروي", "النخيلي", "الزيتوني", "الغدير", "المرجي", "الصفصافي", "البيدري"]
_ZONE = timezone(timedelta(hours=3))


@dataclass(frozen=True, slots=True)
class MadePage:
    """A page, and what a reader must find in it."""

    html: str
    headline: str
    author: str
    published_at: datetime
    paragraphs: list[str]


class Press:
    """Prints the pages of one invented outlet; the same seed, the same pages.

    `root` is the address that the outlet's own links begin with.
    """

    def __init__(self, root: str = "https://bench.example", *, seed: int = 7) -> None:
        self.root = root
        self.writer = Writer(seed)
        self.chance = random.Random(seed)
        self._menu = "".join(
            f'<li class="menu-item"><a href="{root}/section/{n}" title="{w}"><span>{w}</span></a></li>'
            for n, w in enumerate(self.writer.some(40))
        )
        self._style = "".join(
            f".c{n}-{self.chance.randrange(9999)}{{margin:{n % 9}px;padding:{n % 7}px;display:block}}"
            for n in range(220)
        )
        self._footer = "".join(f'<li><a href="{root}/page/{n}">{self._words(2)}</a></li>' for n in range(36))

    def page(self, number: int, *, byline: bool = True, dated: bool = True) -> MadePage:
        """Page `number` at `{root}/news/{number}`, without its author's line or its date where so told."""
        chance = self.chance = random.Random(f"{self.root} {number}")
        self.writer.chance = chance
        headline = self._words(chance.randint(7, 12))
        author = f"{chance.choice(_NAMES)} {chance.choice(_HOUSES)}"
        at = datetime(2025, 1, 1, 6, tzinfo=_ZONE) + timedelta(minutes=number * 7 % 500_000)
        paragraphs = [" ".join(words) + "." for words in self.writer.body(150, 600)]
        credit = f'<div class="author"><span class="author-name">{author}</span></div>' if byline else ""
        when = f'<time class="date" datetime="{at.isoformat()}">{at:%Y-%m-%d %H:%M}</time>' if dated else ""
        body = "".join(
            f'<p class="text" data-index="{place}">{text}</p>' + (self._inset() if place % 4 == 2 else "")
            for place, text in enumerate(paragraphs)
        )
        facts = {
            "@context": "https://schema.org",
            "@type": "NewsArticle",
            "headline": headline,
            "mainEntityOfPage": f"{self.root}/news/{number}",
            "publisher": {"@type": "Organization", "name": "صحيفة المنصة"},
            **({"datePublished": at.isoformat()} if dated else {}),
            **({"author": {"@type": "Person", "name": author}} if byline else {}),
        }
        html = f"""<!DOCTYPE html><html lang="ar" dir="rtl"><head><meta charset="utf-8">
<title>{headline} | صحيفة المنصة</title><link rel="canonical" href="{self.root}/news/{number}">
<meta property="og:type" content="article"><meta property="og:title" content="{headline}">
<meta property="og:url" content="{self.root}/news/{number}"><meta name="viewport" content="width=device-width">
{self._metas()}<style>{self._style}</style><script type="application/ld+json">{json.dumps(facts)}</script>
<script>{self._data(chance.randint(60, 420))}</script></head><body class="single">
<header class="site-header"><div class="logo"><a href="{self.root}/"><img src="{self.root}/logo.svg" alt=""></a></div>
<nav class="main-menu"><ul>{self._menu}</ul></nav></header><div class="wrapper"><div class="row"><main class="col-8">
<article class="post"><h1 class="post-title">{headline}</h1><div class="meta">{credit}{when}{self._share()}</div>
<figure><img src="{self.root}/img/{number}.jpg" alt=""><figcaption>{self._words(9)}</figcaption></figure>
<div class="post-content">{body}</div><div class="tags">{self._links("tag", 8)}</div></article>
<section class="related"><h3>{self._words(2)}</h3>{self._cards(chance.randint(9, 30))}</section>
<section class="comments">{self._comments(chance.randint(0, 12))}</section></main>
<aside class="col-4"><div class="box"><ul>{self._links("latest", chance.randint(15, 40))}</ul></div>
<div class="box">{self._cards(chance.randint(6, 18))}</div></aside></div></div>
<footer><ul>{self._footer}</ul><p>جميع الحقوق محفوظة لصحيفة المنصة</p></footer>
<script>{self._data(chance.randint(120, 620))}</script></body></html>"""
        return MadePage(html, headline, author, at, paragraphs)

    def _words(self, count: int) -> str:
        return " ".join(self.writer.some(count))

    def _metas(self) -> str:
        return "".join(
            f'<meta name="x-{n}" content="{self.chance.randrange(10**12):x}">'
            f'<link rel="preload" href="{self.root}/static/{self.chance.randrange(10**9):x}.js" as="script">'
            for n in range(24)
        )

    def _data(self, entries: int) -> str:
        rows = [
            {
                "id": self.chance.randrange(10**9),
                "k": f"{self.chance.randrange(10**16):x}",
                "u": f"/api/{self.chance.randrange(10**6)}",
                "v": self.chance.random(),
            }
            for _ in range(entries)
        ]
        return f"window.__data{self.chance.randrange(99)} = {json.dumps(rows)};"

    def _share(self) -> str:
        return "".join(
            f'<a class="share share-{name}" href="https://share.example/{name}?u={self.root}"><i class="icon"></i></a>'
            for name in ("f", "x", "w", "t", "m")
        )

    def _inset(self) -> str:
        return (
            f'<div class="inset"><div class="ad-slot" data-slot="{self.chance.randrange(10**6)}"></div>'
            f'<a href="{self.root}/news/{self.chance.randrange(10**6)}">{self._words(8)}</a></div>'
        )

    def _links(self, kind: str, count: int) -> str:
        return "".join(
            f'<li class="{kind}"><a href="{self.root}/{kind}/{self.chance.randrange(10**6)}">'
            f'<span class="t">{self._words(self.chance.randint(4, 10))}</span></a></li>'
            for _ in range(count)
        )

    def _cards(self, count: int) -> str:
        return "".join(
            f'<div class="card col-{n % 4}"><div class="card-img"><a href="{self.root}/news/{n}"><img loading="lazy"'
            f' src="{self.root}/img/{self.chance.randrange(10**6)}.jpg" srcset="{self.root}/s/{n}-320.jpg 320w,'
            f' {self.root}/s/{n}-640.jpg 640w" alt=""></a></div><div class="card-body"><span class="cat">'
            f'{self._words(1)}</span><h4><a href="{self.root}/news/{n}">{self._words(9)}</a></h4>'
            f"<p>{self._words(18)}</p></div></div>"
            for n in range(count)
        )

    def _comments(self, count: int) -> str:
        return "".join(
            f'<div class="comment"><b>{self._words(1)}</b><div class="body"><span>{self._words(30)}</span></div></div>'
            for _ in range(count)
        )
