"""A crawl from archives: which files, what of Scrapy they replace, and what each outlet finds in them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crawler import settings as defaults
from crawler.network.warc_index import SUFFIXES, NoArchiveError, index_files

if TYPE_CHECKING:
    from akhbar.crawling import Plan
    from crawler.spider import NewsSpider


def is_archive(name: str) -> bool:
    """Whether a word of the command line names an archive rather than an outlet."""
    return name.endswith(SUFFIXES) or Path(name).is_dir()


def find_archives(names: Sequence[str]) -> list[Path]:
    """The files, and those in the folders, that were named; wrong use where one is missing."""
    files: list[Path] = []
    for path in map(Path, names):
        if path.is_dir():
            files += sorted(found for found in path.rglob("*") if found.name.endswith(SUFFIXES))
        elif path.is_file():
            files.append(path)
        else:
            raise click.UsageError(f"there is no archive {path}")
    if not files:
        raise click.UsageError(f"no WARC files in {', '.join(names)}")
    return list(dict.fromkeys(path.absolute() for path in files))


def plan_replay(
    spiders: Sequence[type[NewsSpider]], files: Sequence[Path]
) -> tuple[list[Plan], dict[str, Any]]:
    """The crawls of these outlets from these files, and the settings that keep them off the network.

    Reads the files once, which takes a minute or so a gigabyte. Wrong use where one is no archive.
    """
    from akhbar.crawling import Plan
    from crawler.network.replay import sources_of

    hosts = sorted({host for spider in spiders for host in spider.allowed_domains})
    if not all(spider.allowed_domains for spider in spiders):
        hosts = []
    try:
        index = index_files(files, hosts)
    except NoArchiveError as fault:
        raise click.UsageError(str(fault)) from fault
    plans = [Plan(spider, {"sources": list(sources_of(index, spider.sources))}) for spider in spiders]
    handlers = dict.fromkeys(("http", "https", "archive"), "crawler.network.replay.ReplayHandler")
    changes = {
        "REPLAY_FILES": [str(path) for path in files],
        "REPLAY_HOSTS": hosts,
        "DOWNLOAD_HANDLERS": {**defaults.DOWNLOAD_HANDLERS, **handlers},
        "EXTENSIONS": {
            **defaults.EXTENSIONS,
            "crawler.network.guard.AddressGuard": None,
            "crawler.network.replay.NoNetwork": 0,
        },
        # nobody is asked, so nobody is to be spared, and nobody needs to know whom to write to
        "DOWNLOADER_MIDDLEWARES": {**defaults.DOWNLOADER_MIDDLEWARES, "crawler.network.pacing.Pacing": None},
        "ROBOTSTXT_OBEY": False,
        "TDMREP_ASK": False,
        "DOWNLOAD_DELAY": 0,
        "CONCURRENT_REQUESTS_PER_DOMAIN": defaults.CONCURRENT_REQUESTS,
        "CONTACT_REQUIRED": False,
        "RETRY_ENABLED": False,
    }
    return plans, changes
