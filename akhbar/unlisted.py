"""Crawls of sites that have no outlet file: probed first, then crawled by the general spider."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from akhbar.crawling import Plan
from akhbar.outlets import find_outlet, outlet_of
from crawler.general import GeneralSpider, slug_of_host

if TYPE_CHECKING:
    from akhbar.probing import Probe
    from akhbar.visiting import Visitor
    from crawler.spider import NewsSpider


def read_site(text: str) -> str:
    """The address of a site, with `https://` where it has no scheme; wrong use where it is none."""
    url = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        sound = False
    if not sound:
        raise click.UsageError(f"{text!r} is no address of a site, e.g. https://www.example.com/")
    return url if parts.path else f"{url}/"


@dataclass(slots=True)
class Choice:
    """What the arguments of a crawl mean: outlets that have a file, and addresses of sites that have none.

    `missed` receives, while `rounds` runs, the addresses where there is nothing to crawl.
    """

    spiders: dict[str, type[NewsSpider]] = field(default_factory=dict)
    addresses: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, names: Sequence[str], note: Callable[[str], None]) -> Choice:
        """Sort slugs from addresses; an address whose host is a known outlet's is that outlet."""
        choice = cls()
        for name in names:
            if "/" not in name and "." not in name:
                choice.spiders[name] = find_outlet(name)
                continue
            url = read_site(name)
            if spider := outlet_of(url):
                note(f"{url} is the outlet {spider.name}: crawled by its own file")
                choice.spiders[spider.name] = spider
            elif url not in choice.addresses:
                choice.addresses.append(url)
        return choice

    def refuse_closed(self) -> None:
        """Raise TakenDown where an address is of an outlet that was taken down: not even a probe asks it."""
        if not self.addresses:
            return
        from corpus.crawls import TakenDown
        from corpus.database import connect
        from corpus.takedown import closed_hosts

        connection = connect()
        try:
            closed = closed_hosts(connection)
        finally:
            connection.close()
        for url in self.addresses:
            host = (urlsplit(url).hostname or "").removeprefix("www.")
            if slug := closed.get(host):
                raise TakenDown(slug)

    def rounds(self, plans: Sequence[Plan], note: Callable[[str], None]) -> Iterator[list[Plan]]:
        """The rounds of `run_crawls`: these plans beside the probes, then the sites that were found."""
        if not self.addresses:
            yield list(plans)
            return
        from akhbar.probing import probe
        from akhbar.visiting import answer_of, plan_visit

        answers: dict[str, list[Probe | Exception]] = {url: [] for url in self.addresses}

        def errand_of(url: str) -> Callable[[Visitor], Awaitable[Probe]]:
            async def look(visitor: Visitor) -> Probe:
                found = await probe(visitor, url, note)
                await visitor.rest()
                return found

            return look

        yield [*plans, *(plan_visit(errand_of(url), answers[url]) for url in self.addresses)]
        further: dict[str, Plan] = {}
        for url in self.addresses:
            if chosen := self._choose(url, answer_of(answers[url]), note):
                further.setdefault(*chosen)
        if further:
            yield list(further.values())

    def _choose(self, url: str, found: Probe, note: Callable[[str], None]) -> tuple[str, Plan] | None:
        """How to crawl a site that was probed, under its slug; None, with a note, where there is no way."""
        if found.fault or not found.sources:
            self.missed.append(url)
            note(f"{url}: {found.fault or 'no article is announced at any address that was tried'}")
            return None
        if spider := outlet_of(found.home.url):
            note(f"{url} leads to the outlet {spider.name}: crawled by its own file")
            return (spider.name, Plan(spider)) if spider.name not in self.spiders else None
        slug = slug_of_host(found.host)
        sources = ", ".join(f"{type(source).__name__} {source.url}" for source in found.sources)
        shape = found.pattern.regex if found.pattern else "whatever its sources announce"
        note(f"{url}: crawled as {slug}; sources: {sources}; articles: {shape}")
        facts = {"article_url": found.pattern.regex if found.pattern else None, "outlet": found.outlet()}
        return slug, Plan(GeneralSpider, {"host": found.host, "sources": found.sources, **facts})
