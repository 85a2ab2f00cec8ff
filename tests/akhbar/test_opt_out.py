"""What an outlet reserves: recorded by a crawl, shown by host, left out of exports unless asked for."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from psycopg2.extensions import connection as Connection

from akhbar.demo.site import Document
from crawler.network.warc_index import Index

pytestmark = pytest.mark.slow

Command = Callable[..., Any]


def reserve(outlet: Any, number: int, *headers: tuple[str, str], meta: str = "") -> str:
    """Publish article `number` with these headers and this meta tag."""
    url = outlet.publish(number)
    html = outlet.pages[url].replace("<head>", f"<head>{meta}")
    outlet.site.add(f"/news/{number}", Document(html.encode(), "text/html; charset=utf-8", headers=headers))
    return str(url)


@pytest.fixture
def crawled(akhbar: Command, outlet: Any) -> Any:
    outlet.publish(0)
    reserve(outlet, 1, ("X-Robots-Tag", "noai"), ("tdm-reservation", "1"))
    reserve(outlet, 2, meta='<meta name="robots" content="noarchive">')
    reserve(outlet, 3, ("X-Robots-Tag", "otherbot: noai"), ("X-Robots-Tag", "noimageai"))
    ended = akhbar("crawl", "sarw", "--json")
    assert ended.json()[0]["ledger"]["stored"] == 4, ended.notes
    return outlet


def recorded(connection: Connection) -> dict[int, list[str]]:
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT url, opt_out FROM corpus.articles ORDER BY url")
        return {int(url.rpartition("/")[2]): signals for url, signals in cursor.fetchall()}


def test_signals_are_kept_by_article_and_by_host(crawled: Any, connection: Connection) -> None:
    assert recorded(connection) == {0: [], 1: ["noai", "tdm-reservation"], 2: ["noarchive"], 3: ["noimageai"]}
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT outlet, host, signal, articles FROM corpus.opt_outs ORDER BY signal")
        assert cursor.fetchall() == [
            ("sarw", "127.0.0.1", signal, 1)
            for signal in ("noai", "noarchive", "noimageai", "tdm-reservation")
        ]


def test_what_a_host_reserves_for_all_its_pages_is_asked_once_a_day(
    akhbar: Command, outlet: Any, connection: Connection, tmp_path: Path
) -> None:
    file = "/.well-known/tdmrep.json"
    rules = [{"location": "/news/1", "tdm-reservation": 0}, {"location": "/news/*", "tdm-reservation": 1}]
    outlet.site.add(file, Document(json.dumps(rules).encode(), "application/json"))
    outlet.publish(0)
    outlet.publish(1)
    ended = akhbar("crawl", "sarw", "--json")
    assert recorded(connection) == {0: ["tdm-reservation"], 1: []}
    assert ended.json()[0]["receipt"][outlet.server.address]["tdmrep"][outlet.root]["rules"] == 2
    paths = [path for _, path, _ in outlet.server.requests]
    assert paths.index(file) < min(paths.index(f"/news/{number}") for number in (0, 1))
    outlet.publish(2)
    akhbar("crawl", "sarw")
    assert outlet.fetched(file) == 1 and recorded(connection)[2] == ["tdm-reservation"]
    # read from the archive, as if the corpus had seen them earlier only, the pages are as reserved as the host says now
    with connection, connection.cursor() as cursor:
        cursor.execute("UPDATE akhbar.candidates SET archive = NULL")
        cursor.execute("UPDATE akhbar.revisions SET seen_at = seen_at - interval '1 day'")
        cursor.execute(
            "UPDATE akhbar.articles SET last_seen_at = last_seen_at - interval '1 day', opt_out = '{}'"
        )
    replayed = akhbar("crawl", "sarw", "--json", "--archive", str(tmp_path / "home" / "archive"))
    assert replayed.json()[0]["this_crawl"] == {"unchanged": 3}
    assert recorded(connection) == {0: ["tdm-reservation"], 1: [], 2: ["tdm-reservation"]}
    assert outlet.fetched(file) == 1


def test_the_archive_holds_no_page_that_says_noarchive(
    crawled: Any, connection: Connection, environment: dict[str, str]
) -> None:
    index = Index()
    for path in Path(environment["AKHBAR_HOME"], "archive", "sarw").iterdir():
        index.add_file(path, ())
    assert sorted(page.rpartition("/")[2] for page in index.pages) == ["0", "1", "3"]
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT url FROM akhbar.candidates WHERE archive IS NULL")
        assert [url.rpartition("/")[2] for (url,) in cursor.fetchall()] == ["2"]


def test_an_outlet_may_change_its_mind(akhbar: Command, crawled: Any, connection: Connection) -> None:
    # a byte more, or the server answers 304 and the signals stay as they were
    urls = [reserve(crawled, 0, ("X-Robots-Tag", "noarchive"), meta=" "), reserve(crawled, 1, meta=" ")]
    crawled.announce(urls, updated=datetime.now(UTC) + timedelta(minutes=1))
    ended = akhbar("crawl", "sarw", "--json")
    assert ended.json()[0]["this_crawl"] == {"unchanged": 2}
    assert recorded(connection) == {0: ["noarchive"], 1: [], 2: ["noarchive"], 3: ["noimageai"]}
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT url FROM akhbar.candidates WHERE archive IS NULL ORDER BY url")
        assert [url.rpartition("/")[2] for (url,) in cursor.fetchall()] == ["0", "2"]


def test_an_export_leaves_reserved_articles_out_and_says_so(
    akhbar: Command, crawled: Any, tmp_path: Path
) -> None:
    ended = akhbar("export", "free.jsonl", "--json")
    assert "2 articles left out" in ended.notes and "--include-opted-out" in ended.notes
    rows = [json.loads(line) for line in (tmp_path / "free.jsonl").read_text("utf-8").splitlines()]
    assert sorted(row["opt_out"] for row in rows) == [[], ["noimageai"]]
    manifest = json.loads((tmp_path / "free.jsonl.manifest.json").read_text("utf-8"))
    assert manifest["opted_out"] == {"articles": 2, "noai": 1, "noarchive": 1, "tdm-reservation": 1}
    assert "include_opted_out" not in manifest["query"]

    everything = akhbar("export", "all.csv", "--include-opted-out", "--json").json()
    assert (everything["rows"], everything["opted_out"]) == (4, {})
    assert everything["query"] == {"include_opted_out": True}
    # the search's filters and the limit count what they mean
    none = akhbar("export", "some.jsonl", "--limit", "1", "--section", "لا أحد", "--json").json()
    assert none["opted_out"] == {}
