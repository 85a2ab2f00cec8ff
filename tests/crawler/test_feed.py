"""Feeds as outlets print them, and as nobody should."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest

from crawler.discovery import Feed
from crawler.discovery.address import read_address
from crawler.discovery.stamp import read_stamp

URL = "https://feeds.example/ar/rss.xml"
PLUS_3 = timezone(timedelta(hours=3))


def read(text: str | bytes, **arguments):
    body = text.encode() if isinstance(text, str) else text
    return Feed("https://example.com/rss").read(body, URL, **arguments)


def rss(*items: str, head: str = "") -> str:
    channel = f"<channel><title>قناة</title>{''.join(items)}</channel>"
    return f'<?xml version="1.0"?>{head}<rss version="2.0">{channel}</rss>'


def item(n: int, more: str = "") -> str:
    return f"<item><title>خبر رقم {n}</title><link>https://example.com/news/{n}</link>{more}</item>"


def urls(listing) -> list[str]:
    return [candidate.url for candidate in listing.candidates]


def test_rss_2() -> None:
    listing = read(rss(item(1, "<pubDate>Thu, 17 Oct 2024 10:05:00 +0300</pubDate>"), item(2)))
    first = listing.candidates[0]
    assert (first.url, first.source) == ("https://example.com/news/1", "https://example.com/rss")
    assert first.headline == "خبر رقم 1"
    assert first.published_at == datetime(2024, 10, 17, 10, 5, tzinfo=PLUS_3)
    assert urls(listing) == ["https://example.com/news/1", "https://example.com/news/2"]
    assert (listing.damaged, listing.listed) == (None, 2)


def test_rss_1_and_0_9() -> None:
    text = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
      xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://example.com/"><items><rdf:Seq>
      <rdf:li resource="https://example.com/1"/></rdf:Seq></items></channel>
      <item rdf:about="https://example.com/1"><title>أ</title><link>https://example.com/1</link>
      <dc:date>2024-10-17T07:05:00Z</dc:date></item><item rdf:about="https://example.com/2"><title>ب</title></item></rdf:RDF>"""
    listing = read(text)
    assert urls(listing) == ["https://example.com/1", "https://example.com/2"]
    assert listing.candidates[0].published_at == datetime(2024, 10, 17, 7, 5, tzinfo=UTC)
    assert (listing.damaged, listing.listed) == (None, 2)
    old = "<rss version='0.91'><channel><item><title>أ</title><link>/x/1</link></item></channel></rss>"
    assert urls(read(old)) == ["https://feeds.example/x/1"]


def test_atom() -> None:
    text = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://example.com/ar/"><title>ق</title>
      <entry><title type="html">عنوان &lt;b&gt;أول&lt;/b&gt; &amp;amp; آخر</title><id>tag:x,1</id>
      <link rel="self" href="https://example.com/self"/><link rel="enclosure" href="https://example.com/a.mp3"/>
      <link rel="alternate" type="application/json" href="1.json"/>
      <link rel="alternate" type="text/html" href="news/1"/>
      <published>2024-10-17T10:05:00+03:00</published><updated>2024-10-18T10:05:00.123Z</updated></entry></feed>"""
    (entry,) = read(text).candidates
    assert entry.url == "https://example.com/ar/news/1"
    assert entry.headline == "عنوان أول & آخر"
    assert entry.published_at == datetime(2024, 10, 17, 10, 5, tzinfo=PLUS_3)
    assert entry.updated_at == datetime(2024, 10, 18, 10, 5, tzinfo=UTC)


def test_feedburner_media_guid_and_cdata() -> None:
    text = rss(
        """<item><media:title xmlns:media="http://search.yahoo.com/mrss/">صورة</media:title>
        <title><![CDATA[ عنـــوان «<b>الخبر</b>» &amp; تتمة ]]></title>
        <feedburner:origLink>https://example.com/orig</feedburner:origLink>
        <link>https://feedproxy.example/~r/1</link></item>""",
        '<item><guid isPermaLink="true">https://example.com/guid</guid></item>',
        '<item><guid isPermaLink="false">https://example.com/not-me</guid>'
        "<link><![CDATA[ /rel?a=1&b=2 ]]></link></item>",
        '<item><atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="alternate" '
        'href="https://example.com/alt"/></item>',
        "<item><link>https://example.com/a?x=1&y=2&copy=3&amp;z=4</link>"
        "<title>أ&nbsp;ب &laquo;ج&raquo; &foo; &#1; &#x62f;</title></item>",
        "<item><link>\n https://example.com/br\n oken </link></item>",
    )
    listing = read(text)
    assert urls(listing) == [
        "https://example.com/orig",
        "https://example.com/guid",
        "https://feeds.example/rel?a=1&b=2",
        "https://example.com/alt",
        "https://example.com/a?x=1&y=2&copy=3&z=4",
        "https://example.com/br%20oken",
    ]
    assert listing.candidates[0].headline == "عنوان «الخبر» & تتمة"
    assert listing.candidates[4].headline == "أ ب «ج» &foo; د"
    assert listing.damaged is None


@pytest.mark.parametrize(
    ("printed", "at"),
    [
        ("Thu, 17 Oct 2024 10:05:00 GMT", datetime(2024, 10, 17, 10, 5, tzinfo=UTC)),
        ("Thursday, 17 Oct 2024 10:05:00 +0300", datetime(2024, 10, 17, 10, 5, tzinfo=PLUS_3)),
        ("17 Oct 24 10:05 +0300", datetime(2024, 10, 17, 10, 5, tzinfo=PLUS_3)),
        ("Thu, 17 Oct 2024 10:05:00 GMT+3", datetime(2024, 10, 17, 10, 5, tzinfo=PLUS_3)),
        ("Thu, 17 Oct 2024 07:05:00 -0000", datetime(2024, 10, 17, 7, 5, tzinfo=UTC)),
        ("Thu, ١٧ Oct ٢٠٢٤ ١٠:٠٥:٠٠ +0300", datetime(2024, 10, 17, 10, 5, tzinfo=PLUS_3)),
        ("2024-10-17 10:05:00 +0300", datetime(2024, 10, 17, 10, 5, tzinfo=PLUS_3)),
        ("2024-10-17T10:05+03", datetime(2024, 10, 17, 10, 5, tzinfo=PLUS_3)),
        (" 2024-10-17T10:05:60Z ", datetime(2024, 10, 17, 10, 5, 59, tzinfo=UTC)),
        ("Thu, 17 Oct 2024 10:05:00", None),
        ("Thu, 17 Oct 2024 10:05:00 AST", None),
        ("2024-10-17T10:05:00", None),
        ("2024-10-17", None),
        ("17/10/2024 10:05", None),
        ("الخميس 17 أكتوبر 2024", None),
        ("Mon, 01 Jan 0001 00:00:00 +0000", None),
        ("Thu, 17 Oct 2024 10:05:00 +9900", None),
        ("2024-13-45T10:05:00Z", None),
        ("now", None),
        ("9" * 150, None),
        ("", None),
    ],
)
def test_stamps_are_instants_or_nothing(printed: str, at: datetime | None) -> None:
    assert read_stamp(printed) == at


@pytest.mark.parametrize(
    "link",
    [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://example.com/x",
        "mailto:a@b.c",
        "//",
        "http://",
        "http://[bad/",
        "http://x:99999/",
        "https://user:pass@example.com/",
        "https://example.com/" + "x" * 9000,
        "#top",
        "",
    ],
)
def test_other_addresses_never_come_out(link: str) -> None:
    listing = read(rss(f"<item><title>خبر</title><link>{link}</link></item>", item(1)))
    assert urls(listing) == ["https://example.com/news/1"]
    assert listing.damaged == "1 of 2 entries read"
    assert read_address(link, URL) is None


def test_control_characters_and_bad_entries_cost_no_neighbour() -> None:
    bad = "<item><title>\x00\x0b\x1b خبر \x08</title><link>https://example.com/bad\x01</link>"
    torn = "<item><title>أ < ب <b>ج</title><link>https://example.com/torn</link></item>"
    listing = read(rss(item(1), bad + "</item>", item(2), torn, "<item><link>", item(3), "</wrong>", item(4)))
    found = urls(listing)
    for n in (1, 2, 3, 4):
        assert f"https://example.com/news/{n}" in found
    assert "https://example.com/bad" in found
    assert listing.listed == 7


def test_a_cut_feed_keeps_whole_entries_only() -> None:
    whole = rss(*(item(n) for n in range(10_000, 10_050)))
    for cut in (len(whole) - 3, whole.index("10030</link>") + 3, whole.index("<item>", 900) + 4):
        listing = read(whole[:cut])
        assert listing.damaged is not None
        assert set(urls(listing)) <= {f"https://example.com/news/{n}" for n in range(10_000, 10_050)}
    middle = read(whole[: whole.index("10030</link>") + 3])
    assert (len(middle.candidates), middle.listed, middle.damaged) == (
        30,
        31,
        "truncated, 30 of 31 entries read",
    )
    inside_a_letter = whole.encode()[: whole.encode().index("خبر رقم 10020".encode()) + 1]
    assert len(read(inside_a_letter).candidates) == 20


def test_entity_bombs_and_external_entities_are_text(tmp_path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("https://example.com/secret")
    bomb = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    head = f'<!DOCTYPE rss [<!ENTITY l0 "lol">{bomb}'
    head += f'<!ENTITY xxe SYSTEM "{secret.as_uri()}"><!ENTITY % p SYSTEM "{secret.as_uri()}">%p;]>'
    started = time.process_time()
    listing = read(
        rss(
            item(1), "<item><title>&l11;</title><link>&xxe;</link></item>", item(2, "<a>&l11;</a>"), head=head
        )
    )
    assert time.process_time() - started < 1
    assert "https://example.com/news/1" in urls(listing)
    assert "https://example.com/news/2" in urls(listing)
    assert "secret" not in repr(listing)
    assert "lollol" not in repr(listing)


@pytest.mark.parametrize(
    ("encoding", "label", "header"),
    [
        ("windows-1256", "windows-1256", None),
        ("windows-1256", "utf-8", "text/xml; charset=utf-8"),
        ("windows-1256", "iso-8859-1", None),
        ("utf-8", "windows-1256", "text/xml; charset=windows-1256"),
        ("utf-8", "no-such-charset", None),
        ("utf-16", "utf-16", None),
        ("utf-8-sig", "utf-8", None),
        ("iso-8859-6", "iso-8859-6", None),
    ],
)
def test_encodings_are_read_whatever_the_label(encoding: str, label: str, header: str | None) -> None:
    text = f'<?xml version="1.0" encoding="{label}"?>' + rss(item(1)).removeprefix('<?xml version="1.0"?>')
    (candidate,) = read(text.encode(encoding), content_type=header).candidates
    assert candidate.headline == "خبر رقم 1"


def test_one_stray_byte_does_not_turn_utf_8_into_mojibake() -> None:
    body = rss(item(1), item(2)).encode().replace("رقم 2".encode(), b"\xff 2")
    assert read(body).candidates[0].headline == "خبر رقم 1"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"<!doctype html><html><body><h1>503</h1></body></html>",
        b'{"a": 1}',
        b"\x00\x01",
        b"<",
        b"<rss",
        b"\x1f\x8b\x00",
    ],
)
def test_what_is_no_feed_is_damaged_and_never_raises(body: bytes) -> None:
    listing = read(body)
    assert listing.candidates == []
    assert listing.damaged


def test_entries_without_a_root_are_read() -> None:
    listing = read(item(1) + item(2))
    assert urls(listing) == ["https://example.com/news/1", "https://example.com/news/2"]


def test_an_empty_feed_is_sound() -> None:
    assert read(rss()).damaged is None


def test_article_url_selects_and_twins_are_one() -> None:
    listing = read(rss(item(1), item(1), item(22)), article_url=re.compile(r"/\d\d$"))
    assert urls(listing) == ["https://example.com/news/22"]
    assert (listing.damaged, listing.listed) == (None, 3)
    assert len(read(rss(item(1), item(1))).candidates) == 1


@pytest.mark.parametrize(
    "hostile",
    [
        "<item>" * 60_000,
        "<![CDATA[" * 200_000,
        "<!--" * 200_000,
        "&" * 500_000,
        "<" * 500_000,
        "]" * 500_000,
        "<!DOCTYPE a [" + "] " * 200_000,
        "<a " * 200_000,
        "<item><title>" + "<b>" * 100_000,
        "<item><link>" + " " * 1_000_000,
    ],
)
def test_hostile_repetition_takes_linear_time(hostile: str) -> None:
    started = time.process_time()
    read(rss(item(1), hostile))
    assert time.process_time() - started < 8
