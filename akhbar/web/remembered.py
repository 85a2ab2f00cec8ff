"""Counts over the whole corpus, kept for some seconds: they are dear, and ask for no more exactness."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from typing import TypeVar

T = TypeVar("T")


class Remembered:
    """Values by key, each good for `seconds`; at most `entries` of them."""

    def __init__(self, seconds: float = 30.0, entries: int = 256) -> None:
        self.seconds, self.entries = seconds, entries
        self._kept: dict[Hashable, tuple[float, object]] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The value of `key`, made anew where it is too old. What `make` raises is not kept."""
        now = time.monotonic()
        with self._lock:
            kept = self._kept.get(key)
        if kept is not None and now - kept[0] < self.seconds:
            return kept[1]  # type: ignore[return-value]
        value = make()
        with self._lock:
            while len(self._kept) >= self.entries:
                self._kept.pop(next(iter(self._kept)))
            self._kept[key] = (time.monotonic(), value)
        return value
