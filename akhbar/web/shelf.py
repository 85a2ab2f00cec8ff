"""What all pages share: the library they read in, and the counts they remember."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from starlette.requests import Request

from akhbar.web.remembered import Remembered
from corpus.library.connections import Library, TooSlow
from corpus.transaction import Cursor
from corpus.unavailable import StorageUnavailable

T = TypeVar("T")

COUNT_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Shelf:
    """The library and the counts of one application."""

    library: Library
    remembered: Remembered


def shelf_of(request: Request) -> Shelf:
    """The shelf of the application that was asked."""
    shelf: Shelf = request.app.state.shelf
    return shelf


def counted(
    request: Request, key: tuple[object, ...], count: Callable[[Cursor], T]
) -> Callable[[], T | None]:
    """A count for a page in pieces: asked while the page is under way, None where it takes too long."""
    shelf = shelf_of(request)

    def ask() -> T:
        with shelf.library.reading(COUNT_SECONDS) as cursor:
            return count(cursor)

    def answer() -> T | None:
        try:
            return shelf.remembered.get(key, ask)
        except (TooSlow, StorageUnavailable):
            return None

    return answer
