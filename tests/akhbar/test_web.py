"""The web page: every page in both languages, nothing that a hostile text could run, nothing that writes."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from lxml import html
from psycopg2.extras import Json
from starlette.testclient import TestClient

from akhbar.web import charts, language, parameters, rendering
from akhbar.web.app import make_application
from akhbar.web.guard import Guard
from akhbar.web.remembered import Remembered
from corpus import announcements, articles, crawls, database, schedule
from corpus.articles import Submission
from corpus.library.connections import Library, TooSlow
from corpus.unavailable import StorageUnavailable
from crawler.candidate import Candidate
from crawler.items import AppendedStory, Article, Credit, Evidence
from crawler.outlet import Outlet

ROOT = Path(__file__).parents[2]
NOW = datetime.now(UTC).replace(microsecond=0)
HOSTILE = (
    "\"'><script>window.hit=1</script><img src=x onerror=window.hit=1><svg onload=window.hit=1>"
    "</title></textarea></details>{{7*7}}{%x%}\u202e<a href=javascript:window.hit=1>x</a><!--"
)
PAGES = (
    "", "?q=مكتبة", "?q=مكتبة&outlet=sarw&order=time", "?page=2", "articles/1", "articles/1?from=1&to=3", "articles/3",
    "stories", "stories/{story}", "outlets", "outlets/sarw", "crawls", "crawls?outlet=sarw", "crawls/1", "coverage",
    "coverage?outlet=sarw", "articles/{hostile}", "stories?q=" + HOSTILE, "?q=" + HOSTILE + "&author=" + HOSTILE,
)  # fmt: skip


def plain(number: int, **changes: object) -> Article:
    values: dict[str, object] = {
        "url": f"https://sarw.example/{number}",
        "canonical_url": f"https://sarw.example/{number}",
        "headline": f"افتتاح المكتبة رقم {number}",
        "body": f"فتحت المكتبة العامة رقم {number} أبوابها صباح اليوم.\n\nوقالت المديرة إن الحي كله مدعو.",
        "authors": ["ليلى حسن"],
        "credits": [Credit(name="ليلى حسن", role="writer")],
        "published_at": NOW - timedelta(days=number),
        "published_precision": "minute",
        "language": "ar",
        "provenance": {"headline": Evidence(rule="h1", raw=f"<h1>افتتاح المكتبة رقم {number}</h1>")},
    }
    return Article(**{**values, **changes})  # type: ignore[arg-type]


def hostile() -> Article:
    """An article with hostile text in every field."""
    return Article(
        url="javascript:window.hit=1//" + HOSTILE,
        canonical_url="javascript:window.hit=1",
        headline=HOSTILE,
        lead=HOSTILE,
        body=f"{HOSTILE}\n\n{HOSTILE}",
        appended=[AppendedStory(headline=HOSTILE, body=HOSTILE)],
        byline=HOSTILE,
        authors=[HOSTILE],
        agency=HOSTILE,
        credits=[Credit(name=HOSTILE, role=HOSTILE)],
        dateline=HOSTILE,
        published_text=HOSTILE,
        published_at=NOW,
        published_precision="minute",
        section=HOSTILE,
        tags=[HOSTILE],
        language=HOSTILE,
        image_url="data:text/html," + HOSTILE,
        provenance={name: Evidence(rule=HOSTILE, raw=HOSTILE) for name in ("headline", "body", "image_url")},
        extractor_version=HOSTILE,
    )


@pytest.fixture(scope="module")
def url(shared_url: str) -> Iterator[str]:
    """A database for the tests that only read; it is `AKHBAR_DATABASE_URL`."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("AKHBAR_DATABASE_URL", shared_url)
        yield shared_url


@pytest.fixture(scope="module")
def filled(url: str) -> dict[str, int]:
    """Twenty-five articles, one of them in three versions, one with an older one that came later; a story of two
    outlets, hostile text everywhere."""
    connection = database.connect(application="akhbar tests")
    sarw = Outlet("صحيفة السرو", country="IQ", timezone="Asia/Baghdad", slug="sarw")
    bad = Outlet(HOSTILE, country="IQ", timezone="Asia/Baghdad", slug="hostile")
    body = " ".join(f"كلمة{n} تروي حكاية الجسر القديم" for n in range(40))
    copies = [
        plain(
            60 - n,
            url=f"https://h.example/{n}",
            canonical_url=f"https://h.example/{n}",
            body=body,
            agency=HOSTILE,
            headline=HOSTILE,
            signature=bytes(range(256)) * 2,
        )
        for n in range(2)
    ]
    crawl = crawls.begin(connection, sarw)
    articles.store(connection, crawl, [Submission(article=plain(n)) for n in range(1, 26)])
    for text in (
        "فتحت المكتبة العامة رقم 1 أبوابها مساء أمس.",
        "فتحت المكتبة العامة رقم 1 أبوابها مساء أمس أمام جمهور كبير من القراء الصغار.",
    ):
        articles.store(connection, crawl, [Submission(article=plain(1, body=text))])
    older = plain(3, headline="عنوان من أرشيف قديم", fetched_at=NOW - timedelta(days=2))
    articles.store(connection, crawl, [Submission(article=older)])
    articles.store(connection, crawl, [Submission(article=copies[0])])
    announcements.record(connection, crawl, [Candidate(url="https://sarw.example/later", source="feed")])
    crawls.finish(connection, crawl, verdict="healthy")
    crawl = crawls.begin(connection, bad)
    (outcome,) = articles.store(connection, crawl, [Submission(article=hostile())])
    articles.store(connection, crawl, [Submission(article=copies[1])])
    crawls.finish(connection, crawl, verdict=HOSTILE)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT story FROM corpus.stories")
        (found,) = cursor.fetchone()
    connection.close()
    assert outcome.article_id is not None, outcome
    return {"hostile": outcome.article_id, "story": found}


@pytest.fixture(scope="module")
def library(filled: dict[str, int]) -> Iterator[Library]:
    library = Library()
    library.open()
    yield library
    library.close()


@pytest.fixture(scope="module")
def web(library: Library) -> TestClient:
    application = make_application(library, hosts=frozenset({"127.0.0.1"}), remember=0)
    return TestClient(application, base_url="http://127.0.0.1", follow_redirects=False)


def address(code: str, page: str, filled: dict[str, int]) -> str:
    for name, id_ in filled.items():
        page = page.replace(f"{{{name}}}", str(id_))
    return f"/{code}/{page}"


# ── the pages ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("code", ["ar", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_whole_and_runs_nothing(web, filled, code, page):
    response = web.get(address(code, page, filled))
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.text.rstrip().endswith("</html>")
    document = html.document_fromstring(response.text)
    assert document.get("lang") == code
    assert document.get("dir") == {"ar": "rtl", "en": "ltr"}[code]
    assert_harmless(document)
    assert_readable(document)


def assert_harmless(document: html.HtmlElement) -> None:
    """No script, no style, no handler, nothing loaded but our own sheet and icon, no address but on the web."""
    tags = {element.tag for element in document.iter() if isinstance(element.tag, str)}
    assert not tags & {"script", "style", "iframe", "object", "embed", "img", "base", "video", "audio"}
    assert not list(document.iter(html.etree.Comment))
    for element in document.iter(html.etree.Element):
        for name, value in element.attrib.items():
            assert not name.startswith("on"), (element.tag, name)
            assert name not in ("style", "src", "srcdoc", "formaction"), (element.tag, name)
            if name in ("href", "action"):
                assert urlsplit(value).scheme in ("", "http", "https"), value
                assert value.startswith(("/ar/", "/en/", "/static/", "#", "https://")), value
            if name == "href" and value.startswith("http"):
                assert "noreferrer" in element.get("rel").split()


def assert_readable(document: html.HtmlElement) -> None:
    """Landmarks, one h1, labels, table captions and headers, unique ids, a name for every chart."""
    assert [len(document.findall(f".//{tag}")) for tag in ("main", "h1")] == [1, 1]
    assert document.xpath("//header//nav[@aria-label]")
    assert document.xpath("//body/a[1][@class='skip'][@href='#content']")
    ids = document.xpath("//@id")
    assert len(ids) == len(set(ids))
    for field in document.xpath("//input | //select"):
        assert document.xpath(f"//label[@for='{field.get('id')}']"), field.get("name")
    for table in document.xpath("//table"):
        assert table.xpath("./caption[normalize-space()]")
        assert table.xpath("./thead//th[@scope='col']")
    for chart in document.xpath("//svg"):
        assert chart.get("aria-hidden") or chart.get("aria-label")
    for reference in document.xpath("//@aria-labelledby | //@aria-describedby"):
        assert reference in ids
    levels = [int(heading.tag[1]) for heading in document.xpath("//h1 | //h2 | //h3 | //h4")]
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels)), levels


def test_hostile_text_is_shown_as_it_is(web, filled):
    document = html.document_fromstring(web.get(f"/en/articles/{filled['hostile']}").text)
    shown = document.text_content()
    assert shown.count("<script>window.hit=1</script>") >= 10
    assert "{{7*7}}" in shown
    assert not document.xpath("//a[@class='out']")


def test_search_shows_filters_facets_and_marks(web):
    document = html.document_fromstring(web.get("/ar/?q=مكتبه&outlet=sarw&since=2020-01-01").text)
    assert document.xpath("//mark")[0].text == "المكتبة"
    assert document.xpath("//select[@id='outlet']/option[@selected]/@value") == ["sarw"]
    assert document.xpath("//input[@id='since']/@value") == ["2020-01-01"]
    assert document.xpath("//details[@class='filters']/@open")
    assert len(document.xpath("//ol[@class='hits']/li")) == 20
    assert "25" in document.xpath("string(//p[@class='total'])")
    assert document.xpath("//svg[@class='histogram']/rect")
    (following,) = document.xpath("//a[@rel='next']/@href")
    rest = html.document_fromstring(web.get(following).text)
    assert len(rest.xpath("//ol[@class='hits']/li")) == 5
    assert rest.xpath("//select[@id='outlet']/option[@selected]/@value") == ["sarw"]


def test_days_are_days_of_the_chosen_outlet(web):
    day = (NOW - timedelta(days=3)).astimezone(parameters.zone_of("Asia/Baghdad")).date()
    document = html.document_fromstring(web.get(f"/en/?outlet=sarw&since={day}&until={day}").text)
    assert len(document.xpath("//ol[@class='hits']/li")) == 1
    assert document.xpath("//time")[0].text.startswith(str(day))
    assert document.xpath("//time")[0].text.endswith("+03:00")


def test_an_older_version_stands_before_the_present_one(web):
    document = html.document_fromstring(web.get("/en/articles/3").text)
    rows = document.xpath("//section[@aria-labelledby='versions']//tbody/tr")
    assert [row.xpath("string(th)").split() for row in rows] == [["1", "present"], ["2"]]
    assert rows[1].xpath("string(td[2])") == "older page, headline"
    assert [row.xpath("string(td[2]/a/@href)").partition("?")[2] for row in rows] == [
        "from=2&to=1#compared",
        "from=1&to=2#compared",
    ]
    assert any("أرشيف" in removed.text_content() for removed in document.xpath("//main//del"))


def test_versions_are_compared_in_words(web):
    document = html.document_fromstring(web.get("/en/articles/1?from=1&to=2").text)
    words = {
        tag: [element.text_content() for element in document.xpath(f"//main//div//{tag}")]
        for tag in ("ins", "del")
    }
    assert any("أمس" in text for text in words["ins"])
    assert any("صباح" in text for text in words["del"])
    assert document.xpath("//select[@id='from']/option[@selected]")[0].text == "1"


def test_the_sql_of_every_figure_is_there(web, library):
    for page in ("", "outlets", "outlets/sarw", "crawls", "coverage", "articles/1", "stories"):
        document = html.document_fromstring(web.get(f"/en/{page}").text)
        statements = document.xpath("//details[@class='sql']//code/text()")
        assert statements
        for statement in statements:
            with library.reading() as cursor:
                cursor.execute("SELECT current_user")
                assert cursor.fetchone() == ("akhbar_reader",)
                cursor.execute(statement)


def test_the_language_switch_keeps_the_page(web):
    document = html.document_fromstring(web.get("/ar/?q=مكتبة&outlet=sarw").text)
    (there,) = document.xpath("//a[@class='switch']/@href")
    other = html.document_fromstring(web.get(there).text)
    assert other.get("lang") == "en"
    assert other.xpath("//input[@id='q']/@value") == ["مكتبة"]
    (back,) = other.xpath("//a[@class='switch']/@href")
    assert html.document_fromstring(web.get(back).text).get("lang") == "ar"


@pytest.mark.parametrize(
    ("wanted", "place"),
    [("", "/ar/"), ("en", "/en/"), ("en-GB,ar;q=0.5", "/en/"), ("ar,en", "/ar/"), ("fr", "/ar/")],
)
def test_home_goes_to_the_language_of_the_browser(web, wanted, place):
    response = web.get("/", headers={"Accept-Language": wanted})
    assert (response.status_code, response.headers["location"]) == (302, place)


def test_the_current_page_is_told(web):
    for page, name in (("", "Search"), ("stories", "Stories"), ("coverage", "Coverage")):
        document = html.document_fromstring(web.get(f"/en/{page}").text)
        assert document.xpath("//header//a[@aria-current='page']/text()") == [name]


# ── what is refused ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "page",
    [
        "articles/99999999", "articles/99999999999999999999999", "stories/99999999", "outlets/nobody", "crawls/99999",
        "nothing", "articles/x", "articles/1?from=1&to=9", "outlets/sarw/x",
    ],
)  # fmt: skip
def test_what_is_not_there_is_404(web, page):
    response = web.get(f"/en/{page}")
    assert response.status_code == 404
    assert_harmless(html.document_fromstring(response.text))
    assert html.document_fromstring(response.text).xpath("//h1/text()") == ["There is no such page"]


@pytest.mark.parametrize(
    "page",
    [
        "?page=0", "?page=21", "?page=x", "?page=-1", "?page=٣", "?since=yesterday", "?until=2026-02-30",
        "?since=9999-12-31", "?order=" + "up", "?q=" + "a" * 301, "articles/1?from=1&to=1", "articles/1?from=9e9",
        "crawls?before=99999999999999999999", "coverage?since=2001-01-01", "coverage?since=2026-02-02&until=2026-01-01",
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_400(web, page):
    response = web.get(f"/ar/{page}")
    assert response.status_code == 400
    assert_harmless(html.document_fromstring(response.text))


@pytest.mark.parametrize("text", ["%00", "%FF%FE", "%ED%A0%80", "%27%3B--", "%25s", "%5C"])
def test_odd_bytes_are_looked_for(web, text):
    assert web.get(f"/ar/?q={text}&outlet={text}&author={text}").status_code == 200
    assert web.get(f"/ar/outlets/x{text}").status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_only_reading(web, method):
    response = web.request(method, "/ar/articles/1")
    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD")


def test_a_foreign_name_is_refused(web):
    assert web.get("/ar/", headers={"Host": "attacker.example"}).status_code == 400
    assert web.get("/ar/", headers={"Host": "127.0.0.1:8700"}).status_code == 200
    assert web.get("/ar/", headers={"Host": ""}).status_code == 400


@pytest.mark.parametrize(
    "page", ["/ar/", "/en/articles/1", "/en/nothing", "/ar/?page=0", "/static/style.css", "/"]
)
def test_headers(web, page):
    headers = web.get(page).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy == {
        "default-src": "'none'",
        "style-src": "'self'",
        "img-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in headers
    assert ("immutable" in headers["cache-control"]) == page.startswith("/static/")


def test_head_and_static_files(web):
    for page in ("/ar/", "/en/articles/1", "/en/coverage"):
        response = web.head(page)
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/html")
    assert web.head("/en/articles/99999").status_code == 404
    sheet = html.document_fromstring(web.get("/ar/").text).xpath("//link[@rel='stylesheet']/@href")[0]
    first = web.get(sheet)
    assert first.status_code == 200
    again = web.get(sheet, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert web.get("/static/../app.py").status_code == 404
    assert "http" not in first.text.replace("http-equiv", "")


def test_faults_are_told_without_their_details(library, monkeypatch):
    application = make_application(library, hosts=None)
    client = TestClient(application, raise_server_exceptions=False)
    for error, status in (
        (StorageUnavailable("host=secret"), 503),
        (TooSlow("secret"), 503),
        (RuntimeError("secret"), 500),
    ):
        monkeypatch.setattr(
            "akhbar.web.views.articles.list_outlets", lambda _, error=error: (_ for _ in ()).throw(error)
        )
        response = client.get("/en/stories")
        assert response.status_code == status
        assert "secret" not in response.text
        assert "content-security-policy" in response.headers


def test_what_cannot_be_counted_in_time_is_said(library, monkeypatch):
    def slow(*_: object) -> None:
        raise TooSlow

    for name in ("search.count_by_outlet_and_day", "outlets.list_health", "crawls.sum_coverage"):
        monkeypatch.setattr(f"akhbar.web.views.{name}", slow)
    client = TestClient(make_application(library, hosts=None))
    for page in ("", "outlets", "coverage"):
        response = client.get(f"/en/{page}")
        assert response.status_code == 200
        assert "could not be counted in time" in response.text
        assert response.text.rstrip().endswith("</html>")


def test_pages_with_counts_come_in_pieces():
    template = rendering._TEMPLATES.from_string("head{{ flush }}{{ count() }}tail")
    pieces = rendering._pieces(template.generate(count=lambda: 7))
    assert list(pieces) == ["head", "7tail"]


def test_an_empty_corpus(connection):
    library = Library()
    client = TestClient(make_application(library, hosts=None))
    for page in ("", "stories", "outlets", "crawls", "coverage"):
        response = client.get(f"/ar/{page}")
        assert response.status_code == 200
        assert_readable(html.document_fromstring(response.text))
    library.close()


# ── the parts ───────────────────────────────────────────────────────────────────────────────────────────


def test_outlets_show_their_schedule_and_fields_that_fell(connection):
    """Authors were printed on all articles of the weeks before, and on none of the last day's thirty."""
    sarw = Outlet("صحيفة السرو", country="IQ", timezone="Asia/Baghdad", slug="sarw")
    still = Outlet("صحيفة الغدير", country="IQ", timezone="Asia/Baghdad", slug="ghadir")
    crawl = crawls.begin(connection, sarw)
    articles.store(connection, crawl, [Submission(article=plain(n)) for n in range(1, 31)])
    with connection, connection.cursor() as cursor:
        cursor.execute("UPDATE akhbar.articles SET first_seen_at = now() - interval '4 days'")
    late = [Submission(article=plain(n, authors=[], credits=[])) for n in range(31, 61)]
    articles.store(connection, crawl, late)
    crawls.finish(connection, crawl, verdict="healthy")
    schedule.enrol(connection, [sarw, still])
    schedule.change(connection, "sarw", every=timedelta(minutes=45))
    schedule.settle(connection, "sarw", schedule.Outcome.FAILED, status=1, note=HOSTILE)
    schedule.change(connection, "ghadir", paused=True)
    library = Library()
    with TestClient(make_application(library, hosts=None)) as client:
        tree = html.fromstring(client.get("/en/outlets").text)
        rows = {row.xpath("string(th//a)"): row for row in tree.xpath("//tbody/tr")}
        cells = [" ".join(cell.text_content().split()) for cell in rows["صحيفة السرو"].xpath("td")]
        due = connection_time(connection, "SELECT due_at FROM corpus.schedule WHERE outlet = 'sarw'")
        assert cells[1].startswith(f"{due.astimezone(parameters.zone_of('Asia/Baghdad')):%Y-%m-%d %H:%M}")
        assert cells[2:4] == ["45 min", "Authors"]
        cells = [" ".join(cell.text_content().split()) for cell in rows["صحيفة الغدير"].xpath("td")]
        assert cells[1:4] == ["paused", "by its rhythm", "—"]
        assert "corpus.schedule" in tree.text_content() and "authors_late" in tree.text_content()

        page = client.get("/en/outlets/sarw").text
        tree = html.fromstring(page)
        fields = {
            row.xpath("string(th)"): [cell.text_content().strip() for cell in row.xpath("td")]
            for row in tree.xpath("//section[@aria-labelledby='fields']//tbody/tr")
        }
        assert fields["Authors"] == ["0%", "100%", "fell"]
        assert fields["Published"] == ["100%", "100%", "—"]
        plan = tree.xpath("//section[@aria-labelledby='schedule']")[0].text_content()
        assert (
            "45 min" in plan and HOSTILE.replace("\u202e", "")[:40] in plan and "<script>window" not in page
        )
        quiet = html.fromstring(client.get("/ar/outlets/ghadir").text).text_content()
        assert "موقوفة مؤقتا" in quiet and "لا مقالات في الأسبوعين الأخيرين" in quiet


def test_a_crawl_shows_what_each_host_was_asked_and_no_raw_json(connection):
    sarw = Outlet("صحيفة السرو", country="IQ", timezone="Asia/Baghdad", slug="sarw")
    crawl = crawls.begin(connection, sarw)
    crawls.finish(connection, crawl, verdict="healthy")
    host = {"requests": 17, "answers": {"200": 15, "304": 2}, "bytes": 95809, "least_gap": 1.02, "delay": 1.0}
    counts = {"stored": 3, "receipt": {HOSTILE: host}, "fields": {"authors": 0.833, "articles": 12}}
    with connection, connection.cursor() as cursor:
        cursor.execute("UPDATE akhbar.crawls SET counts = %s", (Json(counts),))
    with TestClient(make_application(Library(), hosts=None)) as client:
        tree = html.fromstring(client.get("/en/crawls/1").text)
        cells = [cell.text_content().strip() for cell in tree.xpath("//tbody/tr/td")]
        assert cells == ["17", "200 × 15, 304 × 2", "95,809", "1.02", "1.0"]
        shares = {pair.xpath("string(dt)"): pair.xpath("string(dd)") for pair in tree.xpath("//dl/div")}
        assert shares["Authors"] == "83%" and "Articles" not in shares
        listed = html.fromstring(client.get("/en/crawls").text).xpath("//tbody")[0].text_content()
        assert "stored 3" in " ".join(listed.split()) and "{" not in listed


def connection_time(connection, query):
    with connection, connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


def test_both_languages_say_the_same_things():
    arabic, english = (language.LANGUAGES[code].words for code in ("ar", "en"))
    assert arabic.keys() == english.keys()
    for key in arabic:
        holes = [sorted(re.findall(r"\{(\w+)\}", words[key])) for words in (arabic, english)]
        assert holes[0] == holes[1], key
    templates = "".join(path.read_text() for path in (ROOT / "akhbar/web/templates").iterdir())
    for key in re.findall(r'\bt\("([a-z_.0-9]+)"[,)]', templates):
        assert key in arabic, key
    with pytest.raises(KeyError):
        language.LANGUAGES["ar"].text("no.such.word")
    assert language.LANGUAGES["ar"].text("verdict.{new}") == "{new}"


def test_no_words_stand_in_a_template():
    for path in (ROOT / "akhbar/web/templates").iterdir():
        text = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", " ", path.read_text(), flags=re.S)
        text = re.sub(r"<[^>]*>", " ", text)
        assert not re.findall(r"[A-Za-z\u0621-\u064a]{3,}", text), path.name


@pytest.mark.parametrize(
    ("first", "last", "unit", "bars"),
    [
        (date(2026, 1, 1), date(2026, 1, 1), "day", 1),
        (date(2026, 1, 1), date(2026, 2, 20), "day", 51),
        (date(2026, 1, 1), date(2026, 6, 1), "week", 23),
        (date(2024, 1, 31), date(2026, 6, 1), "month", 30),
        (date(1990, 1, 1), date(2026, 6, 1), "year", 37),
    ],
)
@pytest.mark.parametrize("mirrored", [False, True])
def test_histogram(first, last, unit, bars, mirrored):
    chart = charts.histogram({first: 2, last: 1}, mirrored=mirrored)
    assert (chart.unit, len(chart.bars)) == (unit, bars)
    assert sum(bar.count for bar in chart.bars) == (3 if first != last else 1)
    assert chart.bars[0].since <= first <= chart.bars[0].until
    assert chart.bars[-1].since <= last <= chart.bars[-1].until
    for before, after in itertools.pairwise(chart.bars):
        assert before.until + timedelta(days=1) == after.since
        assert (before.x > after.x) == mirrored
    assert all(0 <= bar.x < chart.width and bar.y + bar.height == 100 for bar in chart.bars if bar.count)


def test_charts_without_anything():
    assert charts.histogram({}, mirrored=True) is None
    assert charts.histogram({date(1500, 1, 1): 1, date(2026, 1, 1): 1}, mirrored=False) is None
    assert len(charts.last_days({}, date(2026, 1, 31), 28, mirrored=True).bars) == 28
    assert charts.places([], mirrored=False) == []
    assert charts.places([NOW, NOW + timedelta(hours=1), NOW + timedelta(hours=4)], mirrored=False) == [
        0,
        25,
        100,
    ]
    assert charts.places([NOW, NOW + timedelta(hours=1)], mirrored=True) == [100, 0]


def test_times_are_in_the_zone_and_as_exact_as_known():
    at = datetime(2024, 12, 19, 22, 5, tzinfo=UTC)
    assert rendering.when(at, "Asia/Baghdad") == "2024-12-20 01:05 +03:00"
    assert rendering.when(at, "Asia/Baghdad", "day") == "2024-12-20"
    assert rendering.when(at, "Asia/Baghdad", "month") == "2024-12"
    assert rendering.when(at, "No/Where") == "2024-12-19 22:05 +00:00"
    assert rendering.percent(0.9999) == "99%"


@pytest.mark.parametrize(
    "url", ["javascript:x", "data:x", "//x", "http:", "http://[", "", None, "JaVaScript://x/%0a"]
)
def test_only_addresses_on_the_web_are_linked(url):
    assert rendering.web_address(url) is None


def test_counts_are_remembered_for_a_while(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    remembered = Remembered(seconds=10, entries=2)
    made: list[str] = []

    def make(name: str) -> int:
        return remembered.get(name, lambda: made.append(name) or len(made))

    assert [make("a"), make("a")] == [1, 1]
    clock[0] = 11
    assert make("a") == 2
    make("b"), make("c")
    assert make("a") == 5


def test_the_guard_lets_the_lifespan_through():
    seen: list[str] = []

    async def application(scope, receive, send):
        seen.append(scope["type"])

    import asyncio

    asyncio.run(Guard(application, None)({"type": "lifespan"}, None, None))
    assert seen == ["lifespan"]


# ── the command ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def served(filled: dict[str, int], url: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`akhbar web` in a process of its own, and its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "akhbar", "web", "--port", "0"],
        env={**os.environ, "AKHBAR_DATABASE_URL": url, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    timer = threading.Timer(60, process.kill)
    timer.start()
    line = process.stderr.readline()
    found = re.search(r"http://127\.0\.0\.1:\d+", line)
    assert found, line + process.stderr.read()
    yield process, found[0]
    timer.cancel()
    process.kill()
    process.communicate()


def test_the_command_serves_and_stops_cleanly(served):
    import httpx2 as httpx

    process, root = served
    response = httpx.get(f"{root}/ar/", timeout=20)
    assert response.status_code == 200
    assert "server" not in response.headers
    head = httpx.head(f"{root}/ar/", timeout=20)
    assert (head.status_code, head.content) == (200, b"")
    process.send_signal(signal.SIGINT)
    output, notes = process.communicate(timeout=20)
    assert process.returncode == 0
    assert output == ""
    assert notes.strip() == "Stopped."


def test_a_taken_port_is_told(database_url):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = subprocess.run(
            [sys.executable, "-m", "akhbar", "web", "--port", str(taken.getsockname()[1])],
            env={**os.environ, "AKHBAR_DATABASE_URL": database_url, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=60,
        )
    assert ended.returncode == 2
    assert "cannot listen on 127.0.0.1 port" in ended.stderr


# ── in a browser ────────────────────────────────────────────────────────────────────────────────────────

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture
def browser():
    """A headless Chromium of this machine; nothing is downloaded."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine")
    quiet = (
        "disable-gpu",
        "no-first-run",
        "disable-background-networking",
        "disable-component-update",
        "disable-sync",
    )
    with playwright.sync_playwright() as started:
        launched = started.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", *(f"--{name}" for name in quiet)]
        )
        yield launched
        launched.close()


@pytest.mark.slow
def test_hostile_text_runs_nothing_in_a_browser(served, browser, filled):
    _, root = served
    page = browser.new_page()
    foreign: list[str] = []
    said: list[str] = []
    page.on(
        "request", lambda request: foreign.append(request.url) if not request.url.startswith(root) else None
    )
    page.on("console", lambda message: said.append(message.text))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    for template in PAGES:
        page.goto(root + address("ar", template, filled))
        assert page.evaluate("window.hit") is None
        for width in (320, 390, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert (
                page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                <= 0
            ), (template, width)
    assert (foreign, said) == ([], [])


@pytest.mark.slow
def test_the_keyboard_alone(served, browser):
    """Search, filter, open an article, compare versions, switch language: without a pointer."""
    _, root = served
    page = browser.new_page()
    page.goto(f"{root}/en/")

    def focus(selector: str) -> None:
        for _ in range(150):
            page.keyboard.press("Tab")
            if page.evaluate("s => document.activeElement.matches(s)", selector):
                outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                assert outline != "none", selector
                return
        pytest.fail(f"{selector} cannot be reached by Tab")

    focus("a.skip")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    focus("#q")
    page.keyboard.type("مكتبة")
    focus(".filters > summary")
    page.keyboard.press("Enter")
    focus("#outlet")
    page.keyboard.press("End")
    focus("#order")
    page.keyboard.press("End")
    focus(".fields button")
    page.keyboard.press("Enter")
    page.wait_for_url("**outlet=sarw**")
    assert "order=time" in page.url
    focus("ol.hits h3 a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/articles/1")
    focus("table a[href*='from=1']")
    page.keyboard.press("Enter")
    page.wait_for_url("**from=1&to=2**")
    assert page.locator("ins").count() > 1
    page.keyboard.press("Control+Home")
    page.evaluate("document.activeElement.blur()")
    focus("a.switch")
    page.keyboard.press("Enter")
    page.wait_for_url("**/ar/articles/1**")
    assert page.evaluate("document.documentElement.dir") == "rtl"
    focus("header nav a[href='/ar/stories']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/ar/stories")
    focus("tbody a[href*='/stories/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/ar/stories/*")
    focus("table.timeline tbody a[href*='/articles/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/ar/articles/*")
