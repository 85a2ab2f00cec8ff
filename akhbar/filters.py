"""The filters of a search, as options of a command."""

from __future__ import annotations

from collections.abc import Callable

import click

from akhbar.instants import INSTANT

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
