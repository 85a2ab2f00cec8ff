"""The ledger: one row for every address ever announced, and the queue of what to fetch next.

A row goes `pending → fetching → stored | unchanged | duplicate | rejected | failed`: `corpus.announcements`
enters it, `corpus.claims` takes it to be fetched, and `corpus.endings`, or `corpus.settlements` with the article,
settles it. The law, which `ledger_sum` lets anybody check:

    discovered = stored + unchanged + duplicate + rejected(reason) + failed(reason) + pending
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from corpus.transaction import Connection, transaction

STATES = ("pending", "fetching", "stored", "unchanged", "duplicate", "rejected", "failed")


@dataclass(frozen=True, slots=True)
class LedgerSum:
    """The ledger's sum. `pending` includes rows left in `fetching` where no crawl of theirs runs."""

    discovered: int
    stored: int
    unchanged: int
    duplicate: int
    rejected: dict[str, int] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)
    pending: int = 0
    fetching: int = 0
    moved: dict[str, int] | None = field(default=None, compare=False)

    @property
    def holds(self) -> bool:
        """Whether every discovered address stands in exactly one state, as both books of the ledger say.

        `discovered` is counted on the rows; `moved` sums up what the crawls say they did (None where it
        cannot be told, for a single crawl): a row lost, doubled or moved past the ledger breaks the law.
        """
        under_way = self.pending + self.fetching
        states = {
            "stored": self.stored, "unchanged": self.unchanged, "duplicate": self.duplicate,
            "rejected": sum(self.rejected.values()), "failed": sum(self.failed.values()), "pending": under_way,
        }  # fmt: skip
        if self.moved is not None and any(
            self.moved.get(state, 0) != count for state, count in states.items()
        ):
            return False
        return self.discovered == sum(states.values())


def ledger_sum(connection: Connection, *, outlet: str | None = None, crawl: int | None = None) -> LedgerSum:
    """The sum of the whole ledger, of an outlet (slug), or of the rows that a crawl touched last.

    Raises StorageUnavailable.
    """
    with transaction(connection) as cursor:
        # one statement, so that both books are read at the same instant
        cursor.execute(
            """
            SELECT 'row', CASE WHEN c.state = 'fetching' AND r.state IS DISTINCT FROM 'running'
                               THEN 'pending' ELSE c.state END,
                   CASE WHEN c.state IN ('rejected', 'failed') THEN c.reason END, count(*)
            FROM akhbar.candidates c JOIN akhbar.outlets o ON o.id = c.outlet_id
            LEFT JOIN akhbar.crawls r ON r.id = c.crawl_id
            WHERE (%(outlet)s::text IS NULL OR o.slug = %(outlet)s)
              AND (%(crawl)s::bigint IS NULL OR c.crawl_id = %(crawl)s)
            GROUP BY 2, 3
            UNION ALL
            SELECT 'moved', CASE m.state WHEN 'fetching' THEN 'pending' ELSE m.state END, NULL, sum(m.change)
            FROM akhbar.movements m JOIN akhbar.outlets o ON o.id = m.outlet_id
            WHERE %(outlet)s::text IS NULL OR o.slug = %(outlet)s
            GROUP BY 2
            ORDER BY 1, 2, 4 DESC, 3
            """,
            {"outlet": outlet, "crawl": crawl},
        )
        counted = cursor.fetchall()
    return _add_up(counted, with_moved=crawl is None)


def ledger_sums(connection: Connection) -> dict[str, LedgerSum]:
    """The sum of each outlet (by slug), all in one reading of the ledger. Raises StorageUnavailable."""
    with transaction(connection) as cursor:
        cursor.execute(
            """
            WITH counted AS (
                SELECT outlet_id, state, reason, crawl_id, count(*) AS count FROM (
                    SELECT outlet_id, state, CASE WHEN state IN ('rejected', 'failed') THEN reason END AS reason,
                           CASE WHEN state = 'fetching' THEN crawl_id END AS crawl_id
                    FROM akhbar.candidates
                ) rows GROUP BY 1, 2, 3, 4
            ), books AS (
                SELECT c.outlet_id, 'row' AS book,
                       CASE WHEN c.state = 'fetching' AND r.state IS DISTINCT FROM 'running'
                            THEN 'pending' ELSE c.state END AS state, c.reason, c.count
                FROM counted c LEFT JOIN akhbar.crawls r ON r.id = c.crawl_id
                UNION ALL
                SELECT outlet_id, 'moved', CASE state WHEN 'fetching' THEN 'pending' ELSE state END, NULL, sum(change)
                FROM akhbar.movements GROUP BY 1, 3
            )
            SELECT o.slug, b.book, b.state, b.reason, b.count FROM akhbar.outlets o
            LEFT JOIN books b ON b.outlet_id = o.id ORDER BY o.slug, b.book, b.state, b.count DESC, b.reason
            """
        )
        rows = cursor.fetchall()
    by_outlet: dict[str, list[tuple[str, str, str | None, int]]] = {}
    for slug, *counted in rows:
        by_outlet.setdefault(slug, [])
        if counted[0] is not None:
            by_outlet[slug].append((counted[0], counted[1], counted[2], counted[3]))
    return {slug: _add_up(counted) for slug, counted in by_outlet.items()}


def _add_up(counted: Iterable[tuple[str, str, str | None, int]], *, with_moved: bool = True) -> LedgerSum:
    """The sum of both books' counts: book, state, reason, count."""
    plain = dict.fromkeys(STATES, 0)
    reasons: dict[str, dict[str, int]] = {"rejected": {}, "failed": {}}
    moved: dict[str, int] = {}
    discovered = 0
    for book, state, reason, count in counted:
        if book == "moved":
            moved[state] = int(count)
            continue
        discovered += int(count)
        if state in reasons:
            reasons[state][reason or "unknown"] = int(count)
        else:
            plain[state] += int(count)
    return LedgerSum(
        discovered=discovered,
        stored=plain["stored"], unchanged=plain["unchanged"], duplicate=plain["duplicate"],
        rejected=reasons["rejected"], failed=reasons["failed"], pending=plain["pending"],
        fetching=plain["fetching"], moved=moved if with_moved else None,
    )  # fmt: skip
