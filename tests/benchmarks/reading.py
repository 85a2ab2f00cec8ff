"""Our whole record a page against trafilatura's calls, in one run, on one core.

Run with `python -m tests.benchmarks.reading` from the project's root. Reads ../shared/pages where that folder is
there, and the project's fixtures always. Times are CPU milliseconds, the least of several rounds taken in turn.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import trafilatura

from crawler.extraction.reader import read
from crawler.items import Article

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 5


def cases() -> list[tuple[Path, dict[str, Any]]]:
    """Pages with what they should give: real ones beside the project, and our fixtures."""
    shared = ROOT.parent / "shared" / "pages"
    pairs = [(page, shared / "gold" / f"{page.stem}.json") for page in sorted(shared.glob("*.html"))]
    pairs += [(page, page.with_suffix(".json")) for page in sorted((ROOT / "fixtures").glob("**/*.html"))]
    return [(page, json.loads(gold.read_text(encoding="utf-8"))) for page, gold in pairs if gold.exists()]


def words(text: str | None) -> Counter[str]:
    return Counter(re.findall(r"\w+", text or ""))


def overlap(found: str | None, gold: str) -> tuple[float, float, float]:
    ours, theirs = words(found), words(gold)
    same = sum((ours & theirs).values())
    precision, recall = same / max(1, sum(ours.values())), same / max(1, sum(theirs.values()))
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def cpu(call: Callable[[], object]) -> float:
    start = time.process_time()
    call()
    return (time.process_time() - start) * 1000


def main() -> int:
    pages = cases()
    if not pages:
        print("no pages to read")
        return 1
    os.environ.setdefault("TZ", "UTC")
    engines: dict[str, Callable[[str, bytes], Any]] = {
        "akhbar": lambda url, page: read(page, url or None),
        "trafilatura": lambda url, page: trafilatura.bare_extraction(
            page, url=url or None, with_metadata=True
        ),
        "trafilatura precision": lambda url, page: trafilatura.bare_extraction(
            page, url=url or None, with_metadata=True, favor_precision=True
        ),
    }
    times: dict[str, dict[Path, float]] = {name: {} for name in engines}
    answers: dict[str, dict[Path, Any]] = {name: {} for name in engines}
    for turn in range(ROUNDS + 1):  # the first round warms up
        for path, gold in pages:
            body = path.read_bytes()
            for name, engine in engines.items():

                def call(
                    name: str = name,
                    engine: Any = engine,
                    path: Path = path,
                    gold: Any = gold,
                    body: bytes = body,
                ) -> None:
                    answers[name][path] = engine(gold.get("url") or "", body)

                spent = cpu(call)
                if turn:
                    times[name][path] = min(spent, times[name].get(path, spent))
    print(f"{'page':34}{'engine':24}{'ms':>7}{'P':>7}{'R':>7}{'F1':>7}  headline authors day")
    for path, gold in pages:
        for name in engines:
            answer = answers[name][path]
            row = judge(answer, gold)
            print(f"{path.stem[:32]:34}{name:24}{times[name][path]:7.1f}{row}")
    base = sum(times["trafilatura"].values())
    print(f"\n{'mean ms a page, and its share of trafilatura with metadata':58}")
    for name in engines:
        total = sum(times[name].values())
        print(f"  {name:24}{total / len(pages):8.1f}{total / base:8.2f}")
    print("\nmean body F1")
    for name in engines:
        scores = [
            overlap(body_of(answers[name][path]), gold["body"])[2]
            for path, gold in pages
            if gold.get("body") and "kind" not in gold
        ]
        if scores:
            print(f"  {name:24}{sum(scores) / len(scores):8.3f}  least {min(scores):.3f}")
    return 0


def body_of(answer: Any) -> str:
    if isinstance(answer, Article):
        return answer.body
    return (getattr(answer, "text", "") or "") if answer is not None else ""


def judge(answer: Any, gold: dict[str, Any]) -> str:
    if gold.get("kind") == "rejected":
        reason = getattr(answer, "reason", None)
        return f"{'':21}  {'rejected ' + reason if reason else 'kept'} (gold: {gold.get('reason')})"
    if answer is None or not body_of(answer):
        return f"{'':21}  {getattr(answer, 'reason', 'nothing')}"
    precision, recall, f1 = overlap(body_of(answer), gold.get("body") or "")
    if isinstance(answer, Article):
        headline, authors = answer.headline, answer.authors
        day = answer.published_at.isoformat()[:10] if answer.published_at else None
    else:
        headline, day = answer.title, answer.date
        authors = [name.strip() for name in (answer.author or "").split(";") if name.strip()]
    wanted = gold.get("headline") or gold.get("title")
    wanted_day = (gold.get("published_at") or gold.get("published") or "")[:10] or None
    marks = [headline == wanted, set(authors) == set(gold.get("authors") or []), day == wanted_day]
    return f"{precision:7.3f}{recall:7.3f}{f1:7.3f}  " + "".join(
        f"{'yes' if mark else 'NO':9}" for mark in marks
    )


if __name__ == "__main__":
    sys.exit(main())
