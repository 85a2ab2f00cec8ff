"""The filters of a search, as options of a command."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from akhbar.instants import INSTANT

if TYPE_CHECKING:
    from corpus.transaction import Connection

_FILTERS = (
    click.option("--outlet", help="Only this outlet (its slug)."),
    click.option("--author", help="Only articles credited to this person."),
    click.option("--section", help="Only this section."),
    click.option("--country", help="Only outlets of this country (ISO 3166-1 alpha-2)."),
    click.option("--since", type=INSTANT, help="Published since: 2d, 12h or 2026-01-31."),
    click.option("--until", type=INSTANT, help="Published before: 2d, 12h or 2026-01-31."),
)


def take_filters(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command an option for each filter of `corpus.search.Query`; it takes them as `**filters`."""
    for option in reversed(_FILTERS):
        command = option(command)
    return command


def check_outlet(connection: Connection, slug: str | None) -> None:
    """Ends the command as wrong use where neither the corpus nor an outlet file has this slug.

    To find nothing would hide a slip of the pen. None is any outlet.
    """
    from corpus.crawls import list_outlets

    if slug is None or slug in (stored := list_outlets(connection)):
        return
    from akhbar.outlets import load_outlets, unknown_outlet

    if slug not in load_outlets():
        raise unknown_outlet(slug, {*stored, *load_outlets()})
