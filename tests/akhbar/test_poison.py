"""Pages that would break a row, a batch or a crawl: each ends alone, its neighbours are stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from psycopg2.extensions import connection as Connection

from corpus.account import read_account

Command = Callable[..., Any]

ARTICLE = (
    '<html><head><meta charset="utf-8"><title>{headline}</title>{head}</head><body><article><h1>{headline}</h1>'
    "{body}</article></body></html>"
)
BODY = (
    "<p>أعلنت إدارة ميناء السرو وصول سفينة محملة بالقمح صباح اليوم، وقالت إن تفريغها يستغرق ثلاثة أيام.</p>"
    * 2
)


def test_five_poisoned_pages_in_a_hundred(akhbar: Command, outlet: Any, connection: Connection) -> None:
    for number in range(95):
        outlet.publish(number)
    poison = {
        95: ARTICLE.format(headline="", head="", body=BODY),  # no headline anywhere
        96: ARTICLE.format(headline="عنوان بلا نهاية " * 200, head="", body=BODY),  # 3,200 characters
        97: ARTICLE.format(
            headline="ميناء السرو", head="", body="<p>" + "قمح " * 1_400_000 + "</p>"
        ),  # 10 MB
        98: "\x89PNG\r\n\x1a\n" + "\x00\x01\x02" * 4000,  # a picture that says it is a page
        99: ARTICLE.format(
            headline="این کشتی به بندر رسید",
            head="",
            body="<p>این کشتی که از راه دوری آمده بود امروز در بندر پهلو گرفت و چند روز در آن می‌ماند.</p>"
            * 3,
        ),
    }
    for number, html in poison.items():
        outlet.publish(number, html=html)
    ended = akhbar("crawl", "sarw", "--json")
    assert ended.status == 0, ended.notes
    ledger = ended.json()[0]["ledger"]
    assert (ledger["discovered"], ledger["stored"], ledger["holds"]) == (100, 95, True)
    assert sum(ledger["rejected"].values()) + sum(ledger["failed"].values()) == 5
    reasons = {entry.url.rpartition("/")[2]: entry.reason for entry in read_account(connection, ["sarw"])}
    assert {number: reasons[str(number)] for number in poison} == {
        95: "no_headline",
        96: "headline_too_long",
        97: "too_large",
        98: "not_html",
        99: "not_arabic",
    }


def test_a_page_with_every_curable_poison_is_cleaned_and_stored(
    akhbar: Command, ask: Command, outlet: Any
) -> None:
    head = (
        '<meta property="article:published_time" content="0001-01-01T00:00:00+03:00">'
        '<meta name="author" content="&#xD800;\x00">'
        '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "9999-12-31T23:59:59+14:00",'
        ' "headline": "سفينة\\u0000 القمح \\ud83d تصل", "keywords": [null, 7, {"a": []}]}</script>'
    )
    headline = "سفينـــة\x00 القمح تصل ميناء \u202eالسرو\u202c"
    url = outlet.publish(
        1, html=ARTICLE.format(headline=headline, head=head, body=BODY + "<p>\x00\ufffe</p>")
    )
    ended = akhbar("crawl", "sarw", "--json")
    assert ended.json()[0]["ledger"]["stored"] == 1, ended.notes
    shown = ask("show", url, "--json").json()
    assert shown["headline"] == "سفينة القمح تصل ميناء السرو"
    assert (shown["published_at"], shown["authors"]) == (None, [])
    assert shown["body"].startswith("أعلنت إدارة ميناء السرو وصول سفينة")


@pytest.mark.slow
def test_the_same_article_under_two_addresses_is_one_row(
    akhbar: Command, ask: Command, outlet: Any, connection: Connection
) -> None:
    first = outlet.publish(1)
    # a twin that names the first as canonical, and one that does not
    outlet.publish(2, html=outlet.pages[first])
    outlet.publish(3, html=outlet.pages[first].replace(f'href="{first}"', f'href="{outlet.root}/news/3"'))
    ledger = akhbar("crawl", "sarw", "--json").json()[0]["ledger"]
    assert (ledger["discovered"], ledger["stored"], ledger["duplicate"], ledger["holds"]) == (3, 1, 2, True)
    assert len({entry.article_id for entry in read_account(connection, ["sarw"])}) == 1
    ids = {ask("show", url, "--json").json()["id"] for url in outlet.pages}
    assert len(ids) == 1
