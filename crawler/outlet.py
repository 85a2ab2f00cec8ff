"""An outlet is facts, not code: who publishes, from where, in which time zone, in which layout."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outlet:
    """A news outlet.

    `name` is how it calls itself in Arabic; `aliases` are other spellings under which it
    credits itself (they are never persons). `country` is ISO 3166-1 alpha-2, `timezone` an
    IANA name: the zone in which the outlet prints times without an offset. `slug` is the
    spider's name, filled in by the spider.
    """

    name: str
    country: str
    timezone: str
    aliases: tuple[str, ...] = ()
    slug: str | None = None
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """An outlet's CSS overrides, only for what the general reader cannot know.

    `article`, `headline`, `lead`, `byline` and `date` each select the one element that holds
    the field; `prune` selects elements that are removed before anything is read.
    """

    article: str | None = None
    headline: str | None = None
    lead: str | None = None
    byline: str | None = None
    date: str | None = None
    prune: tuple[str, ...] | list[str] = ()
