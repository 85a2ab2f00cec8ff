"""`akhbar outlets`: the outlets that this installation knows; probing, writing and checking one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click
from rich.table import Table

from akhbar.commands.coverage import coverage
from akhbar.exits import Exit
from akhbar.output import data_console, notes, print_json
from akhbar.record import format_time

if TYPE_CHECKING:
    from akhbar.probing import Probe
    from crawler.spider import NewsSpider


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")
@click.pass_context
def outlets(context: click.Context, as_json: bool) -> None:
    """List the outlets: slug, name, country, zone, sources, last crawl. Or look at, write and check one."""
    if context.invoked_subcommand is not None:
        return
    rows = describe_outlets()
    if as_json:
        print_json(rows)
        return
    table = Table("outlet", "name", "country", "zone", "sources", "last crawl", box=None, header_style="bold")
    for row in rows:
        kinds = ", ".join(sorted({source["kind"] for source in row["sources"]}))
        crawl = row["last_crawl"]
        when = f"{crawl['started_at']} {crawl['state']}" if crawl else "never"
        sources = f"{len(row['sources'])} ({kinds})" if row["sources"] else "none"
        table.add_row(row["slug"], row["name"], row["country"], row["timezone"], sources, when)
    data_console().print(table)


outlets.add_command(coverage)


def describe_outlets() -> list[dict[str, Any]]:
    """Every outlet's facts as JSON values; `last_crawl` is null where there was none or no database is."""
    from akhbar.outlets import load_outlets

    crawls = _last_crawls()
    return [
        {
            "slug": slug,
            "name": spider.outlet.name,
            "country": spider.outlet.country,
            "timezone": spider.outlet.timezone,
            "hosts": list(spider.allowed_domains),
            "sources": [{"kind": type(source).__name__, "url": source.url} for source in spider.sources],
            "last_crawl": crawls.get(slug),
        }
        for slug, spider in load_outlets().items()
    ]


def _last_crawls() -> dict[str, dict[str, Any]]:
    from corpus.account import read_outlets
    from corpus.database import connect
    from corpus.unavailable import StorageUnavailable

    try:
        connection = connect()
    except StorageUnavailable as error:
        notes.print(f"The last crawls are not known: {error}")
        return {}
    try:
        entries = read_outlets(connection)
    finally:
        connection.close()
    return {
        entry.outlet: {
            "id": entry.crawl,
            "state": entry.crawl_state,
            "verdict": entry.verdict,
            "started_at": format_time(entry.started_at),
            "finished_at": format_time(entry.finished_at),
        }
        for entry in entries
        if entry.crawl is not None
    }


class SiteAddress(click.ParamType[str]):
    """The address of a site, `https://` put before it where it has no scheme."""

    name = "url"

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> str:
        from akhbar.unlisted import read_site

        return read_site(str(value))


SITE = SiteAddress()


@outlets.command(short_help="Look at a site: its sources, the shape of its addresses, how it reads.")
@click.argument("url", type=SITE)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")
def probe(url: str, as_json: bool) -> int:
    """Look at a site: where it announces articles, what their addresses share, how one or two read.

    Asks robots.txt, the home page, the feeds and sitemaps they name, well-known addresses where they
    name none, a section and two articles, at a crawl's pace. Exit status 3: the site cannot be looked
    at, or announces no article.
    """
    from akhbar.outlet_reports import print_probe
    from akhbar.probing import describe_probe

    found = _probe(url)
    if as_json:
        print_json(describe_probe(found))
    elif not found.fault:
        print_probe(found)
    return _status_of(found)


@outlets.command(short_help="Write an outlet's file and two draft cases.")
@click.argument("slug")
@click.argument("url", type=SITE)
def new(slug: str, url: str) -> int:
    """Write the outlet file SLUG for the site at URL, and two cases with draft goldens, to be reviewed.

    They go into the folder that AKHBAR_OUTLETS names, else into this checkout. Nothing is overwritten.
    """
    from akhbar.capture import place_of_new, reader_with, write_case, write_outlet
    from akhbar.outlet_reports import print_probe
    from akhbar.outlets import load_outlets

    place = place_of_new(slug)
    if slug in load_outlets() or place.outlet_file.exists():
        raise click.UsageError(f"an outlet called {slug!r} is there already; nothing was written")
    if place.cases.exists() and any(place.cases.iterdir()):
        raise click.UsageError(f"{place.cases} holds cases already; nothing was written")
    found = _probe(url)
    if status := _status_of(found):
        return status
    print_probe(found)
    reader = reader_with(write_outlet(place.outlet_file, slug, found))
    console = data_console()
    console.print(f"\nwrote {place.outlet_file}", soft_wrap=True)
    for number, sample in enumerate(found.articles, 1):
        fetched = sample.fetched
        golden, _ = write_case(place.cases, f"probed_{number}", fetched.body, fetched.url, reader)
        console.print(f"wrote {golden} (a draft) and its page", soft_wrap=True)
    console.print("\nNext:")
    console.print(f"  1. look at what is unverified in {place.outlet_file.name}: name, country, time zone")
    console.print('  2. compare each draft golden with its page, mend it, remove its line "draft": true')
    console.print(f"  3. akhbar outlets check {slug} && akhbar outlets check {slug} --live 5")
    console.print(f"  4. akhbar crawl {slug} --limit 20")
    return Exit.DONE


@outlets.command(short_help="Make a case of a page, with a draft golden.")
@click.argument("slug")
@click.argument("page", metavar="PATH|URL")
@click.argument("case")
@click.option("--url", help="The address that a saved page came from (default: its canonical link).")
def capture(slug: str, page: str, case: str, url: str | None) -> int:
    """Make a CASE of an outlet from a saved page or a live address, with a draft golden.

    The golden states what the reader makes of the page now, right or wrong. Compare it with the page,
    mend it, and remove its line "draft": true; until then `outlets check` and the tests refuse it.
    """
    from akhbar.capture import cases_of, reader_of, write_case
    from akhbar.outlets import find_outlet

    spider = find_outlet(slug)
    if urlsplit(page).scheme in ("http", "https"):
        body, fetched_from = _fetch_page(page, spider)
        url = url or fetched_from
    else:
        try:
            body = Path(page).read_bytes()
        except OSError as error:
            raise click.UsageError(f"{page}: {error.strerror}") from error
    golden, draft = write_case(cases_of(spider), case, body, url, reader_of(spider))
    reading = draft.get("headline") or f"no article: {draft['reason']}"
    click.echo(f"wrote {golden} and its page: {reading}")
    click.echo('compare it with the page, mend what is wrong, and remove the line "draft": true')
    return Exit.DONE


@outlets.command(short_help="Read an outlet's cases again, or fresh articles of it.")
@click.argument("slug")
@click.option(
    "--live", type=click.IntRange(min=1, max=50), metavar="N", help="Fetch and read N fresh articles."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value.")
def check(slug: str, live: int | None, as_json: bool) -> int:
    """Read the outlet's cases again, or with --live N its sources and N fresh articles; nothing is stored.

    Prints a table: each field of each case same, different or missing; or how many of the fetched
    articles fill each field, and how the sources answered. Exit status 3: a case differs or is still a
    draft, or the outlet is unwell (no source or no article can be read, most lack headline, body or day).
    """
    from akhbar.outlets import find_outlet

    spider = find_outlet(slug)
    return _check_live(spider, live, as_json) if live else _check_cases(spider, as_json)


def _check_cases(spider: type[NewsSpider], as_json: bool) -> int:
    from akhbar.capture import cases_of, compare_cases
    from akhbar.outlet_reports import print_cases

    folder = cases_of(spider)
    compared = compare_cases(folder, spider)
    if not compared:
        raise click.UsageError(
            f"{spider.name} has no cases in {folder}; make one: akhbar outlets capture {spider.name} URL CASE"
        )
    if as_json:
        print_json({"outlet": spider.name, "cases": compared})
    else:
        print_cases(compared)
    drafts = [case["case"] for case in compared if case["draft"]]
    if drafts:
        notes.print(
            f"{len(drafts)} of {len(compared)} goldens are drafts ({', '.join(drafts)}): compare them with "
            'their pages, then remove the line "draft": true'
        )
    return Exit.UNWELL if drafts or any(case["differences"] for case in compared) else Exit.DONE


def _check_live(spider: type[NewsSpider], live: int, as_json: bool) -> int:
    from akhbar.checking import check_live, describe_checkup
    from akhbar.fetching import require_contact
    from akhbar.outlet_reports import print_checkup
    from akhbar.visiting import visit

    require_contact()
    checkup = visit(lambda visitor: check_live(visitor, spider, live, notes.print), spider)
    if as_json:
        print_json(describe_checkup(checkup))
    else:
        print_checkup(checkup)
    return Exit.UNWELL if checkup.complaints() else Exit.DONE


def _probe(url: str) -> Probe:
    from akhbar.fetching import require_contact
    from akhbar.probing import probe as look
    from akhbar.visiting import visit

    require_contact()
    return visit(lambda visitor: look(visitor, url, notes.print))


def _status_of(found: Probe) -> Exit:
    """Done if the site announces articles; unwell, with a line that says why, if not."""
    if found.fault:
        notes.print(f"akhbar: {found.url} cannot be looked at: {found.fault}")
        return Exit.UNWELL
    if not found.sources:
        notes.print(f"akhbar: {found.url} announces no articles at any address that was tried")
        return Exit.UNWELL
    return Exit.DONE


def _fetch_page(url: str, spider: type[NewsSpider]) -> tuple[bytes, str]:
    from akhbar.fetching import require_contact
    from akhbar.probing import explain
    from akhbar.visiting import visit

    require_contact()
    fetched = visit(lambda visitor: visitor.fetch(url), spider)
    if fetched.reason:
        raise click.ClickException(f"{url} cannot be fetched: {explain(fetched.reason)}")
    return fetched.body, fetched.url
