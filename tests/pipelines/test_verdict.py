"""The verdict on an outlet, from a crawl's counts and its sources' reports."""

from __future__ import annotations

from typing import Any

import pytest

from crawler.items import SourceReport
from pipelines.verdict import judge


def source(**facts: Any) -> SourceReport:
    return SourceReport(
        **{"url": "https://sarw.example/rss", "kind": "Feed", "status": 200, "listed": 20, **facts}
    )


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
    ],
)
def test_what_one_crawl_says(counts: dict[str, int], reports: list[SourceReport], verdict: str) -> None:
    assert judge(counts, reports) == verdict


@pytest.mark.parametrize(
    ("articles_today", "verdict"), [(None, "healthy"), (40, "healthy"), (39, "thin"), (0, "silent")]
)
def test_what_the_outlet_calls_healthy(articles_today: int | None, verdict: str) -> None:
    assert judge({}, [source()], articles_today=articles_today, daily_articles=range(40, 400)) == verdict


USUAL = {"articles": 40, "words": 300.0, "published_at": 1.0, "authors": 0.8, "section": 0.1}


@pytest.mark.parametrize(
    ("fields", "history", "verdict"),
    [
        ({**USUAL, "words": 250.0, "authors": 0.6}, [USUAL] * 3, "healthy"),
        ({**USUAL, "authors": 0.1}, [USUAL] * 3, "relaid"),
        ({**USUAL, "published_at": 0.2}, [USUAL], "relaid"),
        ({**USUAL, "words": 60.0}, [USUAL], "relaid"),
        # a field that the outlet never had much of is not missed
        ({**USUAL, "section": 0.0}, [USUAL] * 3, "healthy"),
        # too few articles, now or before, tell nothing
        ({**USUAL, "articles": 2, "authors": 0.0}, [USUAL] * 3, "healthy"),
        ({**USUAL, "authors": 0.0}, [{**USUAL, "articles": 2}], "healthy"),
        ({**USUAL, "authors": 0.0}, [], "healthy"),
    ],
)
def test_a_field_that_the_outlet_always_had_is_missed(
    fields: dict[str, float], history: list[dict[str, float]], verdict: str
) -> None:
    assert judge({"stored": 40}, [source()], fields=fields, history=history) == verdict
