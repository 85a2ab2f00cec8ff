"""Tombstones: what was taken down does not come back (corpus/takedown.py sets them)."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg2.extras import Json, execute_values

from corpus.drafts import Draft
from corpus.text import mend
from corpus.transaction import Cursor


def meet(cursor: Cursor, drafts: Sequence[Draft]) -> set[int]:
    """The places of drafts that a takedown forbids, by one of their addresses or by their text.

    Their own addresses get tombstones too, with the places where the archive holds their pages.
    """
    cursor.execute(
        "SELECT outlet_id, coalesce(url_hash, content_hash), takedown_id FROM akhbar.tombstones"
        " WHERE url_hash = ANY(%s) OR content_hash = ANY(%s)",
        (
            [key for draft in drafts for key in draft.addresses],
            [draft.row["content_hash"] for draft in drafts],
        ),
    )
    closed = {(outlet_id, bytes(key)): takedown for outlet_id, key, takedown in cursor.fetchall()}
    if not closed:
        return set()
    removed: dict[int, int] = {}
    for draft in drafts:
        for key in (*draft.addresses, draft.row["content_hash"]):
            takedown = closed.get((None, key)) or closed.get((draft.row["outlet_id"], key))
            if takedown is not None:
                removed[draft.place] = takedown
    buried = [
        (removed[d.place], d.row["outlet_id"], url, key, Json(mend(d.submission.archive)))
        for d in drafts
        if d.place in removed and d.submission.archive
        for key, url in list(d.addresses.items())[:1]
    ]
    if buried:
        execute_values(
            cursor,
            "INSERT INTO akhbar.tombstones (takedown_id, outlet_id, url, url_hash, archive) VALUES %s",
            buried,
        )
    return set(removed)
