"""Twenty outlets crawled, then again with changed layouts: named unwell in one crawl; quiet crawls raise no alarm."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import psycopg2
import pytest

from crawler.extraction.reader import read
from crawler.items import Article, Rejection
from crawler.spider import NewsSpider
from pipelines.fields import FIELDS
from pipelines.verdict import UNWELL
from tests.drills.conftest import Drill, Ended
from tests.drills.markup import CHANGES, FIXTURES, fixtures_of, write_article
from tests.drills.server import Answer, DrillServer, say, sitemap

Change = Callable[[str], str]

OUTLETS = 20
CRAWLS = 6  # healthy ones before any layout changes
PAGES = 16  # articles of an outlet in one crawl
FEW = 2
NOW = datetime(2026, 11, 23, tzinfo=UTC)

OUTLET = '''"""The outlet of {slug}'s fixtures, on loopback."""
from crawler.discovery import Sitemap
from crawler.spiders.{slug} import {spider}


class Drilled{spider}({spider}):
    name = "drilled_{slug}"
    allowed_domains = ["{host}"]
    sources = [Sitemap("{root}/sitemap.xml")]
    article_url = r"/news/"
    custom_settings = {{"DOWNLOAD_DELAY": 0, "CONCURRENT_REQUESTS_PER_DOMAIN": 8}}
'''


class Outlets:
    """Twenty outlets on twenty loopback addresses of one server, and how all of them are crawled at once."""

    def __init__(self, drill: Drill, spiders: dict[str, type[NewsSpider]]) -> None:
        self.drill, self.spiders = drill, spiders
        self.published: Counter[str] = Counter()
        for slug, spider in spiders.items():
            text = OUTLET.format(
                slug=slug, spider=spider.__name__, host=self.host(slug), root=self.root(slug)
            )
            (drill.folder / "outlets" / f"drilled_{slug}.py").write_text(text, encoding="utf-8")

    def host(self, slug: str) -> str:
        return address(list(self.spiders).index(slug))

    def root(self, slug: str) -> str:
        return f"http://{self.host(slug)}:{self.drill.server.port}"

    def publish(self, change: Change = str, count: int = PAGES) -> dict[str, list[str]]:
        """Every outlet announces so many new articles, in a changed layout; what each has lost, by outlet."""
        lost: dict[str, list[str]] = {}
        for slug in self.spiders:
            first = self.published[slug]
            self.published[slug] += count
            urls = [f"{self.root(slug)}/news/{number}" for number in range(first, first + count)]
            lost[slug] = []
            for number, url in enumerate(urls, first):
                before = write_article(slug, number, url)
                after = change(before)
                self.answer(slug, f"/news/{number}", after.encode())
                if change is not str:
                    lost[slug] += {*compare(self.read(slug, before, url), self.read(slug, after, url))}
            self.answer(slug, "/sitemap.xml", sitemap(urls), "application/xml")
        return lost

    def answer(self, slug: str, path: str, body: bytes, type: str = "text/html; charset=utf-8") -> None:
        self.drill.server.answers[f"{self.host(slug)}:{self.drill.server.port}{path}"] = Answer(
            body, type=type
        )

    def say_nothing_new(self) -> None:
        """Every source answers that it has not changed."""
        for slug in self.spiders:
            self.drill.server.answers[f"{self.host(slug)}:{self.drill.server.port}/sitemap.xml"] = Answer(
                status=304
            )

    def read(self, slug: str, html: str, url: str) -> Article | Rejection:
        spider = self.spiders[slug]
        outlet = replace(spider.outlet, slug=slug, hosts=(self.host(slug),))
        return read(html.encode(), url, outlet=outlet, layout=spider.layout, fetched_at=NOW)

    def crawl(self, *arguments: str) -> tuple[Ended, dict[str, str]]:
        """All outlets by one `akhbar crawl`: how it ended, and each one's verdict."""
        ended = self.drill.crawl(*(f"drilled_{slug}" for slug in self.spiders), *arguments, limit=600)
        results: list[dict[str, Any]] = json.loads(ended.output)
        return ended, {one["outlet"].removeprefix("drilled_"): one["verdict"] for one in results}


def address(number: int) -> str:
    return f"127.0.0.{11 + number}"


def compare(before: Article | Rejection, after: Article | Rejection) -> Iterator[str]:
    """What a reader gets no longer: `article`, `text` (much less of it, or much more), or the names of fields."""
    assert isinstance(before, Article)
    if isinstance(after, Rejection):
        yield "article"
        return
    if not 0.7 <= len(after.body) / len(before.body) <= 1.5:
        yield "text"
    yield from (name for name in FIELDS if getattr(before, name) and not getattr(after, name))


@pytest.fixture
def outlets(make_drill: Callable[[DrillServer], Drill]) -> Iterator[Outlets]:
    from akhbar.outlets import load_outlets

    slugs = [path.name for path in sorted(FIXTURES.iterdir()) if path.is_dir() and fixtures_of(path.name)]
    spiders = {slug: load_outlets()[slug] for slug in slugs[:OUTLETS]}
    with DrillServer([address(number) for number in range(len(spiders))]) as server:
        yield Outlets(make_drill(server), spiders)


def test_changed_layouts_are_named_within_one_crawl_and_quiet_crawls_are_not(outlets: Outlets) -> None:
    assert len(outlets.spiders) == OUTLETS
    alarms: dict[str, dict[str, str]] = {}

    def stay_quiet(name: str, *arguments: str) -> None:
        ended, verdicts = outlets.crawl(*arguments)
        alarms[name] = {slug: verdict for slug, verdict in verdicts.items() if verdict in UNWELL}
        assert len(verdicts) == OUTLETS, ended.notes
        assert ended.status == (3 if alarms[name] else 0), ended.notes
        say(f"{name}: {OUTLETS} crawls, alarms {alarms[name] or 'none'}")

    for number in range(CRAWLS):
        outlets.publish()
        stay_quiet(f"healthy crawl {number + 1}")
    missed = []
    for change in CHANGES:
        lost = outlets.publish(change)
        ended, verdicts = outlets.crawl()
        # an outlet is harmed where most of its articles lost one and the same thing
        harmed = {
            slug: most
            for slug, gone in lost.items()
            if (most := Counter(gone).most_common(1)) and most[0][1] > PAGES / 2
        }
        named = {slug for slug, verdict in verdicts.items() if verdict in UNWELL}
        passed_over = sorted(harmed.keys() - named)
        missed += [(change.__name__, slug) for slug in passed_over]
        say(
            f"{change.__name__}: {len(harmed)} of {OUTLETS} outlets harmed, {len(harmed.keys() & named)} named unwell"
            f" ({Counter(verdicts[slug] for slug in harmed.keys() & named)}), missed {passed_over};"
            f" less harmed {sorted({slug for slug in lost if lost[slug]} - harmed.keys())}"
            f" of which named {sorted(named - harmed.keys())}"
        )
        assert ended.status == 3
        assert len(passed_over) * OUTLETS <= len(harmed)
        # nothing is called a change that cost the reader nothing
        assert not [slug for slug in named if not lost[slug]]
    outlets.publish()
    stay_quiet("the old layout again")
    outlets.publish(count=FEW)
    stay_quiet("few articles")
    outlets.say_nothing_new()
    stay_quiet("nothing new (304)")
    stay_quiet("replay with nothing new", "--archive", str(outlets.drill.folder / "home" / "archive"))
    assert not any(alarms.values())

    with psycopg2.connect(outlets.drill.database_url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(*) FILTER (WHERE url LIKE 'archive:%') FROM akhbar.sources")
        assert cursor.fetchone() == (OUTLETS, 0), "a replay is no source"
    connection.close()
