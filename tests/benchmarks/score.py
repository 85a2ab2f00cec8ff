"""Pages with what they should give, and how near a reading comes to it."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.engines import Reading

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared" / "pages"
FIXTURES = ROOT / "fixtures"

Gold = dict[str, Any]
Case = tuple[Path, Gold]


def shared_cases() -> list[Case]:
    """Real pages beside the project; none where that folder is absent."""
    return _load([(page, SHARED / "gold" / f"{page.stem}.json") for page in sorted(SHARED.glob("*.html"))])


def fixture_cases() -> list[Case]:
    """The golden articles of all outlets, written by us; pages to be rejected are left to their own tests."""
    pages = _load([(page, page.with_suffix(".json")) for page in sorted(FIXTURES.glob("*/*.html"))])
    return [(page, gold) for page, gold in pages if gold["kind"] == "article"]


def _load(pairs: list[tuple[Path, Path]]) -> list[Case]:
    return [(page, json.loads(gold.read_text(encoding="utf-8"))) for page, gold in pairs if gold.exists()]


@dataclass(frozen=True, slots=True)
class Score:
    """One reading against its gold: body precision, recall and F1 over words; headline, authors and day as printed."""

    precision: float
    recall: float
    f1: float
    headline: bool
    authors: bool
    day: bool


def score(reading: Reading, gold: Gold) -> Score:
    """How near a reading comes to its gold."""
    ours, theirs = _words(reading.body), _words(gold["body"])
    same = sum((ours & theirs).values())
    precision, recall = same / max(1, sum(ours.values())), same / max(1, sum(theirs.values()))
    day = (gold.get("published_at") or gold.get("published") or "")[:10] or None
    return Score(
        precision,
        recall,
        2 * precision * recall / max(1e-9, precision + recall),
        reading.headline == (gold.get("headline") or gold.get("title")),
        sorted(reading.authors) == sorted(gold.get("authors") or []),
        reading.day == day,
    )


@dataclass(frozen=True, slots=True)
class Summary:
    """Scores of many pages: means and the least F1, and the shares of right headlines, authors and days."""

    precision: float
    recall: float
    f1: float
    least_f1: float
    headline: float
    authors: float
    day: float


def summarise(scores: list[Score]) -> Summary:
    """The summary of at least one score."""
    n = len(scores)
    return Summary(
        sum(s.precision for s in scores) / n,
        sum(s.recall for s in scores) / n,
        sum(s.f1 for s in scores) / n,
        min(s.f1 for s in scores),
        sum(s.headline for s in scores) / n,
        sum(s.authors for s in scores) / n,
        sum(s.day for s in scores) / n,
    )


def _words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text))
