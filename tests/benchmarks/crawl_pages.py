"""Pages as outlets serve them: a fixture's article amid the markup that real pages carry, each with its own text.

The six real pages that we measured have 29 to 140 KB (87 in the mean), 300 to 980 elements, 50 to 180
links, and a fifth of their bytes in scripts and styles; these are made to the same measure, and a
quarter of them is larger. Run `python -m tests.benchmarks.crawl_pages` for their sizes.
"""

from __future__ import annotations

import json
import random
import re
import sys
from itertools import pairwise
from pathlib import Path

from crawler.extraction.reader import read
from crawler.items import Article
from tests.benchmarks.corpus_texts import Writer

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
LEAST_WORDS, MOST_WORDS = 120, 700  # of an article; the real pages' bodies have 80 to 1,200
_PHRASE = 4  # words; texts are put together of phrases, which is quick and leaves no two alike
_PARAGRAPH = re.compile(r"<p>[^<]{40,}</p>")
_ADDRESS = re.compile(r'(<link rel="canonical" href=|property="og:url" content=|"mainEntityOfPage": )"[^"]*"')
# what marks the places of a template that differ from page to page
_URL, _NUMBER, _TEXT, _RELATED = (f"\x00{sign}\x00" for sign in "UNTR")
_MARKS = re.compile(r"\x00([UNTR])\x00")


class Pages:
    """Any number of different pages: the same seed and number, the same page."""

    def __init__(self, root: str, seed: int = 1) -> None:
        """`root` is the address that the pages lie under."""
        self.root = root
        writer = Writer(seed)
        self._phrases = [" ".join(writer.some(_PHRASE)).encode() for _ in range(20_000)]
        headlines = [" ".join(writer.some(8)) for _ in range(400)]
        self._cards = [_card(number, headline).encode() for number, headline in enumerate(headlines)]
        fillers = [_Filler(writer, size) for size in (1, 2, 1, 3, 1, 2, 6)]
        self._templates = [
            _split(filler.fill(text))
            for number, text in enumerate(_fixtures())
            for filler in [fillers[number % len(fillers)]]
        ]
        self._templates = [parts for parts in self._templates if self._is_read(parts)]

    @property
    def templates(self) -> int:
        return len(self._templates)

    def url(self, number: int) -> str:
        return f"{self.root}/article/{number}"

    def page(self, number: int) -> bytes:
        """The page at `url(number)`."""
        return self._write(self._templates[number % len(self._templates)], number)[0]

    def sitemap(self, count: int) -> bytes:
        entries = "".join(f"<url><loc>{self.url(number)}</loc></url>" for number in range(count))
        return f'<?xml version="1.0"?><urlset>{entries}</urlset>'.encode()

    def _write(self, template: list[bytes], number: int) -> tuple[bytes, list[bytes]]:
        chance = random.Random(number)
        phrases = chance.choices(self._phrases, k=chance.randint(LEAST_WORDS, MOST_WORDS) // _PHRASE)
        cuts = [*range(0, len(phrases), chance.randint(8, 14)), len(phrases)]
        paragraphs = [b" ".join(phrases[start:end]) + b"." for start, end in pairwise(cuts)]
        fill = {
            b"U": self.url(number).encode(),
            b"N": str(number).encode(),
            b"T": b"".join(b"<p>%s</p>\n" % paragraph for paragraph in paragraphs),
        }
        parts = [
            part
            if at % 2 == 0
            else fill[part]
            if part in fill
            else b"".join(chance.choices(self._cards, k=4))
            for at, part in enumerate(template)
        ]
        return b"".join(parts), paragraphs

    def _is_read(self, template: list[bytes]) -> bool:
        """Whether the whole text, and nothing of the filler, is read out of a page of this template."""
        page, paragraphs = self._write(template, 7)
        result = read(page, self.url(7))
        if not isinstance(result, Article) or result.canonical_url != self.url(7):
            return False
        words, wanted = len(result.body.split()), sum(len(paragraph.split()) for paragraph in paragraphs)
        return wanted <= words < wanted * 1.2 + 40


def _fixtures() -> list[str]:
    """The markup of our fixtures' articles, marked where the pages are to differ."""
    found = []
    for path in sorted(FIXTURES.glob("*/*.html")):
        golden = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        text = path.read_bytes().decode("utf-8", "replace")
        if golden["kind"] != "article" or "</head>" not in text or "articleBody" in text:
            continue
        paragraphs = list(_PARAGRAPH.finditer(text))
        if not paragraphs or "</h1>" not in text:
            continue
        text = (
            _PARAGRAPH.sub("", text[: paragraphs[0].start()])
            + _TEXT
            + _PARAGRAPH.sub("", text[paragraphs[0].start() :])
        )
        text = _ADDRESS.sub(rf'\1"{_URL}"', text).replace("</h1>", f" {_NUMBER}</h1>", 1)
        found.append(text)
    return found


def _split(text: str) -> list[bytes]:
    """Plain parts and signs of what comes between them, in turn."""
    return [part.encode() for part in _MARKS.split(text)]


class _Filler:
    """What stands around an article on an outlet's page: `size` 1 makes some 60 KB of it."""

    def __init__(self, writer: Writer, size: int) -> None:
        self._writer, self._chance = writer, writer.chance
        self.head = "\n".join(
            [
                *(f'<meta name="x-{n}" content="{self._some(6)}">' for n in range(22)),
                *(
                    f'<link rel="preload" as="script" href="/s/{self._chance.random()}.js">'
                    for n in range(16)
                ),
                *(f"<style>{_css(self._chance, 20 * size)}</style>" for _ in range(2)),
                *(self._script(6 * size) for _ in range(6)),
                *(
                    f'<script type="application/ld+json">{json.dumps(data)}</script>'
                    for data in _linked_data(writer)
                ),
            ]
        )
        self.top = (
            '<div id="page"><div class="site"><!-- top --><div class="site-top">'
            '<form action="/search"><label>بحث</label><input name="q"><input type="hidden" name="t"></form>'
            f'<div class="menu-wrap"><div class="menu-inner"><ul class="main-menu">{self._links(34)}</ul></div></div>'
            f'<div class="trending"><div class="trending-title">{self._some(2)}</div>{self._boxes(10)}</div>'
            f'{self._scripts(8, size)}</div><!-- /top --><div class="site-content"><div class="container">'
        )
        self.share = (
            '<div class="share-bar"><div class="share-inner">'
            + "".join(
                f'<div class="share-item"><a class="share-{n}" href="#{n}"><i></i></a></div>'
                for n in range(7)
            )
            + "</div></div>"
        )
        blocks = "".join(
            f'<div class="widget widget-{n}"><!-- {n} --><div class="title"><h3>{self._some(2)}</h3></div>'
            f'<div class="widget-content"><div class="row">{_RELATED}</div></div></div>'
            for n in range(3 + 2 * size)
        )
        self.bottom = (
            f'</div><div class="sidebar"><div class="sidebar-inner">{blocks}</div></div></div><!-- footer -->'
            f'<div class="site-footer"><div class="inner">{self._boxes(12)}<ul>{self._links(16)}</ul></div></div>'
            f'<script type="application/json">{_state(writer, 14 * size)}</script>{self._scripts(14, size)}</div></div>'
        )

    def fill(self, text: str) -> str:
        text = text.replace("</head>", self.head + "\n</head>", 1).replace("</h1>", "</h1>" + self.share, 1)
        text = re.sub(r"(<body[^>]*>)", lambda body: body[1] + self.top, text, count=1)
        return text.replace("</body>", self.bottom + "</body>", 1)

    def _some(self, count: int) -> str:
        return " ".join(self._writer.some(count))

    def _links(self, count: int) -> str:
        return "".join(
            f'<li class="menu-item menu-item-type-taxonomy menu-item-object-category menu-item-{n}">'
            f'<a href="/section/{n}" class="menu-link" data-track="menu">{self._some(2)}</a></li>'
            for n in range(count)
        )

    def _boxes(self, count: int) -> str:
        return "".join(
            f'<div class="box"><div class="box-in"><a href="/t/{n}">{self._some(2)}</a></div></div>'
            for n in range(count)
        )

    def _script(self, lines: int) -> str:
        return f"<script>{_script(self._chance, lines)}</script>"

    def _scripts(self, count: int, size: int) -> str:
        return "".join(self._script(3 * size) for _ in range(count))


def _card(number: int, headline: str) -> str:
    image = f"/uploads/2025/01/{number:05d}"
    sizes = ", ".join(
        f"{image}-{width}x{width * 2 // 3}.jpg {width}w" for width in (150, 300, 480, 768, 1024)
    )
    return (
        f'<div class="col-md-4 col-sm-6 post-{number}" data-id="{number}"><div class="card card--small">'
        f'<div class="card__image"><a href="/article/r{number}" title="{headline}"><img loading="lazy" width="300" '
        f'src="{image}-300x200.jpg" srcset="{sizes}" sizes="(max-width: 480px) 100vw" alt="{headline}"></a></div>'
        f'<div class="card__body"><div class="card__title"><a href="/article/r{number}">{headline}</a></div>'
        f'<div class="card__meta"><span class="card__date">{number % 28 + 1} يناير 2025</span></div></div></div></div>'
    )


def _linked_data(writer: Writer) -> list[dict[str, object]]:
    """What content systems print beside the article's own: the site, its publisher, the way to the page."""
    steps = [
        {"@type": "ListItem", "position": n, "name": " ".join(writer.some(2)), "item": f"/section/{n}"}
        for n in range(1, 4)
    ]
    logo = {"@type": "ImageObject", "url": "/logo.png", "width": 600, "height": 60}
    links = [f"https://social.example/{n}" for n in range(6)]
    return [
        {"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": steps},
        {
            "@context": "https://schema.org",
            "@type": "Organization",
            "name": "x",
            "logo": logo,
            "sameAs": links,
        },
        {
            "@context": "https://schema.org",
            "@type": "WebSite",
            "url": "/",
            "potentialAction": {"@type": "SearchAction"},
        },
    ]


def _css(chance: random.Random, rules: int) -> str:
    return "".join(
        f".c{chance.randrange(10**5)} .e{n}{{display:flex;margin:{chance.randrange(40)}px 0;"
        f"color:#{chance.randrange(16**6):06x};font:{chance.randrange(10, 30)}px/1.6 sans-serif}}"
        for n in range(rules)
    )


def _script(chance: random.Random, lines: int) -> str:
    return "".join(
        f"function f{n}(e,t){{var r=window.q{chance.randrange(10**6)}||[];r.push([e,{chance.randrange(10**9)}]);"
        f"return t?f{max(n - 1, 0)}(r,null):r.length}};"
        for n in range(lines)
    )


def _state(writer: Writer, entries: int) -> str:
    stories = [
        {"id": n, "slug": f"post-{n}", "title": " ".join(writer.some(8)), "views": n * 37}
        for n in range(entries)
    ]
    return json.dumps(stories, ensure_ascii=False)


def main() -> int:
    pages = Pages("http://127.0.0.1:1")
    sizes = sorted(len(pages.page(number)) for number in range(500))
    print(f"{pages.templates} templates; of 500 pages: mean {sum(sizes) / 500 / 1024:.0f} KB,", end=" ")
    print(
        ", ".join(
            f"{share} % under {sizes[500 * share // 100 - 1] / 1024:.0f} KB" for share in (10, 50, 90, 100)
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
