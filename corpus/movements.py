"""The ledger's second book: how many addresses each crawl moved from state to state.

Every write that changes states adds rows here in the same transaction. Summed up they must give what
`akhbar.candidates` holds; a row lost, doubled or changed past the ledger shows (`ledger.ledger_sum`).

By day of discovery the database counts itself, by a trigger on every change (`akhbar.discoveries`): what
`corpus.coverage` is made of, which would read every address otherwise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from psycopg2.extras import execute_values

from corpus.transaction import Cursor


def write_movements(
    cursor: Cursor, outlet_id: int, crawl_id: int | None, changes: Mapping[str, int], *, fetching: int = 0
) -> None:
    """Adds the changes (state → how many more), with those of `fetching`, of an outlet's ledger."""
    rows = [
        (outlet_id, crawl_id, state, change)
        for state, change in {**changes, "fetching": changes.get("fetching", 0) + fetching}.items()
        if change
    ]
    if rows:
        execute_values(
            cursor, "INSERT INTO akhbar.movements (outlet_id, crawl_id, state, change) VALUES %s", rows
        )


def write_ended(cursor: Cursor, outlet_id: int, crawl_id: int | None, states: Iterable[str]) -> None:
    """Adds that rows of an outlet's ledger left `fetching`, each for one of `states`."""
    ended = Counter(states)
    write_movements(cursor, outlet_id, crawl_id, ended, fetching=-ended.total())


def sum_up(cursor: Cursor, outlet_id: int) -> None:
    """Leaves one row a state of each crawl of the outlet that no longer runs, and of each day of discovery."""
    cursor.execute(
        """
        WITH gathered AS (
            DELETE FROM akhbar.movements m USING akhbar.crawls c
            WHERE m.outlet_id = %(outlet)s AND c.id = m.crawl_id AND c.state <> 'running'
              AND c.id IN (SELECT crawl_id FROM akhbar.movements WHERE outlet_id = %(outlet)s
                           GROUP BY crawl_id HAVING count(*) > count(DISTINCT state))
            RETURNING m.crawl_id, m.state, m.change
        )
        INSERT INTO akhbar.movements (outlet_id, crawl_id, state, change)
        SELECT %(outlet)s, crawl_id, state, sum(change) FROM gathered
        GROUP BY crawl_id, state HAVING sum(change) <> 0
        """,
        {"outlet": outlet_id},
    )
    cursor.execute(
        """
        WITH busy AS (
            SELECT day FROM akhbar.discoveries WHERE outlet_id = %(outlet)s
            GROUP BY day HAVING count(*) > count(DISTINCT state)
        ),
        gathered AS (
            DELETE FROM akhbar.discoveries d USING busy
            WHERE d.outlet_id = %(outlet)s AND d.day = busy.day RETURNING d.day, d.state, d.change
        )
        INSERT INTO akhbar.discoveries (outlet_id, day, state, change)
        SELECT %(outlet)s, day, state, sum(change) FROM gathered
        GROUP BY day, state HAVING sum(change) <> 0
        """,
        {"outlet": outlet_id},
    )
