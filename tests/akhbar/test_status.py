"""`akhbar status` as a person reads it on a narrow terminal, and the ledger's sums behind it."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from psycopg2.extensions import connection as Connection
from rich.console import Console

from akhbar.commands import group
from corpus import announcements, claims, endings, ledger
from corpus.crawls import begin, finish
from crawler.candidate import Candidate
from crawler.outlet import Outlet


def outlet_of(slug: str) -> Outlet:
    return Outlet(
        f"صحيفة {slug}", country="IQ", timezone="Asia/Baghdad", slug=slug, hosts=(f"{slug}.example",)
    )


@pytest.fixture
def crawled(connection: Connection) -> Connection:
    """A well outlet with two fifths of its day's articles without the authors that all had, and an unwell one."""
    for slug, verdict, kept in (
        ("sarw", "healthy", {}),
        ("nakhil_of_a_long_name", "relaid", {"losses": {"words": [41, 310], "share": [0.1, None]}}),
    ):
        crawl = begin(connection, outlet_of(slug))
        announcements.record(
            connection, crawl, [Candidate(url=f"https://{slug}.example/{n}", source="s") for n in range(5)]
        )
        (first, second, *_) = claims.claim(connection, crawl, 5)
        ended = [
            endings.Ending(id=first.id or 0, state="rejected", reason="listing", status=200),
            endings.Ending(id=second.id or 0, state="failed", reason="timeout"),
        ]
        endings.end(connection, crawl, ended)
        if slug != "sarw":
            finish(connection, crawl, verdict=verdict, counts=kept)
            continue
        with connection, connection.cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO akhbar.articles (outlet_id, url, canonical_url, canonical_hash, headline, body,
                    content_hash, word_count, first_seen_at, last_seen_at, changed_at, search, authors)
                SELECT o.id, n, n, sha256(n::text::bytea), 'عنوان', 'نص', '', 1, at, at, at, '',
                    CASE WHEN n < 40 OR n %% 5 < 3 THEN ARRAY['كاتب'] ELSE '{}' END
                FROM akhbar.outlets o, generate_series(0, 69) n,
                    LATERAL (SELECT now() - CASE WHEN n < 40 THEN interval '3 days' ELSE interval '1 hour' END AS at) t
                WHERE o.slug = %s
                """,
                (slug,),
            )
        finish(connection, crawl, verdict=verdict, counts=kept)
    return connection


def test_eighty_columns_hold_the_table_and_why_stands_below(
    crawled: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    why = "lost: pages with an article 10%, words 41 (was 310) · listing 1, timeout 1"
    shown = CliRunner().invoke(group, ["status"], standalone_mode=False)
    assert shown.return_value == 3
    _, unwell, well = shown.output.splitlines()
    assert unwell.startswith("nakhil_of_a_long_name relaid") and why in unwell
    assert "0·60↓·0·0" in well and "fewer with authors" in well

    monkeypatch.setattr(
        "akhbar.commands.status.data_console", lambda: Console(highlight=False, width=80, soft_wrap=True)
    )
    narrow = CliRunner().invoke(group, ["status"], standalone_mode=False).output.splitlines()
    assert max(len(line) for line in narrow[:3]) <= 80
    assert narrow[1].startswith("nakhil_of_a_l… relaid") and "0·60↓·0·0" in narrow[2]
    assert narrow[3:] == [f"nakhil_of_a_long_name relaid: {why}", "sarw healthy: fewer with authors"]


def test_the_sums_of_all_are_those_of_each(crawled: Connection) -> None:
    sums = ledger.ledger_sums(crawled)
    for slug, found in sums.items():
        each = ledger.ledger_sum(crawled, outlet=slug)
        assert found == each and found.moved == each.moved and found.holds
        assert (found.discovered, found.rejected, found.failed) == (5, {"listing": 1}, {"timeout": 1})
    with crawled, crawled.cursor() as cursor:
        cursor.execute("DELETE FROM akhbar.candidates WHERE url = 'https://sarw.example/4'")
    sums = ledger.ledger_sums(crawled)
    assert {slug: found.holds for slug, found in sums.items()} == {
        "sarw": False,
        "nakhil_of_a_long_name": True,
    }
