"""What long work shows while it runs: a live line an outlet on a terminal, now and then a plain line elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.live import Live
from rich.table import Table

from akhbar.output import NoteClock, notes

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

_STATES = ("stored", "unchanged", "duplicate", "rejected", "failed")


class Progress:
    """Shows how crawls get on; a context manager, because a terminal's live lines must be put away."""

    def __init__(self) -> None:
        self._live = Live(console=notes, transient=True, refresh_per_second=2) if notes.is_terminal else None
        self._clock = NoteClock()

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()

    def show(self, crawlers: Sequence[Crawler]) -> None:
        """Show the crawls that are under way."""
        lines = [line for crawler in crawlers if (line := _line_of(crawler))]
        if self._live:
            table = Table.grid(padding=(0, 2))
            for line in lines:
                table.add_row(*line)
            self._live.update(table)
        elif self._clock.is_due():
            for line in lines:
                notes.print("  ".join(line))


def _line_of(crawler: Crawler) -> tuple[str, ...] | None:
    from akhbar.crawling import name_of
    from pipelines.session import Session

    session = crawler.get_extension(Session) if crawler.extensions else None
    if session is None or session.sum is not None:
        return None
    counts = session.counts
    sources = f"{len(session.open_sources)} sources open" if session.open_sources else "sources read"
    return (
        name_of(crawler),
        sources,
        f"{len(session.in_hand)} in hand",
        *(f"{counts[state]} {state}" for state in _STATES if counts.get(state)),
    )
