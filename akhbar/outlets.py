"""The outlets that this installation knows: the spiders found in `crawler.spiders` and in `AKHBAR_OUTLETS`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from akhbar.crawling import project_settings

if TYPE_CHECKING:
    from crawler.outlet import Layout, Outlet
    from crawler.spider import NewsSpider


@cache
def load_outlets() -> dict[str, type[NewsSpider]]:
    """Every outlet's spider class by slug, in alphabetical order."""
    from scrapy.spiderloader import SpiderLoader

    from crawler.spider import NewsSpider

    loader = SpiderLoader.from_settings(project_settings({}))
    spiders = {slug: loader.load(slug) for slug in sorted(loader.list())}
    return {slug: spider for slug, spider in spiders.items() if issubclass(spider, NewsSpider)}


def facts_of(spider: type[NewsSpider]) -> tuple[Outlet, Layout]:
    """What the reader is told of an outlet: its facts, with slug and hosts, and its layout."""
    return spider.describe(spider.outlet, spider.name, spider.allowed_domains), spider.layout


def describe_all() -> list[Outlet]:
    """The facts of every outlet, as the schedule is told them."""
    return [facts_of(spider)[0] for spider in load_outlets().values()]


def find_outlet(slug: str) -> type[NewsSpider]:
    """The spider of an outlet; a wrong slug is wrong use, and the message names what is near."""
    outlets = load_outlets()
    if slug not in outlets:
        raise unknown_outlet(slug, outlets)
    return outlets[slug]


def unknown_outlet(slug: str, known: Iterable[str]) -> click.UsageError:
    """The error for a slug that is none of the `known`."""
    from difflib import get_close_matches

    near = get_close_matches(slug, list(known), n=3)
    hint = f"did you mean {', '.join(near)}?" if near else "`akhbar outlets` lists them"
    return click.UsageError(f"no outlet is called {slug!r}; {hint}")


def outlet_of(url: str) -> type[NewsSpider] | None:
    """The outlet whose host, or a subdomain of it, an address has."""
    host = (urlsplit(url).hostname or "").lower()
    for spider in load_outlets().values():
        if any(host == domain or host.endswith("." + domain) for domain in spider.allowed_domains):
            return spider
    return None
