"""What became of all that each source listed: on the command line, in SQL, and by the day."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from psycopg2.extensions import connection as Connection

from akhbar.demo.site import Document

pytestmark = pytest.mark.slow

Command = Callable[..., Any]
NO_PAGE = "<html><body><h1>الصفحة غير موجودة</h1><p>عذرا، الصفحة التي تبحث عنها غير موجودة</p></body></html>"


def declare_feed(outlet: Any, *numbers: int) -> None:
    """A second source, which repeats some of the first one's addresses."""
    path = outlet.folder / "sarw.py"
    text = path.read_text(encoding="utf-8").replace("import Sitemap", "import Feed, Sitemap")
    path.write_text(
        text.replace('/sitemap.xml")]', f'/sitemap.xml"), Feed("{outlet.root}/rss")]'), encoding="utf-8"
    )
    items = "".join(f"<item><link>{outlet.root}/news/{number}</link></item>" for number in numbers)
    outlet.site.add(
        "/rss", Document(f"<rss><channel>{items}</channel></rss>".encode(), "application/rss+xml")
    )


def test_each_source_tells_what_is_stored_of_it_and_why_not_the_rest(
    akhbar: Command, outlet: Any, connection: Connection
) -> None:
    for number in range(4):
        outlet.publish(number)
    outlet.publish(4, html=NO_PAGE)
    # article_url does not match the last one; the one before answers 404
    outlet.announce([*outlet.pages, f"{outlet.root}/news/404", f"{outlet.root}/tags/1"])
    declare_feed(outlet, 1, 2, 4)
    akhbar("crawl", "sarw", "--limit", "5")
    first = {source["kind"]: source for source in akhbar("outlets", "coverage", "sarw", "--json").json()}
    assert first["Sitemap"]["pending"] == 1 and first["Sitemap"]["seen"] == 6

    akhbar("crawl", "sarw")
    found = {source["kind"]: source for source in akhbar("outlets", "coverage", "sarw", "--json").json()}
    sitemap, feed = found["Sitemap"], found["Feed"]
    # read by the first crawl, answered 304 to the second one, and still told as it is now
    assert (sitemap["listed"], sitemap["seen"], sitemap["stored"], sitemap["pending"]) == (7, 6, 4, 0)
    assert sitemap["reasons"]["rejected/http_404"] == 1 and sum(sitemap["reasons"].values()) == 2
    assert (feed["listed"], feed["seen"], feed["stored"], feed["rejected"]) == (3, 3, 2, 1)
    assert (sitemap["share"], feed["share"]) == (4 / 6, 2 / 3)

    shown = akhbar("outlets", "coverage")
    assert "/sitemap.xml" in shown.output and "rejected/http_404 1" in shown.output.replace("\n", " ")
    nobody = akhbar("outlets", "coverage", "nobody")
    assert nobody.status == 2 and "nobody" in nobody.notes

    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT discovered, stored, rejected, pending FROM corpus.coverage")
        assert cursor.fetchall() == [(6, 4, 2, 0)]
