"""An outlet of our own on loopback, and the program run as a person runs it: as a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest

from akhbar.commands import main
from akhbar.demo.server import DemoServer
from akhbar.demo.site import Document, Site
from akhbar.outlets import load_outlets

ROOT = Path(__file__).parents[2]

PAGE = """<!DOCTYPE html><html lang="ar" dir="rtl"><head><meta charset="utf-8">
<title>{headline} | صحيفة السرو</title><link rel="canonical" href="{url}">
<meta property="og:type" content="article"></head><body><header><nav><a href="/">الرئيسية</a></nav></header>
<main><article><h1>{headline}</h1><time datetime="2026-11-{day:02}T09:30:00+03:00"></time>{body}</article></main>
<footer>جميع الحقوق محفوظة</footer></body></html>"""


def paragraphs(number: int) -> str:
    """Three paragraphs that no other article of the outlet has."""
    return "".join(
        f"<p>أعلنت بلدية وادي السرو اليوم أن الحي رقم {number} سيحصل على {part} مدارس جديدة قبل نهاية العام، "
        f"وقالت إن المشروع {number * 7 + part} يشمل طرقا وحدائق ومكتبة عامة يستفيد منها سكان الحي كله.</p>"
        for part in (3, 5, 8)
    )


@dataclass
class LoopbackOutlet:
    """An outlet called `sarw`: its server, its folder for AKHBAR_OUTLETS, and what it has published."""

    server: DemoServer
    folder: Path
    site: Site
    pages: dict[str, str] = field(default_factory=dict)

    @property
    def root(self) -> str:
        return f"http://{self.server.address}"

    def publish(self, number: int, *, headline: str | None = None, html: str | None = None) -> str:
        """Serve article `number` and announce it; the address."""
        url = f"{self.root}/news/{number}"
        html = html or PAGE.format(
            headline=headline or f"الحي رقم {number} يحصل على مدارس جديدة",
            url=url,
            day=number % 28 + 1,
            body=paragraphs(number),
        )
        self.pages[url] = html
        self.site.add(f"/news/{number}", Document(html.encode(), "text/html; charset=utf-8"))
        self.announce(list(self.pages))
        return url

    def announce(self, urls: list[str], updated: datetime | None = None) -> None:
        """Serve a sitemap of these addresses, with a lastmod where given."""
        lastmod = f"<lastmod>{updated.isoformat()}</lastmod>" if updated else ""
        entries = "".join(f"<url><loc>{url}</loc>{lastmod}</url>" for url in urls)
        sitemap = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'
        self.site.add("/sitemap.xml", Document(sitemap.encode(), "application/xml"))

    def write_file(self, **settings: Any) -> None:
        """Write the outlet's file, with Scrapy settings of its own."""
        (self.folder / "sarw.py").write_text(
            f'''"""Sarw: an invented outlet on loopback."""
from crawler.discovery import Sitemap
from crawler.outlet import Outlet
from crawler.spider import NewsSpider


class SarwSpider(NewsSpider):
    name = "sarw"
    outlet = Outlet("صحيفة السرو", country="IQ", timezone="Asia/Baghdad")
    allowed_domains = ["127.0.0.1"]
    sources = [Sitemap("{self.root}/sitemap.xml")]
    article_url = r"/news/"
    custom_settings = {settings!r}
''',
            encoding="utf-8",
        )

    def fetched(self, path: str) -> int:
        """How often the server was asked for a path."""
        return sum(1 for _, asked, _ in self.server.requests if asked == path)


@pytest.fixture
def outlet(tmp_path: Path) -> Iterator[LoopbackOutlet]:
    folder = tmp_path / "outlets"
    folder.mkdir()
    with DemoServer() as server:
        site = Site(hosts=[server.address])
        site.add("/robots.txt", Document(b"User-agent: *\nAllow: /\n", "text/plain"))
        server.serve([site])
        made = LoopbackOutlet(server, folder, site)
        made.write_file(DOWNLOAD_DELAY=0, CONCURRENT_REQUESTS_PER_DOMAIN=8, READER_PROCESSES=1)
        yield made


@dataclass(frozen=True)
class Ended:
    """A command that has ended."""

    status: int
    output: str
    notes: str

    def json(self) -> Any:
        return json.loads(self.output)


@pytest.fixture
def environment(database_url: str, outlet: LoopbackOutlet, tmp_path: Path) -> dict[str, str]:
    """The environment of a command: a database of the test's own, the loopback outlet, an empty home."""
    return {
        **os.environ,
        "AKHBAR_DATABASE_URL": database_url,
        "AKHBAR_HOME": str(tmp_path / "home"),
        "AKHBAR_OUTLETS": str(outlet.folder),
        "AKHBAR_ALLOW_ADDRESSES": outlet.server.address,
        "AKHBAR_CONTACT": "https://akhbar.example/contact",
        "PYTHONPATH": str(ROOT),
    }


@pytest.fixture
def akhbar(environment: dict[str, str], tmp_path: Path) -> Callable[..., Ended]:
    """Run the command line in a process of its own, in an empty folder, and wait for its end."""

    def run(*arguments: str, input: str | None = None, **changes: str | None) -> Ended:
        merged = {key: value for key, value in {**environment, **changes}.items() if value is not None}
        ended = subprocess.run(
            [sys.executable, "-m", "akhbar", *arguments],
            env=merged,
            cwd=tmp_path,
            input=input,
            capture_output=True,
            text=True,
            timeout=120,
        )
        return Ended(ended.returncode, ended.stdout, ended.stderr)

    return run


@pytest.fixture
def ask(
    environment: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Callable[..., Ended]]:
    """Run the command line in this process: for verbs that crawl nothing, in a hundredth of a process's start."""

    def run(*arguments: str, input: str = "") -> Ended:
        load_outlets.cache_clear()  # each test has a folder of its own
        with monkeypatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            # the folder of outlets becomes part of the package when it is imported
            for name in [name for name in sys.modules if f"{name}.".startswith("crawler.spiders.")]:
                patch.delitem(sys.modules, name)
            patch.chdir(tmp_path)
            patch.setattr(sys, "stdin", TextIOWrapper(BytesIO(input.encode())))
            capsys.readouterr()
            with pytest.raises(SystemExit) as exit:
                main(list(arguments))
        said = capsys.readouterr()
        return Ended(int(exit.value.code or 0), said.out, said.err)

    yield run
    load_outlets.cache_clear()


def start_crawl(environment: dict[str, str], cwd: Path, *arguments: str) -> subprocess.Popen[str]:
    """`akhbar crawl` in a process group of its own, which the test ends."""
    return subprocess.Popen(
        [sys.executable, "-m", "akhbar", "crawl", *arguments],
        env=environment,
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
