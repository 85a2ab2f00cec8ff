"""The verdict on an outlet, from a crawl's counts, its sources' reports and the outlet's history."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from corpus.history import History, Past
from crawler.items import Article, SourceReport
from pipelines.fields import FieldCount
from pipelines.verdict import find_losses, judge

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def source(**facts: Any) -> SourceReport:
    return SourceReport(
        **{"url": "https://sarw.example/rss", "kind": "Feed", "status": 200, "listed": 20, **facts}
    )


def verdict_of(
    counts: dict[str, int], reports: Sequence[SourceReport], history: History | None = None
) -> str:
    """The verdict on a crawl that kept nothing of its articles but their number."""
    return judge(counts, reports, losses=find_losses(FieldCount().rates(counts), history or History()))


@pytest.mark.parametrize(
    ("counts", "reports", "verdict"),
    [
        ({"stored": 12, "rejected": 2, "rejected/http_404": 2}, [source()], "healthy"),
        ({}, [source(status=304, listed=0)], "healthy"),
        ({}, [source(listed=0)], "silent"),
        (
            {},
            [source(status=None, listed=0, reason="timeout"), source(status=500, reason="http_500")],
            "broken",
        ),
        ({"stored": 3}, [source(reason="timeout", listed=0), source()], "healthy"),
        ({}, [source(status=403, listed=0, reason="http_403")], "blocked"),
        ({"failed": 9, "failed/http_403": 8, "failed/timeout": 1, "stored": 1}, [source()], "blocked"),
        ({"rejected": 9, "rejected/no_body": 9, "stored": 1}, [source()], "relaid"),
        ({"rejected": 4, "rejected/no_body": 4}, [source()], "healthy"),  # four pages prove nothing
        ({"failed": 30, "failed/robots_unreachable": 30}, [source()], "healthy"),
        ({"unchanged": 40, "rejected": 6, "rejected/listing": 6}, [source()], "healthy"),
        # what was not sent was not read, and does not outweigh what was
        (
            {"unchanged": 40, "unchanged/not_modified": 40, "rejected": 6, "rejected/no_body": 6},
            [source()],
            "relaid",
        ),
        ({"unchanged": 40, "unchanged/not_modified": 40}, [source(status=304, listed=0)], "healthy"),
    ],
)
def test_what_one_crawl_says(counts: dict[str, int], reports: list[SourceReport], verdict: str) -> None:
    assert verdict_of(counts, reports) == verdict


@pytest.mark.parametrize(
    ("articles_today", "verdict"), [(None, "healthy"), (40, "healthy"), (39, "thin"), (0, "silent")]
)
def test_what_the_outlet_calls_healthy(articles_today: int | None, verdict: str) -> None:
    assert judge({}, [source()], articles_today=articles_today, daily_articles=range(40, 400)) == verdict


USUAL: dict[str, float] = {
    "articles": 40, "pages": 40, "found": 40, "share": 1.0, "original": 1.0, "headline": 1.0,
    "words": 300.0, "spread": 0.5, "published_at": 1.0, "authors": 0.8, "section": 0.1,
}  # fmt: skip


def few(count: int, **shares: float) -> dict[str, float]:
    return {**USUAL, "articles": count, "pages": count, "found": count, **shares}


def after(*usual: dict[str, float], before: Sequence[Past] = ()) -> History:
    return History(usual=[Past(fields) for fields in usual], before=before)


@pytest.mark.parametrize(
    ("fields", "history", "lost"),
    [
        ({**USUAL, "words": 250.0, "authors": 0.6}, after(*[USUAL] * 3), set()),
        ({**USUAL, "authors": 0.1}, after(*[USUAL] * 3), {"authors"}),
        ({**USUAL, "published_at": 0.2}, after(USUAL), {"published_at"}),
        ({**USUAL, "words": 60.0}, after(USUAL), {"words"}),
        ({**USUAL, "words": 1500.0}, after(USUAL), {"words"}),
        ({**USUAL, "found": 8, "share": 0.2}, after(USUAL), {"share"}),
        # every page gives the same text, or the same headline: that of a wall before it
        ({**USUAL, "original": 0.1}, after(USUAL), {"original"}),
        ({**USUAL, "headline": 0.03}, after(USUAL), {"headline"}),
        # a field that the outlet never had much of is not missed
        ({**USUAL, "section": 0.0}, after(*[USUAL] * 3), set()),
        # nor one that comes and goes, however much it is there on the whole
        ({**USUAL, "authors": 0.0}, after(USUAL, {**USUAL, "authors": 0.0}, USUAL), set()),
        # too few articles tell nothing, now or before
        (few(2, authors=0.0), after(*[USUAL] * 3), set()),
        ({**USUAL, "authors": 0.0}, after(few(2)), set()),
        ({**USUAL, "authors": 0.0}, after(), set()),
        # but many few are enough
        ({**USUAL, "authors": 0.0}, after(*[few(2)] * 20), {"authors"}),
    ],
)
def test_a_field_that_the_outlet_always_had_is_missed(
    fields: dict[str, float], history: History, lost: set[str]
) -> None:
    assert find_losses(fields, history).keys() == lost


def test_small_crawls_are_judged_together_and_none_lifts_what_it_cannot_see() -> None:
    bad = {"published_at": (0.0, 0.99)}
    small = [Past(few(2, published_at=0.0)), Past(few(2, published_at=0.0)), Past(few(40))]
    history = after(*[USUAL] * 3, before=small)
    assert find_losses(few(2, published_at=0.0), history).keys() == {"published_at"}
    # two good pages and then four: still too few to tell; the six of three crawls say that all is well
    after_loss = after(*[USUAL] * 3, before=[Past(few(40, published_at=0.0), bad)])
    assert find_losses(few(2), after_loss) == bad
    assert find_losses({"articles": 0, "pages": 0, "found": 0}, after_loss) == bad
    two = after(*[USUAL] * 3, before=[Past(few(2), bad), Past(few(2), bad), Past(few(40), bad)])
    assert find_losses(few(2), two) == {}


@pytest.mark.parametrize(
    ("seed", "crawls"),
    [(0, 250), *(pytest.param(seed, 1_000, marks=pytest.mark.slow) for seed in range(3))],
)
def test_chance_alone_is_no_loss(seed: int, crawls: int) -> None:
    """Sections that credit names differently take turns; days are short and long. 3,000 crawls, no alarm."""
    rng = random.Random(seed)
    past: list[Past] = []
    for _ in range(crawls):
        count = max(1, round(rng.gauss(8, 4)))
        share = rng.choice((0.9, 0.7, 0.5))
        fields = few(
            count,
            authors=sum(rng.random() < share for _ in range(count)) / count,
            section=sum(rng.random() < 0.95 for _ in range(count)) / count,
            words=300 * 2.7 ** rng.gauss(0, 0.6 / count**0.5),
            spread=0.6,
        )
        assert find_losses(fields, History(usual=past[:200], before=past[:20])) == {}
        past.insert(0, Past(fields))


def test_what_is_kept_of_a_crawl() -> None:
    count = FieldCount()
    for number, (words, hours) in enumerate(((10, 1), (1000, 3), (100, 900))):
        published = NOW - timedelta(hours=hours)
        article = Article(
            url="https://sarw.example/1", canonical_url="https://sarw.example/1", headline=f"عنوان {number % 2}",
            body=" ".join(["كلمة"] * words), published_at=published, published_precision="minute", fetched_at=NOW,
        )  # fmt: skip
        count.add(article, is_new=number != 1)
    kept = count.rates({"stored": 3, "duplicate": 1, "rejected": 1, "rejected/no_body": 1, "failed": 1})
    assert kept["words"] == pytest.approx(100) and kept["lag"] == 3600, "old and known ones have no lag"
    assert (kept["pages"], kept["found"], kept["share"]) == (6, 4, 0.667)
    assert (kept["original"], kept["headline"], kept["published_at"], kept["authors"]) == (
        0.75,
        0.667,
        1.0,
        0.0,
    )
