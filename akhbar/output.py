"""How commands speak: data on standard output, everything else on standard error."""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from typing import Any

import click
from rich.console import Console

# tables and progress for people; where standard error is no terminal, plain lines without colours
notes = Console(stderr=True, highlight=False, soft_wrap=True)

_NOTE_EVERY = 10.0  # seconds


def print_json(value: Any) -> None:
    """One JSON value on one line of standard output, Arabic as Arabic."""
    click.echo(json.dumps(value, ensure_ascii=False, default=str))


def data_console() -> Console:
    """A console on standard output for tables that a person reads; wide where it is no terminal."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else 160)


def tell_time(instant: datetime | None, otherwise: str = "never") -> str:
    """An aware instant for a person, to the minute and in UTC: `2026-01-31 14:05Z`; `otherwise` for none."""
    return otherwise if instant is None else f"{instant.astimezone(UTC):%Y-%m-%d %H:%M}Z"


def tell_count(number: int, one: str, many: str | None = None) -> str:
    """How many of a thing: `1 article`, `2,000 articles`; `many` where a plural is not `one` with an s."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def shorten(text: str, length: int) -> str:
    """The text, cut to `length` characters with an ellipsis where it is longer."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


class NoteClock:
    """Says when long work should speak again where standard error is no terminal: every ten seconds."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def is_due(self) -> bool:
        """Whether it is time for a note; it counts as written then."""
        due = time.monotonic() - self._last >= _NOTE_EVERY
        if due:
            self._last = time.monotonic()
        return due
