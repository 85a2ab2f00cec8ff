"""An outlet whose layout changed: `akhbar crawl`, `status` and `explain` say so, and what a person accepts is well."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from corpus.history import read_history
from tests.akhbar.conftest import PAGE, paragraphs

pytestmark = pytest.mark.slow

Command = Callable[..., Any]

CREDITED = PAGE.replace("{body}", '<div class="author">نور الهاشمي</div>{body}')
PAGES = 12


def publish(outlet: Any, first: int, page: str) -> list[str]:
    """So many new articles in a layout; their addresses."""
    return [
        outlet.publish(
            number,
            html=page.format(
                headline=f"الحي رقم {number} يحصل على مدارس جديدة",
                url=f"{outlet.root}/news/{number}",
                day=number % 20 + 1,
                body=paragraphs(number),
            ),
        )
        for number in range(first, first + PAGES)
    ]


def test_an_outlet_that_lost_its_credits_and_is_accepted_so(
    akhbar: Command, ask: Command, outlet: Any, connection: Any
) -> None:
    for first in (0, PAGES):
        publish(outlet, first, CREDITED)
        ended = akhbar("crawl", "sarw", "--json")
        assert (ended.status, ended.json()[0]["verdict"]) == (0, "healthy"), ended.notes
    well = ask("explain", "sarw")
    assert well.status == 0 and "sarw is healthy" in well.output and "ledger row" in well.output

    changed = publish(outlet, 2 * PAGES, PAGE)
    crawled = akhbar("crawl", "sarw", "--json")
    assert (crawled.status, crawled.json()[0]["verdict"]) == (3, "relaid"), crawled.notes
    shown = ask("status", "sarw")
    assert shown.status == 3 and "lost: authors 0% (was 9" in shown.output

    told = ask("explain", "sarw", "--json").json()
    assert (told["verdict"], told["lacks"]) == ("relaid", ["authors", "byline"])
    bad, good = told["first_bad"], told["last_good"]
    assert bad["url"] in changed and good["url"] not in changed
    assert bad["fields"]["authors"] == {"value": None, "rule": None, "raw": None}
    assert good["fields"]["authors"]["value"] == ["نور الهاشمي"] and good["fields"]["authors"]["rule"]
    for page in (bad, good):
        assert (
            page["ledger_row"]
            and page["archive"]["file"].endswith(".warc.gz")
            and page["status"] in (None, 200)
        )
    text = ask("explain", "sarw").output
    assert "first bad page" in text and bad["url"] in text and "lacks: authors, byline" in text

    accepted = ask("status", "sarw", "--accept")
    assert accepted.status == 0 and "healthy" in accepted.output
    publish(outlet, 3 * PAGES, PAGE)
    assert akhbar("crawl", "sarw", "--json").json()[0]["verdict"] == "healthy"
    assert len(read_history(connection, "sarw").usual) == 2


def test_pages_that_hold_no_article_are_bad_and_wrong_use_is_told(
    akhbar: Command, ask: Command, outlet: Any
) -> None:
    publish(outlet, 0, CREDITED)
    akhbar("crawl", "sarw")
    publish(outlet, PAGES, "<html><body><div id='root'></div></body></html>")
    crawled = akhbar("crawl", "sarw", "--json")
    assert (crawled.status, crawled.json()[0]["verdict"]) == (3, "relaid")
    told = ask("explain", "sarw", "--json").json()
    assert told["losses"]["share"]["now"] == 0 and told["first_bad"]["state"] == "rejected"
    assert told["first_bad"]["reason"] in crawled.json()[0]["ledger"]["rejected"]
    assert {"headline", "words", "published_at"} <= set(told["lacks"])
    assert told["first_bad"]["archive"]
    for wrong in (("explain", "nakhil"), ("explain", "sarw", "authors"), ("status", "--accept")):
        ended = ask(*wrong)
        assert ended.status == 2 and ended.notes.strip(), wrong


def test_an_outlet_without_sources_shows_its_sources(akhbar: Command, ask: Command, outlet: Any) -> None:
    publish(outlet, 0, CREDITED)
    akhbar("crawl", "sarw")
    del outlet.site.documents["/sitemap.xml"]
    crawled = akhbar("crawl", "sarw", "--json")
    assert (crawled.status, crawled.json()[0]["verdict"]) == (3, "broken"), crawled.notes
    text = ask("explain", "sarw").output
    assert "sarw is broken" in text and "http_404" in text and "last read 2" in text
    assert "last good page" in text
