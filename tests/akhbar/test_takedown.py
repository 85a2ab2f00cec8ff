"""`akhbar takedown`: gone, said what went, and wrong use refused."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from akhbar.commands.takedown import takedown
from corpus import articles, crawls, search
from corpus.articles import Submission
from crawler.items import Article
from crawler.outlet import Outlet


@pytest.fixture
def filled(connection: Any) -> Any:
    crawl = crawls.begin(connection, Outlet("x", country="IQ", timezone="UTC", slug="one"))
    batch = [
        Article(
            url=f"https://one.example/{n}",
            canonical_url=f"https://one.example/{n}",
            headline=f"خبر {n}",
            body=f"نص {n}",
        )
        for n in range(3)
    ]
    articles.store(connection, crawl, [Submission(article=article) for article in batch])
    crawls.finish(connection, crawl)
    return connection


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data directory of the commands under test."""
    monkeypatch.setenv("AKHBAR_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(takedown, list(arguments))


def test_takedown_of_an_address_as_people_paste_it(filled: Any) -> None:
    tried = run("https://one.example/1?utm_source=x#top", "--why", "طلب", "--dry-run")
    assert tried.exit_code == 0 and "would be removed" in tried.stderr
    assert len(search.search(filled, "")) == 3
    ended = run("https://one.example/1?utm_source=x#top", "--why", "طلب", "--json")
    assert ended.exit_code == 0, ended.output
    assert [article["headline"] for article in json.loads(ended.stdout)["articles"]] == ["خبر 1"]
    assert {hit.headline for hit in search.search(filled, "")} == {"خبر 0", "خبر 2"}


def test_takedown_by_search_and_by_outlet(filled: Any) -> None:
    assert "1 article removed" in run("--match", "خبر 2", "--why", "طلب").stderr
    assert "2 articles removed" in run("--outlet", "one", "--why", "طلب").stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("--why", "x"),
        ("--dry-run",),
        ("https://one.example/1",),
        ("u", "--outlet", "one", "--why", "x"),
        ("--outlet", "no", "--why", "x"),
    ],
)
def test_wrong_use_removes_nothing(filled: Any, arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2
    assert len(search.search(filled, "")) == 3


def archived(home: Path) -> str:
    return "\n".join(
        gzip.decompress(path.read_bytes()).decode("utf-8", "replace")
        for path in (home / "archive").rglob("*.warc.gz")
    )


@pytest.mark.slow
def test_the_archive_forgets_what_was_taken_down_and_replays_the_rest(
    akhbar: Callable[..., Any], outlet: Any, connection: Any, tmp_path: Path
) -> None:
    secret = "مرجانة النادرة"
    urls = [outlet.publish(number) for number in range(3)]
    outlet.publish(1, headline=secret)
    assert akhbar("crawl", "sarw").status == 0
    assert akhbar("crawl", "sarw").status == 0  # the sitemap has not changed: a revisit record names it
    home = tmp_path / "home"
    assert archived(home).count("server-not-modified") == 1
    outlet.publish(
        1, headline=f"{secret} بعد التعديل"
    )  # its first version lies in the archive, named by no row
    outlet.announce(urls, updated=datetime.now(UTC) + timedelta(minutes=1))
    assert akhbar("crawl", "sarw", "--json").json()[0]["this_crawl"] == {
        "revised": 1,
        "unchanged": 2,
        "unchanged/not_modified": 2,
    }
    assert archived(home).count(secret) >= 4  # title and heading, twice
    journal = home / "reextract" / "0.jsonl"
    journal.parent.mkdir()
    journal.write_text(secret, encoding="utf-8")

    ended = akhbar("takedown", urls[1], "--why", "x", "--json")
    assert ended.status == 0, ended.notes
    said = ended.json()["archive"]
    assert (said["erased"] >= 4, said["left"], said["missing"]) == (True, [], [])  # the sitemaps name it, too
    assert secret not in archived(home) and "/news/1" not in archived(home)
    assert not journal.exists()
    assert "0 records erased" in akhbar("takedown").output
    reread = akhbar("reextract", "--json").json()
    assert (reread["read"], reread["same"]) == (2, 2), reread

    asked = len(outlet.server.requests)
    replayed = akhbar("crawl", "sarw", "--archive", str(home / "archive"), "--json")
    assert replayed.json()[0]["ledger"]["rejected"] == {"takedown": 1}, replayed.notes
    assert replayed.json()[0]["ledger"]["holds"] and len(outlet.server.requests) == asked


@pytest.mark.slow
def test_a_missing_file_is_told_and_erased_when_it_is_there(
    akhbar: Callable[..., Any], outlet: Any, connection: Any, tmp_path: Path
) -> None:
    url = outlet.publish(1)
    assert akhbar("crawl", "sarw").status == 0
    archive, away = tmp_path / "home" / "archive", tmp_path / "away"
    archive.rename(away)
    ended = akhbar("takedown", url, "--why", "x")
    assert ended.status == 0 and "0 records erased" in ended.output
    assert "missing in this archive: sarw/sarw-" in ended.notes
    away.rename(archive)
    assert "0 records" not in akhbar("takedown").output and url not in archived(tmp_path / "home")
    assert akhbar("takedown").notes == ""


@pytest.mark.slow
def test_an_outlet_that_was_taken_down_is_asked_nothing(
    akhbar: Callable[..., Any], outlet: Any, connection: Any, tmp_path: Path
) -> None:
    outlet.publish(1)
    assert akhbar("crawl", "sarw").status == 0
    ended = akhbar("takedown", "--outlet", "sarw", "--why", "x")
    assert ended.status == 0 and list((tmp_path / "home" / "archive" / "sarw").iterdir()) == []
    asked = len(outlet.server.requests)
    refused = akhbar("crawl", "sarw")
    assert refused.status == 2
    assert refused.notes.strip() == "sarw: The outlet sarw was taken down; it is not crawled any more."
    assert len(outlet.server.requests) == asked
    (tmp_path / "outlets" / "sarw.py").unlink()  # no file of its own: neither does a probe ask it
    unlisted = akhbar("crawl", f"{outlet.root}/")
    assert unlisted.status == 2 and "was taken down" in unlisted.notes
    assert len(outlet.server.requests) == asked
