"""Coverage: what became of all that each source of an outlet listed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from corpus.transaction import Connection, transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCoverage:
    """One source, as it was when it was last read (`changed_at`; asked last: `fetched_at`).

    `listed` entries were printed; `seen` different addresses of them may be articles and stand in the ledger:
    seen = stored + duplicate + rejected + failed + pending. `reasons` counts the rejected and failed ones by
    `state/reason`. `damaged` says why entries were lost.
    """

    outlet: str
    source: str
    kind: str | None
    fetched_at: datetime | None
    changed_at: datetime | None
    damaged: str | None
    listed: int
    seen: int
    stored: int
    duplicate: int
    rejected: int
    failed: int
    pending: int
    reasons: Mapping[str, int]

    @property
    def share(self) -> float | None:
        """The part of what was seen that is in the corpus, None where nothing was seen."""
        return (self.stored + self.duplicate) / self.seen if self.seen else None


def source_coverage(connection: Connection, outlet: str | None = None) -> list[SourceCoverage]:
    """The sources of an outlet (slug), or of all, those asked last first. Raises StorageUnavailable."""
    columns = ", ".join(SourceCoverage.__slots__)
    with transaction(connection) as cursor:
        cursor.execute(
            f"SELECT {columns} FROM corpus.source_coverage WHERE %(outlet)s::text IS NULL OR outlet = %(outlet)s"  # noqa: S608
            " ORDER BY outlet, fetched_at DESC NULLS LAST, source",
            {"outlet": outlet},
        )
        return [
            SourceCoverage(**dict(zip(SourceCoverage.__slots__, row, strict=True)))
            for row in cursor.fetchall()
        ]
