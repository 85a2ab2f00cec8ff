"""Instants as operators type them: `2d`, `12h`, `2026-01-31`, or ISO 8601."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import click

_AGO = re.compile(r"(\d{1,5})\s*([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class Instant(click.ParamType[datetime]):
    """A point in time: so long ago (`30m`, `12h`, `2d`, `1w`), or an ISO 8601 date or time (UTC unless it says)."""

    name = "when"

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        ago = _AGO.fullmatch(value.strip())
        if ago:
            return datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        try:
            instant = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is neither like 2d or 12h nor an ISO 8601 date", param, context)
        return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


INSTANT = Instant()
