"""`akhbar outlets probe|new|capture|check` and `akhbar crawl URL`, on a site of our own on loopback."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest

import crawler.spiders
from akhbar.capture import place_of_new, write_outlet
from akhbar.demo.server import DemoServer
from akhbar.demo.site import Document, Site
from akhbar.probing import Probe
from crawler.candidate import Candidate
from crawler.discovery import Feed, Listing, Section
from crawler.discovery.probe import Home, derive_pattern, judge

# whole crawls by processes: .ci/run and `pytest -m slow` run them
pytestmark = pytest.mark.slow

Command = Callable[..., Any]
HOME = "https://www.nakheel.example/"
ROOT = Path(__file__).parents[2]
# the same program with no pause between requests: the pace has tests of its own
HURRIED = (
    "import sys; from crawler import settings; settings.DOWNLOAD_DELAY = 0; "
    "from akhbar.commands import main; main(sys.argv[1:])"
)
TOPICS = ("المدارس", "الطرق", "المكتبات", "الحدائق", "الأسواق", "الجسور", "المسارح", "الموانئ")


class Daily:
    """A site called `localhost`, for which there is no outlet file: صحيفة النخيل."""

    def __init__(self, server: DemoServer) -> None:
        self.server = server
        port = server.address.rpartition(":")[2]
        self.root = f"http://localhost:{port}"
        self.slug = f"localhost_{port}"
        self.site = Site(hosts=[f"localhost:{port}"])
        server.serve([self.site])
        self.serve("/robots.txt", "User-agent: *\nDisallow: /private/\n", "text/plain")
        self.articles = [f"/news/{100400 + number}" for number in range(6)]
        for number, path in enumerate(self.articles):
            self.serve(path, self.article(number, self.root + path))
        self.serve("/", self.home())

    def serve(self, path: str, text: str, kind: str = "text/html; charset=utf-8") -> None:
        self.site.add(path, Document(text.encode(), kind))

    def article(self, number: int, url: str) -> str:
        topic = TOPICS[number]
        paragraphs = "".join(
            f"<p>قالت أمانة مدينة النخيل إن مشروع {topic} رقم {number * 3 + part} سيكتمل في الربيع المقبل، وإن "
            f"{part + 4} أحياء ستستفيد منه بعد أن رصدت له الميزانية {number + 2 * part} ملايين هذا العام.</p>"
            for part in range(1, 5)
        )
        return (
            f'<!DOCTYPE html><html lang="ar"><head><title>مشروع {topic} يكتمل في الربيع | صحيفة النخيل</title>'
            f'<link rel="canonical" href="{url}"><meta property="og:type" content="article"></head><body>'
            f"<main><article><h1>مشروع {topic} يكتمل في الربيع</h1>"
            f'<time datetime="2026-11-{number + 10}T08:30:00+03:00">2026-11-{number + 10}</time>{paragraphs}'
            "</article></main></body></html>"
        )

    def home(self, head: str = "") -> str:
        cards = "".join(
            f'<h3><a href="{path}">مشروع في المدينة رقم {path}</a></h3>' for path in self.articles
        )
        return (
            f'<html lang="ar"><head><title>الرئيسية | صحيفة النخيل</title>{head}</head><body><nav>'
            '<a href="/">الرئيسية</a><a href="/section/3">محليات</a><a href="/section/4">رياضة</a>'
            f'<a href="/about-us">من نحن</a></nav>{cards}</body></html>'
        )

    def listing(self, numbers: list[int]) -> str:
        return "".join(f'<a href="{self.articles[number]}">{TOPICS[number]}</a>' for number in numbers)

    def feed(self, count: int = 6) -> str:
        items = "".join(
            f"<item><title>خبر</title><link>{self.root}{path}</link>"
            f"<pubDate>Tue, {10 + number} Nov 2026 08:30:00 +0300</pubDate></item>"
            for number, path in enumerate(self.articles[:count])
        )
        return f'<rss version="2.0"><channel><title>صحيفة النخيل</title>{items}</channel></rss>'

    def sitemap(self) -> str:
        urls = "".join(f"<url><loc>{self.root}{path}</loc></url>" for path in ["/about-us", *self.articles])
        return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'

    def asked(self) -> list[str]:
        return [path for host, path, _ in self.server.requests if host.startswith("localhost")]


@pytest.fixture
def daily() -> Iterator[Daily]:
    with DemoServer() as server:
        yield Daily(server)


@pytest.fixture
def hurried(tmp_path: Path, daily: Daily) -> Command:
    """Run the program without pauses, with a folder `mine` for AKHBAR_OUTLETS and no database."""

    def run(*arguments: str, **changes: str | None) -> Any:
        environment = {
            **os.environ,
            "AKHBAR_HOME": str(tmp_path / "home"),
            "AKHBAR_OUTLETS": str(tmp_path / "mine"),
            "AKHBAR_ALLOW_ADDRESSES": daily.server.address,
            "AKHBAR_CONTACT": "https://akhbar.example/contact",
            "PYTHONPATH": str(ROOT),
        } | changes
        return subprocess.run(
            [sys.executable, "-c", HURRIED, *arguments],
            env={name: value for name, value in environment.items() if value is not None},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run


def test_probe_finds_what_robots_and_the_home_page_announce(hurried: Command, daily: Daily) -> None:
    daily.serve("/", daily.home('<link rel="alternate" type="application/rss+xml" href="/xml/latest">'))
    daily.serve("/xml/latest", daily.feed(4), "application/rss+xml")
    daily.serve("/robots.txt", f"User-agent: *\nSitemap: {daily.root}/maps/all.xml\n", "text/plain")
    daily.serve("/maps/all.xml", daily.sitemap(), "application/xml")
    ended = hurried("outlets", "probe", daily.root, "--json")
    assert ended.returncode == 0, ended.stderr
    found = json.loads(ended.stdout)
    by_address = {source["url"]: source for source in found["sources"]}
    feed, sitemap = by_address[f"{daily.root}/xml/latest"], by_address[f"{daily.root}/maps/all.xml"]
    assert (feed["kind"], feed["listed"], feed["articles"], feed["newest"]) == (
        "Feed", 4, 4, "2026-11-13T08:30:00+03:00",
    )  # fmt: skip
    assert (sitemap["kind"], sitemap["listed"], sitemap["articles"]) == ("Sitemap", 7, 6)
    assert found["name"] == "صحيفة النخيل"
    assert (found["country"], found["timezone"], found["offsets"]) == (None, None, ["+03:00"])
    pattern = re.compile(found["article_url"])
    assert all(pattern.search(daily.root + path) for path in daily.articles)
    assert not any(
        pattern.search(daily.root + path) for path in ("/", "/about-us", "/section/3", "/xml/latest")
    )
    assert [page["headline"] for page in found["articles"]] == [
        "مشروع الحدائق يكتمل في الربيع", "مشروع المكتبات يكتمل في الربيع",
    ]  # fmt: skip
    assert all(page["published_at"] and page["body_words"] > 60 for page in found["articles"])
    assert "/rss.xml" not in daily.asked() and "/sitemap.xml" not in daily.asked()
    assert len(daily.asked()) == len(set(daily.asked())) <= 10


def test_probe_tries_well_known_addresses_where_nothing_is_announced(hurried: Command, daily: Daily) -> None:
    daily.serve("/feed/", daily.feed(), "text/html")
    daily.serve("/rss.xml", daily.home())  # a page where a feed is asked for is none
    ended = hurried("outlets", "probe", daily.root)
    assert ended.returncode == 0, ended.stderr
    assert f"Feed {daily.root}/feed/" in ended.stdout
    assert "/rss.xml" in daily.asked() and f"Feed {daily.root}/rss.xml" not in ended.stdout
    assert "article_url" in ended.stdout and "مشروع الموانئ" not in ended.stdout
    assert "time zone" in ended.stdout and "+03:00" in ended.stdout


def test_a_site_that_cannot_be_looked_at_is_one_line(hurried: Command, daily: Daily) -> None:
    daily.serve("/robots.txt", "User-agent: *\nDisallow: /\n", "text/plain")
    forbidden = hurried("outlets", "probe", daily.root)
    assert forbidden.returncode == 3
    assert "robots.txt forbids it" in forbidden.stderr and "Traceback" not in forbidden.stderr
    assert daily.asked() == ["/robots.txt"]
    guarded = hurried("outlets", "probe", daily.root, AKHBAR_ALLOW_ADDRESSES=None)
    assert guarded.returncode == 3 and "not public" in guarded.stderr
    nobody = hurried("outlets", "probe", daily.root, AKHBAR_CONTACT=None)
    assert nobody.returncode == 2 and "AKHBAR_CONTACT" in nobody.stderr
    assert hurried("outlets", "probe", "ftp://localhost/").returncode == 2


def test_new_writes_an_outlet_that_checks_and_crawls(
    hurried: Command, daily: Daily, tmp_path: Path, database_url: str
) -> None:
    daily.serve("/rss.xml", daily.feed(), "application/rss+xml")
    made = hurried("outlets", "new", "nakheel", daily.root)
    assert made.returncode == 0, made.stderr
    file, cases = tmp_path / "mine" / "nakheel.py", tmp_path / "mine" / "fixtures" / "nakheel"
    lines = file.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 20, lines
    assert sorted(path.name for path in cases.iterdir()) == [
        "probed_1.html", "probed_1.json", "probed_2.html", "probed_2.json",
    ]  # fmt: skip
    golden = json.loads((cases / "probed_1.json").read_text(encoding="utf-8"))
    assert golden["draft"] is True and golden["outlet"] == "nakheel" and golden["kind"] == "article"
    served = daily.site.documents[daily.articles[-1]].body
    assert (cases / "probed_1.html").read_bytes() == served

    spec = importlib.util.spec_from_file_location("nakheel", file)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    spider = module.NakheelSpider()
    assert (
        spider.outlet.name == "صحيفة النخيل"
        and spider.outlet.timezone == ""
        and "unknown" in file.read_text()
    )
    assert spider.sources[0] == Feed(f"{daily.root}/rss.xml")

    again = hurried("outlets", "new", "nakheel", daily.root)
    assert again.returncode == 2 and "there already" in again.stderr

    draft = hurried("outlets", "check", "nakheel")
    assert draft.returncode == 3 and "drafts" in draft.stderr
    for path in cases.glob("*.json"):
        stated = json.loads(path.read_text(encoding="utf-8"))
        del stated["draft"]
        path.write_text(json.dumps(stated, ensure_ascii=False), encoding="utf-8")
    reviewed = hurried("outlets", "check", "nakheel", "--json")
    assert reviewed.returncode == 0, reviewed.stdout
    crawled = hurried("crawl", "nakheel", "--json", AKHBAR_DATABASE_URL=database_url)
    assert crawled.returncode == 0, crawled.stderr
    assert json.loads(crawled.stdout)[0]["ledger"]["stored"] == 6


def test_check_names_the_field_that_differs(hurried: Command, daily: Daily, tmp_path: Path) -> None:
    daily.serve("/rss.xml", daily.feed(), "application/rss+xml")
    assert hurried("outlets", "new", "nakheel", daily.root).returncode == 0
    golden = tmp_path / "mine" / "fixtures" / "nakheel" / "probed_1.json"
    stated = json.loads(golden.read_text(encoding="utf-8"))
    del stated["draft"]
    stated |= {"headline": "عنوان آخر", "dateline": "النخيل"}
    golden.write_text(json.dumps(stated, ensure_ascii=False), encoding="utf-8")
    ended = hurried("outlets", "check", "nakheel", "--json")
    assert ended.returncode == 3
    case = json.loads(ended.stdout)["cases"][0]
    assert case["fields"]["headline"] == "differs" and case["fields"]["dateline"] == "missing"
    assert case["fields"]["body"] == "same" and set(case["differences"]) == {"headline", "dateline"}
    table = hurried("outlets", "check", "nakheel").stdout
    assert "differs" in table and "عنوان آخر" in table


def test_capture_makes_a_draft_of_a_file_or_an_address(
    hurried: Command, daily: Daily, tmp_path: Path
) -> None:
    daily.serve("/rss.xml", daily.feed(), "application/rss+xml")
    assert hurried("outlets", "new", "nakheel", daily.root).returncode == 0
    cases = tmp_path / "mine" / "fixtures" / "nakheel"
    live = hurried("outlets", "capture", "nakheel", daily.root + daily.articles[0], "schools")
    assert live.returncode == 0, live.stderr
    assert json.loads((cases / "schools.json").read_text(encoding="utf-8"))["headline"].startswith(
        "مشروع المدارس"
    )
    saved = tmp_path / "saved.html"
    saved.write_text(daily.article(1, "https://nakheel.example/news/100401"), encoding="utf-8")
    assert hurried("outlets", "capture", "nakheel", str(saved), "roads").returncode == 0
    golden = json.loads((cases / "roads.json").read_text(encoding="utf-8"))
    assert golden["url"] == "https://nakheel.example/news/100401" and golden["draft"] is True
    assert hurried("outlets", "capture", "nakheel", str(saved), "roads").returncode == 2
    assert hurried("outlets", "capture", "nakheel", str(tmp_path / "none.html"), "gone").returncode == 2
    lost = hurried("outlets", "capture", "nakheel", f"{daily.root}/news/404", "lost")
    assert lost.returncode == 2 and "http 404" in lost.stderr
    assert not (cases / "lost.html").exists()


def test_live_check_of_an_outlet_that_is_well_and_then_is_not(akhbar: Command, outlet: Any) -> None:
    for number in range(5):
        outlet.publish(number)
    well = akhbar("outlets", "check", "sarw", "--live", "3", "--json")
    assert well.status == 0, well.notes
    seen = well.json()
    assert (seen["articles"], seen["complaints"]) == (3, [])
    assert seen["fields"]["headline"] == seen["fields"]["body"] == seen["fields"]["published_at"] == 3
    assert seen["sources"][0]["status"] == 200 and seen["sources"][0]["articles"] == 5
    assert sum(outlet.fetched(f"/news/{number}") for number in range(5)) == 3

    for url in outlet.pages:  # a new layout, without a day, in which nothing is where it was
        outlet.site.add(
            url.removeprefix(outlet.root), Document(b"<html><body><h1>...</h1></body></html>", "text/html")
        )
    relaid = akhbar("outlets", "check", "sarw", "--live", "3")
    assert relaid.status == 3 and "no article could be read" in relaid.output
    outlet.site.add("/sitemap.xml", Document(b"gone", "text/html", 410))
    silent = akhbar("outlets", "check", "sarw", "--live", "3", "--json")
    assert silent.status == 3 and silent.json()["complaints"] == ["no source could be read"]


def test_crawl_of_an_address_without_an_outlet_file(
    hurried: Command, daily: Daily, database_url: str
) -> None:
    daily.serve("/robots.txt", f"User-agent: *\nSitemap: {daily.root}/map.xml\n", "text/plain")
    daily.serve("/map.xml", daily.sitemap(), "application/xml")
    ended = hurried("crawl", daily.root, "--json", AKHBAR_DATABASE_URL=database_url)
    assert ended.returncode == 0, ended.stderr
    (result,) = json.loads(ended.stdout)
    assert result["outlet"] == daily.slug
    assert (result["ledger"]["stored"], result["ledger"]["holds"]) == (6, True)
    assert f"crawled as {daily.slug}" in ended.stderr
    assert "/about-us" not in daily.asked()
    again = json.loads(hurried("crawl", daily.root, "--json", AKHBAR_DATABASE_URL=database_url).stdout)[0]
    assert again["ledger"]["stored"] == 6 and "stored" not in again["this_crawl"]


def test_crawl_of_a_site_that_has_sections_only(hurried: Command, daily: Daily, database_url: str) -> None:
    daily.serve("/section/3", daily.listing([1, 2, 3]))
    daily.serve("/section/4", daily.listing([3, 4, 5]))
    daily.serve("/", daily.home().replace("<h3>", "<!--").replace("</h3>", "-->"))
    ended = hurried("crawl", daily.root, "--json", AKHBAR_DATABASE_URL=database_url)
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)[0]["ledger"]["stored"] == 5


def test_crawl_of_a_known_outlets_address_is_that_outlets_crawl(akhbar: Command, outlet: Any) -> None:
    outlet.publish(1)
    ended = akhbar("crawl", f"{outlet.root}/", "--json")
    assert ended.status == 0, ended.notes
    assert ended.json()[0]["outlet"] == "sarw" and "sarw" in ended.notes


def test_crawl_of_an_address_with_nothing_to_crawl(hurried: Command, daily: Daily, database_url: str) -> None:
    daily.site.documents.clear()
    ended = hurried("crawl", daily.root, "--json", AKHBAR_DATABASE_URL=database_url)
    assert ended.returncode == 3 and "http 404" in ended.stderr
    assert json.loads(ended.stdout) == []


def test_an_installed_package_refuses_to_be_written_into(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AKHBAR_OUTLETS", raising=False)
    assert place_of_new("nakheel").outlet_file == ROOT / "crawler" / "spiders" / "nakheel.py"
    monkeypatch.setattr(crawler.spiders, "__file__", str(tmp_path / "crawler" / "spiders" / "__init__.py"))
    with pytest.raises(click.UsageError, match="AKHBAR_OUTLETS"):
        place_of_new("nakheel")


def test_what_a_site_prints_never_becomes_code(tmp_path: Path) -> None:
    hostile = '\\"""\'); import os; os.environ["HOSTILE"] = "1"  # ${slug} $'
    url = 'http://x".__class__.nakheel.example/news/'
    candidates = [Candidate(url=f"{url}{number}", source=HOME) for number in (5001, 5002)]
    finding = judge(Feed(f"{HOME}rss?{hostile}"), Listing(candidates=candidates, listed=2))
    home = Home(f"{HOME}?{hostile}", hostile, (), (), ())
    found = Probe(HOME, home, findings=[(finding, "robots.txt")], pattern=derive_pattern([finding], home))
    assert found.pattern is not None and '"' in found.pattern.regex
    file = tmp_path / "hostile.py"
    write_outlet(file, "hostile", found)
    spec = importlib.util.spec_from_file_location("hostile", file)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    spider = module.HostileSpider
    assert "HOSTILE" not in os.environ
    assert (spider.outlet.name, spider.article_url) == (hostile, found.pattern.regex)
    assert spider.sources == [finding.source]


def test_a_file_of_many_sources_stays_short(tmp_path: Path) -> None:
    candidates = [Candidate(url=f"{HOME}news/{number}", source=HOME) for number in (5001, 5002)]
    sections = tuple(f"{HOME}section/{number}" for number in range(9))
    home = Home(HOME, "النخيل", (), sections, sections)
    finding = judge(Section(HOME), Listing(candidates=candidates, listed=2))
    found = Probe(HOME, home, findings=[(finding, "home page")], pattern=derive_pattern([finding], home))
    write_outlet(tmp_path / "many.py", "many", found)
    text = (tmp_path / "many.py").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 20 and max(map(len, text.splitlines())) <= 110
    assert text.count("Section(") == 6
