"""`akhbar demo`: the whole job, offline, on this machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import click

from akhbar.output import notes, print_json, tell_count

if TYPE_CHECKING:
    from akhbar.crawling import CrawlResult, Plan
    from akhbar.demo.server import DemoServer
    from corpus.account import Entry

MORNING, EVENING = 1, 2
# a word of the demo's pages, typed with the ه that many readers type for ة
QUERY = "مكتبه"


@click.command(short_help="Do the whole job, offline, on this machine.")
@click.option(
    "--pages",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Serve and crawl a folder of saved pages, each under the address that its canonical link or og:url names.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")
@click.option("-v", "--verbose", is_flag=True, help="Log what Scrapy does.")
def demo(pages: Path | None, as_json: bool, verbose: bool) -> int:
    """Crawl, read, de-duplicate and store invented news of real outlets, served on this machine.

    Only the network is replaced: the spiders, pipelines and the store are those of a live crawl, and
    what is stored lies in the same database. The demo's outlets are crawled as they stand in the
    morning and again in the evening, when one article has been edited. Run it twice: the second
    time nothing new is stored.
    """
    from akhbar.crawling import project_settings, run_crawls
    from akhbar.demo.server import DemoServer
    from akhbar.progress import Progress
    from akhbar.summary import print_results, results_as_json, worst_status

    with DemoServer() as server, Progress() as progress:
        rounds = crawl_pages(server, pages) if pages else crawl_editions(server)
        settings = project_settings(
            {
                "LOG_LEVEL": "INFO" if verbose else "WARNING",
                "CONTACT_REQUIRED": False,
                "DEMO_ADDRESS": server.address,
                "ALLOW_ADDRESSES": server.address,
                "DOWNLOAD_HANDLERS": {
                    "http": "akhbar.demo.network.LoopbackHandler",
                    "https": "akhbar.demo.network.LoopbackHandler",
                },
                # what the demo's server says must not stand in the way of the real host
                "HOST_MEMORIES": {},
                # nor its pages among those that the host really served
                "ARCHIVE_ENABLED": False,
                # politeness is owed to others' hosts; this one is ours
                "DOWNLOAD_DELAY": 0,
                "CRAWL_DELAY_MAX": 0.05,
                "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
            }
        )
        results = run_crawls(rounds, settings, watch=progress.show)
    outlets = sorted({result.outlet for result in results})
    account, found = _look(outlets)
    last = {result.outlet: result for result in results}
    if as_json:
        print_json(
            {
                "crawls": results_as_json(results),
                "articles": [_as_json(entry) for entry in account],
                "search": {"query": QUERY, "found": found},
            }
        )
    else:
        print_account(results, account)
        if not pages:
            _print_search(found)
        print_results(list(last.values()))
    return worst_status(results)


def crawl_editions(server: DemoServer) -> Iterator[Sequence[Plan]]:
    """The demo outlets' crawls: in the morning, unless they have been crawled before, and in the evening."""
    from akhbar.crawling import Plan
    from akhbar.demo.site import FIXTURES, load_site
    from akhbar.outlets import load_outlets

    folders = sorted(path.parent for path in FIXTURES.glob("*/site.json"))
    plans = [Plan(load_outlets()[folder.name]) for folder in folders]
    known = {entry.outlet for entry in _known_outlets()}
    if not known.issuperset(folder.name for folder in folders):
        notes.print(f"Morning: crawling {tell_count(len(plans), 'outlet')} served on {server.address} …")
        server.serve(load_site(folder, MORNING) for folder in folders)
        yield plans
    notes.print("Evening: the same outlets again; sources that have not changed are not read again …")
    server.serve(load_site(folder, EVENING) for folder in folders)
    yield plans


def crawl_pages(server: DemoServer, folder: Path) -> Iterator[Sequence[Plan]]:
    """One crawl for each host of a folder of saved pages; an outlet that we know is crawled by its own spider."""
    from akhbar.crawling import Plan
    from akhbar.demo.site import SITEMAP, sites_of_pages
    from akhbar.outlets import outlet_of
    from crawler.discovery import Sitemap
    from crawler.general import GeneralSpider
    from crawler.outlet import Outlet

    sites, left_out = sites_of_pages(folder)
    for path, reason in left_out:
        notes.print(f"{path}: left out, {reason}")
    if not sites:
        raise click.UsageError(f"{folder} holds no saved page that names its own address")
    plans: dict[str, dict[str, Any]] = {}
    for site in sites:
        host = site.hosts[0]
        source = Sitemap(f"https://{host}{SITEMAP}")
        spider = outlet_of(f"https://{host}/")
        slug = spider.name if spider else GeneralSpider(host, []).name
        plan = plans.setdefault(slug, {"spider": spider, "host": host, "sources": []})
        plan["sources"].append(source)
    notes.print(f"Crawling {tell_count(len(plans), 'outlet')} served on {server.address} …")
    server.serve(sites)
    yield [
        # what the outlet's file says of addresses need not hold for saved pages
        Plan(plan["spider"], {"sources": plan["sources"], "article_url": None})
        if plan["spider"]
        else Plan(
            GeneralSpider,
            {
                "host": plan["host"],
                "sources": plan["sources"],
                "outlet": Outlet(plan["host"].removeprefix("www."), country="", timezone=""),
            },
        )
        for plan in plans.values()
    ]


def print_account(results: Sequence[CrawlResult], account: Sequence[Entry]) -> None:
    """What was stored, what is a copy or a second version, and what was turned away and why."""
    from rich.markup import escape

    from akhbar.output import data_console

    console = data_console()
    shown: set[int] = set()
    for entry in account:
        if (
            entry.article_id is not None
            and entry.state in {"stored", "unchanged"}
            and entry.article_id not in shown
        ):
            shown.add(entry.article_id)
            marks = []
            if entry.copy_of is not None:
                likeness = f", {entry.similarity:.0%} alike" if entry.similarity is not None else ""
                marks.append(f"copy of {entry.copy_of} ({entry.original_outlet}{likeness})")
            if entry.revision and entry.revision > 1:
                marks.append(f"revision {entry.revision}")
            mark = f"  [yellow]{'; '.join(marks)}[/]" if marks else ""
            day = f"{entry.published_at:%Y-%m-%d}" if entry.published_at else "no date   "
            headline = escape(entry.headline or "")
            console.print(
                f"[green]stored[/]    {entry.article_id:>5} {entry.outlet:<14} {day}  {headline}{mark}"
            )
    for entry in account:
        if entry.state in {"rejected", "failed", "duplicate"}:
            why = entry.reason or (f"article {entry.article_id}" if entry.article_id else "")
            console.print(
                f"[red]{entry.state:<9}[/]       {entry.outlet:<14} {why}  {escape(unquote(entry.url))}"
            )
    new = sum(result.counts.get("stored", 0) for result in results)
    revised = sum(result.counts.get("revised", 0) for result in results)
    console.print(f"{tell_count(new, 'new article')} stored, {tell_count(revised, 'new revision')}.")


def _look(outlets: Sequence[str]) -> tuple[list[Entry], list[dict[str, Any]]]:
    from akhbar.commands.search import hit_as_json
    from corpus.account import read_account
    from corpus.database import connect
    from corpus.search import search

    connection = connect()
    try:
        account = list(read_account(connection, outlets))
        return account, [hit_as_json(hit) for hit in search(connection, QUERY, limit=3)]
    finally:
        connection.close()


def _known_outlets() -> list[Any]:
    from corpus.account import read_outlets
    from corpus.database import connect

    connection = connect()
    try:
        return [entry for entry in read_outlets(connection) if entry.crawl is not None]
    finally:
        connection.close()


def _print_search(found: Sequence[dict[str, Any]]) -> None:
    from akhbar.commands.search import print_hits

    notes.print(f"\nakhbar search {QUERY}")
    print_hits(found)


def _as_json(entry: Entry) -> dict[str, Any]:
    from dataclasses import asdict

    from akhbar.record import format_time

    return {**asdict(entry), "published_at": format_time(entry.published_at)}
