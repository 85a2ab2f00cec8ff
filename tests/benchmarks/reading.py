"""Our whole record a page against the readers that others would use, in one run, on one core.

Run with `python -m tests.benchmarks.reading [--pages]` from the project's root; `--pages` adds a line a page. Reads
../shared/pages where that folder is there, and the project's fixtures always. Peers take part where they are
installed (tests/benchmarks/requirements.txt). Times are CPU milliseconds, the least of several rounds taken in turn.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from tests.benchmarks.engines import Engine, Reading, engines
from tests.benchmarks.score import Case, fixture_cases, score, shared_cases, summarise

ROUNDS = 4
BASE = "trafilatura"


def main() -> int:
    """Prints one table for every set of pages."""
    os.environ.setdefault("TZ", "UTC")
    for name, cases in (("../shared/pages", shared_cases()), ("fixtures", fixture_cases())):
        if cases:
            compare(name, cases, each="--pages" in sys.argv)
    return 0


def compare(name: str, cases: list[Case], *, each: bool) -> None:
    """Reads the pages with every engine and prints what came out."""
    found: dict[str, dict[Path, Reading]] = {}
    spent: dict[str, float] = {}
    for engine, read in engines().items():
        found[engine], spent[engine] = run(read, cases)
    print(f"\n{name}: {len(cases)} pages")
    print(
        f"{'':24}{'ms':>8}{'share':>7}{'P':>7}{'R':>7}{'F1':>7}{'least':>7}{'headline':>10}{'authors':>9}{'day':>7}"
    )
    for engine, readings in found.items():
        total = summarise([score(readings[path], gold) for path, gold in cases])
        share = spent[engine] / spent[BASE]
        print(
            f"{engine:24}{spent[engine]:8.1f}{share:7.2f}{total.precision:7.3f}{total.recall:7.3f}"
            f"{total.f1:7.3f}{total.least_f1:7.3f}{total.headline:10.3f}{total.authors:9.3f}{total.day:7.3f}"
        )
    for path, gold in cases if each else ():
        for engine, readings in found.items():
            one = score(readings[path], gold)
            marks = " ".join(
                f"{field}:{'yes' if getattr(one, field) else 'NO'}"
                for field in ("headline", "authors", "day")
            )
            print(
                f"  {path.parent.name}/{path.stem:40}{engine:24}{one.f1:7.3f}  {marks} {readings[path].note}"
            )


def run(read: Engine, cases: list[Case]) -> tuple[dict[Path, Reading], float]:
    """What an engine makes of the pages, and its mean CPU milliseconds a page."""
    readings: dict[Path, Reading] = {}
    least: dict[Path, float] = {}
    for turn in range(ROUNDS + 1):  # the first round warms up
        for path, gold in cases:
            body = path.read_bytes()
            start = time.process_time()
            try:
                readings[path] = read(gold.get("url") or "", body)
            except Exception as fault:  # a peer's crash is a result too
                readings[path] = Reading(note=f"{type(fault).__name__}: {fault}"[:80])
            spent = (time.process_time() - start) * 1000
            if turn:
                least[path] = min(spent, least.get(path, spent))
    return readings, sum(least.values()) / len(least)


if __name__ == "__main__":
    sys.exit(main())
