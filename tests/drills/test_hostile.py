"""Hostile input, all of it in one crawl: no crash, bounded memory, a reason for each, no forbidden connection."""

from __future__ import annotations

import gzip
import time
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.drills.server import Answer, DrillServer, article, say, sitemap

GOOD = 12
MEMORY = 400 * 1024**2
ZEROS = b"\x00" * 1024**2


def brotli_bomb() -> bytes:
    brotli = pytest.importorskip("brotli")
    packed: bytes = brotli.compress(ZEROS * 300)
    return packed


def deflated(megabytes: int, *, wbits: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, wbits)
    return b"".join(packer.compress(ZEROS) for _ in range(megabytes)) + packer.flush()


def page(text: str) -> Answer:
    return Answer(f"<html><head><meta charset='utf-8'></head><body>{text}</body></html>".encode())


def trickle(file: Any) -> None:
    """A byte now and then: never silent, never done."""
    file.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100000\r\n\r\n")
    for _ in range(600):
        file.write(b"<")
        file.flush()
        time.sleep(0.2)


def flood_headers(file: Any) -> None:
    file.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(200_000):
        file.write(b"X-Flood-%d: %s\r\n" % (number, b"x" * 100))
    file.write(b"\r\n")


def endless_body(file: Any) -> None:
    file.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n")
    while True:
        file.write(b"<p>" + b"a" * 65_536)


def nonsense(file: Any) -> None:
    file.write(b"\x16\x03\x01 this is no HTTP at all\r\n\r\n" * 10)


def cut_off(file: Any) -> None:
    file.write(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100000\r\n\r\n<html><body><h1>"
    )


HEADLINE = "<h1>{}</h1>"
BODY = (
    "<p>أعلنت إدارة ميناء السدر وصول سفينة محملة بالقمح صباح اليوم، وقالت إن تفريغها يستغرق ثلاثة أيام.</p>"
    * 2
)

# name: what is served, and what its row may end as
PAGES: dict[str, tuple[Callable[[], Answer], set[str]]] = {
    "gzip_bomb": (
        lambda: Answer(deflated(300, wbits=31), headers={"Content-Encoding": "gzip"}),
        {"rejected/too_large"},
    ),
    "deflate_bomb": (
        lambda: Answer(deflated(300, wbits=15), headers={"Content-Encoding": "deflate"}),
        {"rejected/too_large"},
    ),
    "brotli_bomb": (
        lambda: Answer(brotli_bomb(), headers={"Content-Encoding": "br"}),
        {"rejected/too_large"},
    ),
    "broken_gzip": (
        lambda: Answer(b"\x1f\x8b\x08\x00 this is not gzip", headers={"Content-Encoding": "gzip"}),
        {"failed/undecodable", "rejected/not_html", "rejected/no_body", "rejected/no_headline"},
    ),
    "giant": (lambda: page(HEADLINE.format("ميناء السدر") + BODY * 40_000), {"rejected/too_large"}),
    "deep": (
        lambda: page("<div>" * 30_000 + HEADLINE.format("ميناء السدر") + BODY + "</div>" * 30_000),
        {"stored", "rejected/no_headline", "rejected/no_body", "rejected/too_slow", "rejected/reader_died"},
    ),
    "long_headline": (
        lambda: page(HEADLINE.format("سفينة القمح " * 900) + BODY),
        {"rejected/headline_too_long"},
    ),
    "entities": (
        lambda: page("<!DOCTYPE x [<!ENTITY a 'aaaa'>]>" + HEADLINE.format("&a;&#xD800;&#0;") + "&#x110000;"),
        {"rejected/no_body", "rejected/no_headline", "rejected/not_arabic"},
    ),
    "attributes": (
        lambda: page("<p " + " ".join(f"a{n}='{n}'" for n in range(60_000)) + ">" + "x</p>"),
        {"rejected/no_body", "rejected/no_headline", "rejected/not_arabic", "rejected/too_slow"},
    ),
    "picture": (
        lambda: Answer(b"\x89PNG\r\n\x1a\n" + b"\x00\x01\x02" * 4000, type="image/png"),
        {"rejected/not_html"},
    ),
    "empty": (
        lambda: Answer(b""),
        {"rejected/no_body", "rejected/no_headline", "rejected/empty", "rejected/not_html"},
    ),
    "loop": (lambda: Answer(status=302, headers={"Location": "/news/loop"}), {"rejected/redirect_loop"}),
    "offsite": (
        lambda: Answer(status=301, headers={"Location": "http://elsewhere.example/news/1"}),
        {"rejected/offsite_redirect"},
    ),
    "to_file": (
        lambda: Answer(status=302, headers={"Location": "file:///etc/passwd"}),
        {"rejected/redirect_refused"},
    ),
    "to_nowhere": (
        lambda: Answer(status=302, headers={"Location": "http://[::bad"}),
        {"rejected/redirect_refused"},
    ),
    "trickle": (lambda: Answer(send=trickle), {"failed/timeout"}),
    "flood": (lambda: Answer(send=flood_headers), set()),
    "endless": (lambda: Answer(send=endless_body), {"rejected/too_large", "failed/timeout"}),
    "nonsense": (lambda: Answer(send=nonsense), set()),
    "cut_off": (lambda: Answer(send=cut_off), set()),
    "gone": (lambda: Answer(status=410), {"rejected/http_410"}),
    "teapot": (lambda: Answer(status=418), {"failed/http_418", "rejected/http_418"}),
    "error": (lambda: Answer(status=500), {"failed/http_500"}),
}

BILLION = b"".join(
    [
        b'<?xml version="1.0"?><!DOCTYPE urlset [<!ENTITY a "aaaaaaaaaaaaaaaa">',
        *(b'<!ENTITY %c "%s">' % (98 + level, b"&%c;" % (97 + level) * 20) for level in range(8)),
        b"]><urlset>",
    ]
)


@pytest.fixture
def canary() -> Iterator[DrillServer]:
    """A server on a port that the guard does not allow: it must never be asked for anything."""
    with DrillServer() as server:
        yield server


def test_every_kind_in_one_crawl(drill: Any, canary: DrillServer) -> None:
    server, root = drill.server, drill.server.root
    urls = server.publish(GOOD)
    for name, (make, _) in PAGES.items():
        server.answers[f"/news/{name}"] = make()
    urls += [f"{root}/news/{name}" for name in PAGES]
    step = 0

    def calendar(host: str, path: str) -> Answer:
        """A section whose next page always has a next page, and a page that leads ever on."""
        if path.startswith("/calendar/"):
            after = int(path.rpartition("/")[2]) + 1
            return page(
                f'<a rel="next" href="/calendar/{after}">التالي</a><a href="/news/{after % GOOD}">خبر</a>'
            )
        if path.startswith("/news/chain"):
            nonlocal step
            step += 1
            return Answer(status=302, headers={"Location": f"/news/chain{step}"})
        return Answer(b"<html><body><h1>404</h1></body></html>", 404)

    server.otherwise = calendar
    server.answers["/news/to_canary"] = Answer(status=302, headers={"Location": f"{canary.root}/news/1"})
    denied = [
        f"{canary.root}/news/1",
        f"http://localhost:{canary.port}/news/2",
        f"http://[::1]:{canary.port}/news/3",
        f"http://[::ffff:127.0.0.1]:{canary.port}/news/4",
        f"http://2130706433:{canary.port}/news/5",
        f"http://0x7f.1:{canary.port}/news/6",
        f"http://127.1:{canary.port}/news/7",
        f"http://0:{canary.port}/news/8",
        "http://169.254.169.254/news/latest",
        f"{root}/news/to_canary",
    ]
    odd = [
        "file:///etc/passwd?/news/",
        "javascript:alert('/news/')",
        "data:text/html,/news/",
        "ftp://127.0.0.1/news/1",
        "http:///news/none",
        "http://[::1/news/open",
        "http://127.0.0.1:99999/news/port",
        f"http://user:word@127.0.0.1:{server.port}/news/userinfo",
        "http://" + "a" * 300 + ".example/news/long",
        "http://xn--a.example/news/idn",
        "http://..example/news/dots",
        f"{root}/news/" + "x" * 3_000,
        f"{root}/news/chain",
        f"{root}/news/%00%0d%0aX-Injected:1",
        f"{root}/news/\u202e\u0627",
    ]
    entries = sitemap(urls + denied).decode().replace("</urlset>", "")
    entries += "".join(f"<url><loc>{url.replace('&', '&amp;')}</loc></url>" for url in odd) + "</urlset>"
    server.answers["/sitemap.xml"] = Answer(entries.encode(), type="application/xml")
    server.answers["/bomb.xml"] = Answer(
        BILLION
        + f"<url><loc>{root}/news/&i;</loc></url><url><loc>{root}/news/0</loc></url></urlset>".encode(),
        type="application/xml",
    )
    server.answers["/xxe.xml"] = Answer(
        f'<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY % y SYSTEM "{canary.root}/dtd">%y;]>'
        f"<rss><channel><item><title>&x;</title><link>{root}/news/1</link></item></channel></rss>".encode(),
        type="application/rss+xml",
    )
    server.answers["/broken.xml"] = Answer(
        f"<rss><channel><item><link>{root}/news/2</link></item><item><title>\x01\x08</title><link>{root}/news/3"
        "</link></item><item><link>http://cut".encode(),
        type="application/rss+xml",
    )
    server.answers["/deep.xml"] = Answer(b"<urlset>" + b"<url>" * 200_000, type="application/xml")
    server.answers["/page.xml"] = Answer(article(f"{root}/page.xml", 1))
    server.answers["/index.xml"] = Answer(
        f"<sitemapindex><sitemap><loc>{root}/index.xml</loc></sitemap><sitemap><loc>{canary.root}/s.xml</loc></sitemap>"
        "<sitemap><loc>file:///etc/passwd</loc></sitemap></sitemapindex>".encode(),
        type="application/xml",
    )
    server.answers["/bomb.xml.gz"] = Answer(gzip.compress(ZEROS * 200), type="application/gzip")
    names = ("sitemap.xml", "bomb.xml", "deep.xml", "page.xml", "index.xml", "bomb.xml.gz")
    sources = [f'Sitemap("{root}/{name}")' for name in names]
    sources += [f'Feed("{root}/{name}")' for name in ("xxe.xml", "broken.xml", "page.xml?feed")]
    sources += [f'Section("{root}/calendar/1")', f'Feed("{canary.root}/feed")']
    drill.write_outlet(sources=", ".join(sources), DOWNLOAD_TIMEOUT=8, RETRY_TIMES=0, SOURCES_PER_CRAWL=40)

    ended = drill.crawl(limit=150)

    assert ended.status == 0, ended.notes
    say(f"\npeak of the main process {ended.peak / 1024**2:.0f} MB; {ended.ledger}")
    left = [entry.url for entry in drill.entries() if entry.state in ("pending", "fetching")]
    assert ended.ledger["holds"] and not left, ended.notes
    assert canary.hits == []
    assert ended.peak < MEMORY
    reasons = drill.reasons()
    assert {reasons[f"/news/{number}"] for number in range(GOOD)} == {"stored"}
    for name, (_, endings) in PAGES.items():
        ending = reasons[f"/news/{name}"]
        assert ending in endings if endings else ending.startswith(("failed/", "rejected/")), (name, ending)
    for url in denied[:-1]:
        assert reasons[url].startswith(("rejected/", "failed/")), (url, reasons[url])
    assert reasons["/news/to_canary"].startswith("rejected/")
    # each address that is one is in the ledger, with a reason
    assert all(state == "stored" or "/" in state for state in reasons.values()), reasons
    assert reasons["/news/chain"] == "rejected/too_many_redirects"
    assert sum(1 for hit in server.hits if hit.path.startswith("/calendar/")) <= 40
