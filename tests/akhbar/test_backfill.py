"""`akhbar crawl --since` goes back: date archives and id ranges, and never before the news."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from psycopg2.extensions import connection as Connection

from akhbar.demo.site import Document
from tests.akhbar.conftest import PAGE, paragraphs

pytestmark = pytest.mark.slow

Command = Callable[..., Any]
WINDOW = ("--since", "2026-11-02", "--until", "2026-11-04")


def declare(outlet: Any, source: str) -> None:
    """Add a source to the outlet's file."""
    path = outlet.folder / "sarw.py"
    text = path.read_text(encoding="utf-8").replace("import Sitemap", "import DateArchive, IdRange, Sitemap")
    path.write_text(text.replace('/sitemap.xml")]', f'/sitemap.xml"), {source}]'), encoding="utf-8")


def serve(outlet: Any, number: int, day: int) -> None:
    """Serve an article that no sitemap announces."""
    html = PAGE.format(
        headline=f"خبر قديم عن الحي رقم {number}",
        url=f"{outlet.root}/news/{number}",
        day=day,
        body=paragraphs(number),
    )
    outlet.site.add(f"/news/{number}", Document(html.encode(), "text/html; charset=utf-8"))


def asked(outlet: Any, *kinds: str) -> list[str]:
    """The paths asked for, in order, without robots.txt and the sitemap."""
    return [
        path for _, path, _ in outlet.server.requests if path.startswith(kinds or ("/news/", "/archive/"))
    ]


def sources(connection: Connection, kind: str) -> dict[str, tuple[Any, ...]]:
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT url, status, etag IS NOT NULL, damaged, listed, fetches FROM akhbar.sources WHERE kind = %s",
            (kind,),
        )
        return {url.partition("/archive/")[2] or url: tuple(rest) for url, *rest in cursor.fetchall()}


@pytest.fixture
def archive(outlet: Any) -> Any:
    """An outlet with two fresh articles, and an archive of three days: two articles, one on two pages, none."""
    outlet.publish(1)
    outlet.publish(2)
    days = {"2026-11-04": [41], "2026-11-03": [31, 32], "2026-11-02": []}
    for day, numbers in days.items():
        links = "".join(f'<a href="/news/{number}">خبر قديم</a>' for number in numbers[:1])
        following = '<a rel="next" href="/archive/2026-11-03/2">التالي</a>' if len(numbers) > 1 else ""
        html = f"<html><body><h1>أرشيف</h1>{links}{following}</body></html>"
        outlet.site.add(f"/archive/{day}", Document(html.encode(), "text/html; charset=utf-8"))
        for number in numbers:
            serve(outlet, number, day=int(day[-1]))
    second = '<html><body><a href="/news/32">خبر قديم</a></body></html>'
    outlet.site.add("/archive/2026-11-03/2", Document(second.encode(), "text/html; charset=utf-8"))
    declare(outlet, f'DateArchive("{outlet.root}/archive/{{year}}-{{month:02}}-{{day:02}}")')
    return outlet


def test_an_archive_is_asked_only_with_since_newest_first_and_after_the_news(
    akhbar: Command, archive: Any, connection: Connection
) -> None:
    assert akhbar("crawl", "sarw", "--json").json()[0]["ledger"]["stored"] == 2
    assert asked(archive, "/archive/") == []
    archive.publish(3)
    archive.server.requests.clear()
    ended = akhbar("crawl", "sarw", *WINDOW, "--json")
    assert ended.status == 0, ended.notes
    result = ended.json()[0]
    assert (result["ledger"]["stored"], result["ledger"]["holds"], result["verdict"]) == (6, True, None)
    assert asked(archive) == [
        "/news/3",
        "/archive/2026-11-04", "/news/41",
        "/archive/2026-11-03", *asked(archive)[4:6],
        "/news/32" if "/news/32" not in asked(archive)[4:6] else "/news/31",
        "/archive/2026-11-02",
    ]  # fmt: skip
    assert sources(connection, "DateArchive") == {
        "2026-11-04": (200, True, None, 1, 1),
        "2026-11-03": (200, False, None, 1, 1),  # it leads on, so an answer 304 would hide its second page
        "2026-11-03/2": (200, True, None, 1, 1),
        "2026-11-02": (200, False, "no link leads to an article", 0, 1),
    }
    archive.server.requests.clear()
    akhbar("crawl", "sarw", *WINDOW)
    statuses = {path: status for _, path, status in archive.server.requests}
    assert (statuses["/archive/2026-11-04"], statuses["/archive/2026-11-03/2"]) == (304, 304)
    assert asked(archive, "/news/") == []


def test_the_limit_goes_to_the_news_first(akhbar: Command, archive: Any) -> None:
    first = akhbar("crawl", "sarw", *WINDOW, "--limit", "3", "--json").json()[0]
    assert first["this_crawl"] == {"stored": 3}
    assert sorted(asked(archive, "/news/")[:2]) == ["/news/1", "/news/2"]
    # old articles wait from an earlier crawl, and the news is not even announced when this one begins
    archive.server.requests.clear()
    akhbar("crawl", "sarw", *WINDOW, "--limit", "1")
    waiting = akhbar("crawl", "sarw", *WINDOW, "--limit", "1", "--json").json()[0]
    archive.server.requests.clear()
    archive.publish(3)
    archive.publish(4)
    akhbar("crawl", "sarw", *WINDOW, "--limit", "1")
    akhbar("crawl", "sarw", "--limit", "1")
    assert sorted(asked(archive)) == ["/news/3", "/news/4"], waiting


def test_numbers_are_counted_down_until_since(akhbar: Command, outlet: Any, connection: Connection) -> None:
    outlet.publish(30)
    for number, day in ((29, 15), (27, 12), (26, 5), (25, 4), (23, 3)):
        serve(outlet, number, day)
    declare(outlet, f'IdRange("{outlet.root}/news/{{id}}", batch=2, misses=3)')
    assert akhbar("crawl", "sarw", "--since", "2026-11-10", "--json").json()[0]["ledger"]["stored"] == 5
    numbers = [int(path.rpartition("/")[2]) for path in asked(outlet)]
    assert numbers[0] == 30 and sorted(numbers) == list(range(25, 31))
    (report,) = sources(connection, "IdRange").values()
    assert report == (None, False, None, 6, 1)
    # the numbers that the ledger knows are not asked for again; then three in a row give nothing
    outlet.server.requests.clear()
    akhbar("crawl", "sarw", "--since", "2020-01-01")
    assert sorted(int(path.rpartition("/")[2]) for path in asked(outlet)) == list(range(19, 25))
    (report,) = sources(connection, "IdRange").values()
    assert report[2].endswith("numbers in a row gave no article")
