"""`akhbar crawl` on a loopback outlet: the whole way, and every way in which it may be cut short."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from psycopg2.extensions import connection as Connection

from corpus.account import read_account
from tests.akhbar.conftest import start_crawl

Command = Callable[..., Any]


def test_a_crawl_stores_what_is_announced_and_a_second_one_fetches_nothing_again(
    akhbar: Command, outlet: Any
) -> None:
    for number in range(12):
        outlet.publish(number)
    first = akhbar("crawl", "sarw", "--json")
    assert first.status == 0, first.notes
    ledger = first.json()[0]["ledger"]
    assert (ledger["discovered"], ledger["stored"], ledger["pending"], ledger["holds"]) == (12, 12, 0, True)

    outlet.publish(12)
    second = akhbar("crawl", "sarw", "--json")
    assert second.json()[0]["ledger"]["stored"] == 13
    assert second.json()[0]["this_crawl"] == {"stored": 1}
    assert [outlet.fetched(f"/news/{number}") for number in range(13)] == [1] * 13


def test_every_ending_has_its_reason_and_an_unchanged_source_is_not_read_again(
    akhbar: Command, outlet: Any
) -> None:
    outlet.publish(1)
    outlet.publish(
        2,
        html="<html><body><h1>الصفحة غير موجودة</h1><p>عذرا، الصفحة التي تبحث عنها غير موجودة</p></body></html>",
    )
    outlet.announce([*outlet.pages, f"{outlet.root}/news/404"])
    ended = akhbar("crawl", "sarw", "--json")
    ledger = ended.json()[0]["ledger"]
    assert ledger["holds"] and ledger["discovered"] == 3 and ledger["stored"] == 1
    assert ledger["rejected"].get("http_404") == 1
    assert sum(ledger["rejected"].values()) == 2

    assert akhbar("crawl", "sarw", "--json").json()[0]["ledger"] == ledger
    statuses = [status for _, path, status in outlet.server.requests if path == "/sitemap.xml"]
    assert statuses == [200, 304]


@pytest.mark.slow
def test_an_edited_article_is_a_second_revision(akhbar: Command, outlet: Any) -> None:
    url = outlet.publish(1)
    akhbar("crawl", "sarw")
    outlet.publish(1, headline="عنوان عدلته الصحيفة بعد النشر")
    outlet.announce([url], updated=datetime.now(UTC) + timedelta(minutes=1))
    ended = akhbar("crawl", "sarw", "--json")
    assert ended.json()[0]["this_crawl"] == {"revised": 1}
    shown = akhbar("show", url, "--history", "--json").json()
    assert shown["headline"] == "عنوان عدلته الصحيفة بعد النشر"
    assert len(shown["revisions"]) == 2


@pytest.mark.slow
def test_limit_and_resume(akhbar: Command, outlet: Any) -> None:
    for number in range(6):
        outlet.publish(number)
    first = akhbar("crawl", "sarw", "--limit", "2", "--json").json()[0]["ledger"]
    assert (first["stored"], first["pending"], first["holds"]) == (2, 4, True)
    second = akhbar("crawl", "sarw", "--json").json()[0]["ledger"]
    assert (second["stored"], second["pending"]) == (6, 0)


def wait_until(outlet: Any, pages: int, limit: float = 60.0) -> None:
    """Until the server has answered for so many article pages."""
    end = time.monotonic() + limit
    while sum(1 for _, path, _ in outlet.server.requests if path.startswith("/news/")) < pages:
        assert time.monotonic() < end, "the crawl did not get there"
        time.sleep(0.02)


@pytest.mark.slow
def test_ctrl_c_ends_cleanly_and_the_next_crawl_goes_on(
    akhbar: Command, outlet: Any, environment: dict[str, str], tmp_path: Path, connection: Connection
) -> None:
    for number in range(60):
        outlet.publish(number)
    # at this pace the pages in hand would take a minute
    outlet.write_file(DOWNLOAD_DELAY=1)
    process = start_crawl(environment, tmp_path, "sarw")
    wait_until(outlet, 3)
    process.send_signal(signal.SIGINT)
    _, notes = process.communicate(timeout=20)
    assert "interrupted" in notes
    states = {entry.state for entry in read_account(connection, ["sarw"])}
    assert states == {"stored", "pending"}

    outlet.write_file(DOWNLOAD_DELAY=0, CONCURRENT_REQUESTS_PER_DOMAIN=8)
    ledger = akhbar("crawl", "sarw", "--json").json()[0]["ledger"]
    assert (ledger["discovered"], ledger["stored"], ledger["holds"]) == (60, 60, True)


@pytest.mark.parametrize(
    "pages",
    [17, *(pytest.param(pages, marks=pytest.mark.slow) for pages in (0, 1, 35))],
)
def test_a_crawl_killed_at_any_moment_loses_nothing(
    akhbar: Command,
    outlet: Any,
    environment: dict[str, str],
    tmp_path: Path,
    connection: Connection,
    pages: int,
) -> None:
    for number in range(40):
        outlet.publish(number)
    process = start_crawl(environment, tmp_path, "sarw")
    if pages:
        wait_until(outlet, pages)
    else:
        time.sleep(1.0)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=30)

    ended = akhbar("crawl", "sarw", "--json")
    assert ended.status == 0, ended.notes
    ledger = ended.json()[0]["ledger"]
    assert (ledger["discovered"], ledger["stored"], ledger["holds"]) == (40, 40, True)
    articles = [entry.article_id for entry in read_account(connection, ["sarw"])]
    assert len(articles) == len(set(articles)) == 40


@pytest.mark.slow
def test_a_second_crawl_of_the_outlet_is_refused_and_names_the_first(
    akhbar: Command, outlet: Any, environment: dict[str, str], tmp_path: Path
) -> None:
    for number in range(30):
        outlet.publish(number)
    outlet.write_file(DOWNLOAD_DELAY=0.3)
    process = start_crawl(environment, tmp_path, "sarw")
    try:
        wait_until(outlet, 1)
        second = akhbar("crawl", "sarw")
        assert second.status == 4
        assert "crawl 1" in second.notes and "Traceback" not in second.notes
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


def test_wrong_use_and_missing_storage_are_one_line(akhbar: Command) -> None:
    nobody = akhbar("crawl", "sarw", AKHBAR_CONTACT=None)
    assert nobody.status == 2 and "AKHBAR_CONTACT" in nobody.notes
    unknown = akhbar("crawl", "sarv")
    assert unknown.status == 2 and "sarw" in unknown.notes
    away = akhbar("crawl", "sarw", AKHBAR_DATABASE_URL="postgresql://someone:s3cret@127.0.0.1:9/none")
    assert away.status == 75
    lines = [line for line in away.notes.splitlines() if line.strip()]
    assert len(lines) == 1 and "s3cret" not in away.notes
