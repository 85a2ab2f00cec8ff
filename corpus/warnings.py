"""Warnings: what somebody should know of, from when it is first seen until it has passed.

The rules are read off the same figures as `akhbar status`; a cause has one open row, however often it is
seen, and is told once each way.
"""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from corpus.health import Health, read_health
from corpus.home import home
from corpus.ledger import ledger_sum
from corpus.room import FREE_MARK
from corpus.transaction import Connection, transaction
from corpus.workers import read_workers

# so much is free when the warning comes: some days' worth before writing stops at FREE_MARK
LOW_MARK = 8 * FREE_MARK
_LATE = timedelta(minutes=15)  # an outlet due for so long, and nobody crawls it
# between two messages; what comes meanwhile is gathered
TELL_EVERY = timedelta(minutes=15)
_FORGOTTEN = timedelta(days=90)

CAUSES = ("silent", "blocked", "relaid", "broken", "failing", "fill", "ledger", "storage", "worker", "late")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not well: `cause` is one of CAUSES, `subject` an outlet, a machine or the corpus."""

    cause: str
    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class Warning:
    """A finding with its history."""

    id: int
    cause: str
    subject: str
    detail: str
    opened_at: datetime
    closed_at: datetime | None
    told_at: datetime | None


def check(connection: Connection) -> tuple[int, int]:
    """Looks at everything and writes down what is new and what has passed; how many of each.

    Raises StorageUnavailable.
    """
    return reconcile(connection, find(connection), host=socket.gethostname())


def find(connection: Connection, *, host: str | None = None) -> list[Finding]:
    """What is not well now. The disk is that of this machine (`host` is its name)."""
    host = host or socket.gethostname()
    findings = [finding for health in read_health(connection) for finding in find_in(health)]
    if not ledger_sum(connection).holds:
        findings.append(
            Finding("ledger", "corpus", "the ledger's sum does not hold: see `akhbar status` for the outlet")
        )
    findings += [
        Finding(
            "worker", worker.host, f"the worker {worker.pid} was last heard of at {worker.seen_at:%H:%M}Z"
        )
        for worker in read_workers(connection)
        if worker.state == "gone"
    ]
    free = shutil.disk_usage(home()).free
    if free < LOW_MARK:
        findings.append(
            Finding("storage", host, f"{free // 1024**2} MB free; writing stops at {FREE_MARK // 1024**2} MB")
        )
    late = _count_late(connection)
    if late:
        detail = f"{late} outlets are due for more than {_LATE.seconds // 60} minutes: start more workers"
        findings.append(Finding("late", "schedule", detail))
    return findings


def find_in(health: Health) -> Iterable[Finding]:
    """What is not well with one outlet; a paused one is left in peace."""
    if health.schedule_state == "paused":
        return
    if health.is_unwell:
        yield Finding(health.state, health.outlet, health.why or f"the last crawl found it {health.state}")
    if health.fallen:
        shares = ", ".join(
            f"{name} {health.fill[name].recent or 0:.0%} (was {health.fill[name].before or 0:.0%})"
            for name in health.fallen
        )
        yield Finding("fill", health.outlet, f"fewer articles have: {shares}")


def reconcile(connection: Connection, findings: Sequence[Finding], *, host: str) -> tuple[int, int]:
    """Opens what is new and closes what has passed; how many of each.

    Findings of the disk speak for the machine that looked only: those of others stay as they are.
    """
    with transaction(connection) as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('akhbar.warnings'))")
        opened = 0
        for finding in {(one.cause, one.subject): one for one in findings}.values():
            cursor.execute(
                """
                INSERT INTO akhbar.warnings (cause, subject, detail) VALUES (%s, %s, %s)
                ON CONFLICT (cause, subject) WHERE closed_at IS NULL
                DO UPDATE SET seen_at = now(), detail = EXCLUDED.detail RETURNING xmax = 0
                """,
                (finding.cause, finding.subject, finding.detail[:1000]),
            )
            (is_new,) = cursor.fetchone()  # type: ignore[misc]
            opened += is_new
        cursor.execute(
            "UPDATE akhbar.warnings SET closed_at = now() WHERE closed_at IS NULL AND seen_at < now()"
            " AND NOT (cause = 'storage' AND subject <> %s)",
            (host,),
        )
        closed = cursor.rowcount
        cursor.execute("DELETE FROM akhbar.warnings WHERE closed_at < now() - %s", (_FORGOTTEN,))
    return opened, closed


def read_warnings(connection: Connection, *, days: int = 0) -> list[Warning]:
    """The open warnings, and those of the last `days`, the newest first."""
    with transaction(connection) as cursor:
        cursor.execute(
            "SELECT id, cause, subject, detail, opened_at, closed_at, told_at FROM akhbar.warnings"
            " WHERE closed_at IS NULL OR closed_at > now() - make_interval(days => %s)"
            " ORDER BY closed_at IS NOT NULL, opened_at DESC, id DESC",
            (days,),
        )
        return [Warning(*row) for row in cursor.fetchall()]


def read_untold(connection: Connection) -> tuple[list[Warning], list[Warning]]:
    """What is to be told now: new warnings, and told ones that have passed; both empty while the last
    message is too fresh. What passed before it was told is not told."""
    with transaction(connection) as cursor:
        cursor.execute(
            "SELECT count(*) > 0 FROM akhbar.warnings WHERE greatest(told_at, recovery_told_at) > now() - %s",
            (TELL_EVERY,),
        )
        (too_soon,) = cursor.fetchone()  # type: ignore[misc]
        if too_soon:
            return [], []
        cursor.execute(
            "SELECT id, cause, subject, detail, opened_at, closed_at, told_at FROM akhbar.warnings"
            " WHERE (told_at IS NULL AND closed_at IS NULL)"
            " OR (told_at IS NOT NULL AND closed_at IS NOT NULL AND recovery_told_at IS NULL)"
            " ORDER BY opened_at, id"
        )
        found = [Warning(*row) for row in cursor.fetchall()]
    return [one for one in found if not one.closed_at], [one for one in found if one.closed_at]


def mark_told(connection: Connection, warnings: Iterable[Warning]) -> None:
    """Notes that these were told: those that had passed, as passed."""
    ids = [(one.id, one.closed_at is not None) for one in warnings]
    with transaction(connection) as cursor:
        cursor.execute(
            "UPDATE akhbar.warnings SET told_at = coalesce(told_at, now()) WHERE id = ANY(%s)",
            ([id_ for id_, passed in ids if not passed],),
        )
        cursor.execute(
            "UPDATE akhbar.warnings SET recovery_told_at = now() WHERE id = ANY(%s)",
            ([id_ for id_, passed in ids if passed],),
        )


def _count_late(connection: Connection) -> int:
    with transaction(connection) as cursor:
        cursor.execute(
            "SELECT count(*) FROM akhbar.schedule s JOIN akhbar.outlets o ON o.id = s.outlet_id"
            " WHERE s.paused_at IS NULL AND NOT o.taken_down AND s.due_at < now() - %s"
            " AND coalesce(s.started_at, '-infinity') < s.due_at"
            # only where somebody has ever worked: without a worker nothing is meant to run
            " AND EXISTS (SELECT FROM akhbar.workers)",
            (_LATE,),
        )
        (late,) = cursor.fetchone()  # type: ignore[misc]
    return int(late)
