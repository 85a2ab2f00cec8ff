"""`akhbar worker`: runs due crawls until it is stopped."""

from __future__ import annotations

import asyncio
import logging
import os

import click


@click.command()
@click.option(
    "--concurrency",
    type=click.IntRange(1, 256),
    help="Crawls side by side. By default one for each two processor cores, at least two.",
)
@click.option(
    "--time-limit",
    type=click.FloatRange(min=1),
    default=60.0,
    show_default=True,
    help="Minutes that a crawl may take; what it did not get to is left to the next.",
)
@click.option(
    "--grace",
    type=click.FloatRange(min=0),
    default=30.0,
    show_default=True,
    help="Seconds that crawls under way have to finish when the worker is stopped.",
)
@click.option("-v", "--verbose", is_flag=True, help="Log what the queue does.")
def worker(concurrency: int | None, time_limit: float, grace: float, verbose: bool) -> None:
    """Run due crawls, by `akhbar schedule`; start as many workers as you like, on as many machines.

    On one machine this one command does everything, with the embedded database: it keeps the schedule,
    crawls what is due, learns each outlet's rhythm, takes over what a dead worker left, warns
    (AKHBAR_WARN_WEBHOOK, AKHBAR_WARN_MAIL), and reads archived files again when `akhbar reextract
    --workers` asks for it. With AKHBAR_DATABASE_URL the same command on further
    machines shares the work; no site is ever crawled twice at a time.

    SIGTERM or Ctrl-C stops it: crawls under way have the grace to finish, then they are asked to end
    and are handed back. A second Ctrl-C asks them at once.
    """
    from akhbar.fetching import require_contact
    from akhbar.logs import configure
    from akhbar.outlets import describe_all

    require_contact()
    configure("INFO")
    logging.getLogger("procrastinate").setLevel("INFO" if verbose else "WARNING")
    from akhbar.jobs.worker import Worker

    async def work() -> None:
        await Worker(
            describe_all(),
            concurrency=concurrency or max(2, (os.cpu_count() or 2) // 2),
            time_limit=time_limit * 60,
            grace=grace,
        ).run()

    asyncio.run(work())
