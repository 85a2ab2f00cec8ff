"""Who is found to copy whom: precision and recall of stories and reprints, over planted copies.

Texts are invented (tests/benchmarks/corpus_texts.py) and stored by `corpus.articles.store`.
"""

from __future__ import annotations

import random
import statistics
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from corpus import articles, crawls
from corpus.articles import Submission
from tests.benchmarks.corpus_sample import OUTLETS, begin, fresh, made
from tests.benchmarks.corpus_texts import Planted, Writer, plant, text


def measure_quality(originals: int) -> None:
    """Precision and recall of stories and of reprints, in three orders of arrival."""
    planted = plant(Writer(7), originals)
    kinds = Counter(one.kind for one in planted)
    print(f"quality: {len(planted)} texts: " + ", ".join(f"{count} {kind}" for kind, count in kinds.items()))
    for order in ("as published", "backwards", "shuffled"):
        connection = fresh(f"quality_{order.split()[0]}")
        numbers = list(range(len(planted)))
        if order == "backwards":
            numbers.reverse()
        elif order == "shuffled":
            random.Random(3).shuffle(numbers)
        ids = _keep_planted(connection, planted, numbers)
        _judge(connection, planted, ids, order)
        connection.close()
    connection = fresh("reprints")
    _measure_reprints(connection)
    connection.close()


def _keep_planted(connection: Any, planted: Sequence[Planted], order: Sequence[int]) -> dict[int, int]:
    """Stores the texts, copies in other outlets than originals; returns article → number."""
    ids: dict[int, int] = {}
    for start in range(0, len(order), 500):
        by_outlet: dict[str, list[int]] = defaultdict(list)
        for number in order[start : start + 500]:
            by_outlet["origin" if planted[number].kind == "original" else OUTLETS[number % 5][0]].append(
                number
            )
        for slug, numbers in by_outlet.items():
            crawl = begin(connection, slug)
            for at in range(0, len(numbers), 100):
                part = numbers[at : at + 100]
                batch = [made(n, planted[n].body, 2000 - n / 10) for n in part]
                outcomes = articles.store(
                    connection, crawl, [Submission(article=article) for article in batch]
                )
                ids.update({o.article_id: n for o, n in zip(outcomes, part, strict=True) if o.article_id})
            crawls.finish(connection, crawl)
    return ids


def _judge(connection: Any, planted: Sequence[Planted], ids: dict[int, int], order: str) -> None:
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT story, array_agg(id) FROM corpus.articles GROUP BY 1 HAVING count(*) > 1")
        clusters = [{ids[id_] for id_ in members} for _, members in cursor.fetchall()]
        cursor.execute("SELECT article, original FROM corpus.copies")
        linked = {(ids[copy], ids[original]) for copy, original in cursor.fetchall()}
    true = {(n, one.copy_of) for n, one in enumerate(planted) if one.copy_of is not None}
    together = {(a, b) for cluster in clusters for a in cluster for b in cluster if a > b}
    right = together & true
    wrong = Counter(" / ".join(sorted({planted[a].kind, planted[b].kind})) for a, b in together - true)
    buckets: dict[str, list[bool]] = defaultdict(list)
    for number, original in sorted(true):
        changed = planted[number].changed
        bucket = "0–15 %" if changed <= 0.15 else "15–25 %" if changed <= 0.25 else "over 25 %"
        buckets[bucket].append((number, original) in right)
    recall = ", ".join(
        f"{name} changed {statistics.mean(hits):.4f} of {len(hits)}" for name, hits in sorted(buckets.items())
    )
    print(
        f"stories, {order:12}  precision {len(right) / max(len(together), 1):.4f}  recall {recall}"
        f"  original right {len(linked & true) / max(len(right), 1):.4f}  wrong: {dict(wrong)}"
    )


def _measure_reprints(connection: Any) -> None:
    """A paragraph of an earlier article, spelled otherwise, within another article: is it found, with its place?"""
    writer = Writer(11)
    crawl_of = {}
    first, later, truth = [], [], set()
    for number in range(400):
        body = writer.body()
        first.append(text(body))
        taken = writer.chance.randrange(len(body))
        other = writer.body()
        place = writer.chance.randrange(len(other) + 1)
        other.insert(place, [word.replace("ا", "أ", 1) for word in body[taken]])
        later.append(text(other))
        if len(body[taken]) >= 12:
            truth.add((number + 1000, place + 1, number, taken + 1))
    ids = {}
    for slug, bodies, base, hours in (("two", later, 1000, 1), ("one", first, 0, 9)):
        crawl_of[slug] = begin(connection, slug)
        for at in range(0, len(bodies), 100):
            batch = [Submission(article=made(base + n, bodies[n], hours)) for n in range(at, at + 100)]
            for n, outcome in enumerate(articles.store(connection, crawl_of[slug], batch), at):
                ids[outcome.article_id] = base + n
        crawls.finish(connection, crawl_of[slug])
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT article, paragraph, first_article, first_paragraph FROM corpus.reprints")
        found = {(ids[a], p, ids[b], q) for a, p, b, q in cursor.fetchall()}
    print(
        f"reprints: precision {len(found & truth) / max(len(found), 1):.4f}"
        f"  recall {len(found & truth) / len(truth):.4f}  of {len(truth)} planted"
    )
