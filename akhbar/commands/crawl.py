"""`akhbar crawl`: one crawl for each outlet, with the ledger's sum at the end."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from akhbar.exits import Exit
from akhbar.instants import INSTANT
from akhbar.output import notes, print_json


@click.command()
@click.argument("outlets", nargs=-1, metavar="[OUTLET|URL]…")
@click.option("--all", "every", is_flag=True, help="Crawl every outlet.")
@click.option("--since", type=INSTANT, help="Only articles announced since: 2d, 12h or 2026-01-31.")
@click.option("--until", type=INSTANT, help="Only articles announced before: 2d, 12h or 2026-01-31.")
@click.option("--limit", type=click.IntRange(min=1), help="Fetch at most this many pages an outlet.")
@click.option(
    "--archive",
    "archives",
    multiple=True,
    metavar="FILE…",
    help="Crawl from WARC files, or folders of them, instead of the network.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value with each crawl's counts.")
@click.option("-v", "--verbose", is_flag=True, help="Log what Scrapy does.")
def crawl(
    outlets: tuple[str, ...],
    every: bool,
    since: datetime | None,
    until: datetime | None,
    limit: int | None,
    archives: tuple[str, ...],
    as_json: bool,
    verbose: bool,
) -> int:
    """Crawl outlets: discover, fetch, read and store what is new; go on where an earlier crawl stopped.

    An address (https://any.outlet/) stands for a site without an outlet file: its sources are found by
    probing, the general reader reads it, and it is kept under a slug made of its host.

    With --archive the same crawl is answered from archived pages, ours or any WARC files; nothing is
    fetched.

    Ctrl-C ends cleanly: what is under way is finished, the rest waits for the next crawl. Exit
    status 2 says that an outlet was taken down (with --all such are passed over), 3 that one
    is unwell, 4 that another crawl of it is running, 75 that the database is away.
    """
    from akhbar.outlets import load_outlets
    from akhbar.replaying import find_archives, is_archive, plan_replay

    if archives:  # a shell writes the files of `--archive *.warc.gz` one after the other
        archives += tuple(name for name in outlets if is_archive(name))
        outlets = tuple(name for name in outlets if not is_archive(name))
    if bool(outlets) == every:
        raise click.UsageError("name one outlet or more, or --all")
    from akhbar.unlisted import Choice

    choice = Choice(load_outlets()) if every else Choice.of(outlets, notes.print)
    spiders = list(choice.spiders.values())
    choice.refuse_closed()
    if choice.addresses and archives:
        raise click.UsageError("--archive crawls outlets that have a file; give their slugs")

    from crawler import settings as defaults
    from crawler.network.addresses import read_allowances

    if not archives:
        from akhbar.fetching import require_contact

        require_contact()
    try:
        read_allowances(defaults.ALLOW_ADDRESSES)
    except ValueError as error:
        raise click.UsageError(f"AKHBAR_ALLOW_ADDRESSES: {error}") from None
    from akhbar.crawling import Plan, project_settings, run_crawls
    from akhbar.progress import Progress
    from akhbar.summary import print_results, results_as_json, worst_status
    from akhbar.visiting import VISIT
    from corpus.crawls import TakenDown

    arguments: dict[str, Any] = {"since": since, "until": until, "limit": limit}
    plans = [Plan(spider) for spider in spiders]
    changes: dict[str, Any] = {}
    if archives:
        files = find_archives(archives)
        plans, changes = plan_replay(spiders, files)
        arguments["archive"] = ", ".join(path.name for path in files)
    settings = project_settings(
        {
            "LOG_LEVEL": "INFO" if verbose else "WARNING",
            "CRAWL_LIMIT": limit,
            "CRAWL_SINCE": since,
            "CRAWL_UNTIL": until,
            "CRAWL_ARGUMENTS": {key: str(value) for key, value in arguments.items() if value is not None},
            **changes,
        }
    )
    with Progress() as progress:
        results = run_crawls(choice.rounds(plans, notes.print), settings, watch=progress.show)
    # a probe is no crawl; what it found was
    results = [result for result in results if result.outlet != VISIT]
    if as_json:
        print_json(results_as_json(results))
    else:
        print_results(results)
    if every:  # nobody named the outlets that were taken down
        results = [result for result in results if not isinstance(result.error, TakenDown)]
    return worst_status(results) or (Exit.UNWELL if choice.missed else Exit.DONE)
