"""The figures of the corpus as samples for a monitoring system: names, labels, values.

Labels are bounded: outlets (up to `MOST_OUTLETS`, beyond that the figures per outlet are left out), the words
of fixed lists, and the classes of HTTP answers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from corpus import queue
from corpus.health import Health, read_health
from corpus.ledger import ledger_sum
from corpus.transaction import Connection, transaction
from corpus.warnings import CAUSES, read_warnings
from corpus.workers import read_workers

MOST_OUTLETS = 1_000
STATES = (
    "healthy",
    "thin",
    "silent",
    "blocked",
    "relaid",
    "broken",
    "failing",
    "running",
    "stopped",
    "died",
    "new",
)


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric: `kind` is gauge or counter; samples are labels and a value."""

    name: str
    kind: str
    help: str
    samples: list[tuple[Mapping[str, str], float]] = field(default_factory=list)


def gather(connection: Connection) -> list[Metric]:
    """Every metric of the corpus now. Raises StorageUnavailable."""
    healths = read_health(connection)
    metrics = [*_of_corpus(connection, healths)]
    if len(healths) <= MOST_OUTLETS:
        metrics += _of_outlets(healths)
    return metrics


def _of_corpus(connection: Connection, healths: list[Health]) -> Iterator[Metric]:
    total = ledger_sum(connection)
    states = {
        "stored": total.stored, "unchanged": total.unchanged, "duplicate": total.duplicate,
        "rejected": sum(total.rejected.values()), "failed": sum(total.failed.values()),
        "pending": total.pending, "fetching": total.fetching,
    }  # fmt: skip
    yield _labelled("akhbar_ledger_addresses", "Addresses of the ledger by state.", "state", states)
    yield _plain("akhbar_ledger_holds", "1 while the ledger's sum holds.", total.holds)
    yield _labelled("akhbar_queue_crawls", "Crawls in the queue.", "state", queue.count_jobs(connection))
    workers = Counter(worker.state for worker in read_workers(connection))
    yield _labelled(
        "akhbar_workers", "Workers of the last day.", "state",
        {state: workers[state] for state in ("alive", "stopped", "gone")},
    )  # fmt: skip
    causes = Counter(warning.cause for warning in read_warnings(connection))
    yield _labelled(
        "akhbar_warnings", "Open warnings by cause.", "cause", {cause: causes[cause] for cause in CAUSES}
    )
    outlets = Counter(health.state for health in healths)
    yield _labelled(
        "akhbar_outlets", "Outlets by state.", "state", {state: outlets[state] for state in STATES}
    )
    with transaction(connection) as cursor:
        cursor.execute(
            "SELECT pg_database_size(current_database()), p.delays[1], p.delays[2], p.delays[3] FROM ("
            " SELECT percentile_cont(ARRAY[0.5, 0.95, 1]) WITHIN GROUP ("
            "   ORDER BY greatest(extract(epoch FROM started_at - was_due_at)::float8, 0)) AS delays"
            " FROM akhbar.schedule WHERE started_at > now() - interval '1 hour' AND was_due_at IS NOT NULL) p"
        )
        size, *delays = cursor.fetchone()  # type: ignore[misc]
    yield _plain("akhbar_database_bytes", "Size of the database.", size)
    waits = Metric("akhbar_start_delay_seconds", "gauge", "From due to start, over the crawls of an hour.")
    for quantile, delay in zip(("0.5", "0.95", "1"), delays, strict=True):
        if delay is not None:
            waits.samples.append(({"quantile": quantile}, float(delay)))
    yield waits


def _of_outlets(healths: list[Health]) -> list[Metric]:
    state = Metric("akhbar_outlet_state", "gauge", "1 for the state that an outlet is in.")
    articles = Metric("akhbar_outlet_articles", "gauge", "Articles kept.")
    day = Metric("akhbar_outlet_new_articles", "gauge", "Articles first seen in the last 24 hours.")
    copies = Metric("akhbar_outlet_copies", "gauge", "Copies of others among those.")
    today = Metric("akhbar_outlet_today_articles", "gauge", "Articles first seen today, in its zone.")
    expected = Metric("akhbar_outlet_today_expected", "gauge", "Articles usual by this hour of the day.")
    lag = Metric("akhbar_outlet_lag_seconds", "gauge", "Median from publication to storing, over a day.")
    good = Metric("akhbar_outlet_last_good_timestamp_seconds", "gauge", "End of its last good crawl.")
    stored = Metric("akhbar_outlet_last_stored_timestamp_seconds", "gauge", "When it last gave an article.")
    due = Metric("akhbar_outlet_due_timestamp_seconds", "gauge", "When it is crawled next.")
    fill = Metric("akhbar_outlet_fill_ratio", "gauge", "Share of a day's articles that have a field.")
    answers = Metric("akhbar_outlet_answers", "gauge", "HTTP answers of the last 24 hours by class.")
    for health in healths:
        label = {"outlet": health.outlet}
        state.samples.append(({**label, "state": health.state}, 1.0))
        articles.samples.append((label, float(health.articles)))
        day.samples.append((label, float(health.new_day)))
        copies.samples.append((label, float(health.duplicates_day)))
        today.samples.append((label, float(health.new_today)))
        if health.expected_today is not None:
            expected.samples.append((label, health.expected_today))
        if health.lag is not None:
            lag.samples.append((label, health.lag.total_seconds()))
        for metric, at in (
            (good, health.last_good_at),
            (stored, health.last_stored_at),
            (due, health.due_at),
        ):
            if isinstance(at, datetime):
                metric.samples.append((label, at.timestamp()))
        for name, share in health.fill.items():
            if share.recent is not None:
                fill.samples.append(({**label, "field": name}, share.recent))
        for kind, count in health.http.items():
            answers.samples.append(({**label, "class": kind}, float(count)))
    return [state, articles, day, copies, today, expected, lag, good, stored, due, fill, answers]


def _labelled(name: str, help: str, label: str, values: Mapping[str, float]) -> Metric:
    return Metric(name, "gauge", help, [({label: key}, float(value)) for key, value in values.items()])


def _plain(name: str, help: str, value: float) -> Metric:
    return Metric(name, "gauge", help, [({}, float(value))])
