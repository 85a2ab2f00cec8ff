"""What a reader asks for in the address, bounded and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from starlette.exceptions import HTTPException
from starlette.requests import Request

TEXT_LIMIT = 300  # characters of a query or a name
PAGE_LIMIT = 20
LARGEST_ID = 2**63 - 1
EARLIEST, LATEST = date(1900, 1, 1), date(2200, 1, 1)


class BadParameter(ValueError):  # noqa: N818 - the reader's mistake, told to the reader
    """A parameter that cannot be meant. `name` is the parameter."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"The parameter {name} is not understood.")


@dataclass(frozen=True, slots=True)
class Parameters:
    """The query part of an address. Every reader raises BadParameter."""

    given: Mapping[str, str]

    def text(self, name: str) -> str | None:
        """A text without spaces around it, None where there is none."""
        value = self.given.get(name, "").strip()
        if len(value) > TEXT_LIMIT:
            raise BadParameter(name)
        return value or None

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        """One of `choices`, the first where nothing is given."""
        value = self.given.get(name) or choices[0]
        if value not in choices:
            raise BadParameter(name)
        return value

    def number(self, name: str, *, least: int, most: int) -> int | None:
        """A whole number within bounds."""
        value = self.given.get(name)
        if not value:
            return None
        if not (value.isascii() and value.isdecimal() and len(value) <= 19 and least <= int(value) <= most):
            raise BadParameter(name)
        return int(value)

    def day(self, name: str) -> date | None:
        """A day, as 2026-01-31."""
        value = self.given.get(name)
        if not value:
            return None
        try:
            day = date.fromisoformat(value)
        except ValueError:
            raise BadParameter(name) from None
        if not EARLIEST <= day <= LATEST:
            raise BadParameter(name)
        return day


def id_of(request: Request) -> int:
    """The number in the path. Raises HTTPException (404) for one that no row can have."""
    id_: int = request.path_params["id"]
    if id_ > LARGEST_ID:
        raise HTTPException(404)
    return id_


def zone_of(name: str | None) -> ZoneInfo:
    """The time zone of an IANA name; UTC where there is no such zone."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def first_instant(day: date | None, zone: ZoneInfo) -> datetime | None:
    """The beginning of a day in a zone, in UTC."""
    return None if day is None else datetime.combine(day, time.min, zone).astimezone(UTC)


def last_instant(day: date | None, zone: ZoneInfo) -> datetime | None:
    """The end of a day in a zone, in UTC."""
    if day is None:
        return None
    following = datetime.combine(day + timedelta(days=1), time.min, zone)
    return following.astimezone(UTC) - timedelta(microseconds=1)
