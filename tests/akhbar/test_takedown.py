"""`akhbar takedown`: gone, said what went, and wrong use refused."""

from __future__ import annotations

import json
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
    assert "1 articles removed" in run("--match", "خبر 2", "--why", "طلب").stderr
    assert "2 articles removed" in run("--outlet", "one", "--why", "طلب").stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("--why", "x"),
        ("https://one.example/1",),
        ("u", "--outlet", "one", "--why", "x"),
        ("--outlet", "no", "--why", "x"),
    ],
)
def test_wrong_use_removes_nothing(filled: Any, arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2
    assert len(search.search(filled, "")) == 3
