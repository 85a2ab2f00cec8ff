"""Any WARC file instead of the network: what the index finds, and what the handler makes of it."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.discovery import Feed
from crawler.network.replay import ArchivedPages, sources_of
from crawler.network.warc import read_record
from crawler.network.warc_index import NoArchiveError, index_files

ROOT = Path(__file__).resolve().parents[2]
HOST = "https://sarw.example"

# Asks a replaying crawl for the addresses of a job; counts every attempt of the process to reach a host.
REPLAY = """
import json, sys
calls = []
sys.addaudithook(lambda event, args: calls.append(event) if event in (
    "socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto") else None)
import scrapy
from scrapy.crawler import AsyncCrawlerProcess

job, ends = json.load(sys.stdin), {}

class Visitor(scrapy.Spider):
    name = "visitor"
    allowed_domains = ["sarw.example"]

    async def start(self):
        for url in job["urls"]:
            yield scrapy.Request(url, callback=self.parse, errback=self.fail, dont_filter=True,
                                 meta={"first": url})

    def parse(self, response):
        ends[response.meta["first"]] = [response.status, response.url, response.text,
                                        response.meta["fetched_at"].isoformat()]

    def fail(self, failure):
        fault = failure.value
        ends[failure.request.meta["first"]] = [getattr(fault, "reason", None) or repr(fault)]

settings = {
    "LOG_LEVEL": "WARNING", "TELNETCONSOLE_ENABLED": False, "REMOTE_CONTROL_ENABLED": False,
    "HTTPPROXY_ENABLED": False, "ROBOTSTXT_OBEY": False, "RETRY_ENABLED": False, "DOWNLOAD_DELAY": 0,
    "DOWNLOAD_MAXSIZE": 100_000, "REPLAY_FILES": job["files"],
    "DOWNLOAD_HANDLERS": {
        **dict.fromkeys(("http", "https", "archive"), "crawler.network.replay.ReplayHandler"),
        **dict.fromkeys(("file", "ftp", "s3", "data")),
    },
    "EXTENSIONS": {"crawler.network.replay.NoNetwork": 0},
    "DOWNLOADER_MIDDLEWARES": {
        "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
        "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
        "crawler.network.limits.Limits": 590,
        "crawler.network.redirects.Redirects": 600,
    },
}
process = AsyncCrawlerProcess(settings)
process.crawl(Visitor)
process.start()
json.dump({"ends": ends, "calls": calls}, sys.stdout)
"""


def replay(files: list[Path], *urls: str) -> dict[str, list[Any]]:
    job = {"files": [str(path) for path in files], "urls": urls}
    done = subprocess.run(
        [sys.executable, "-c", REPLAY],
        input=json.dumps(job),
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["calls"] == []
    ends: dict[str, list[Any]] = answer["ends"]
    return ends


class Warc:
    """A WARC file written record by record, as other crawlers write them."""

    def __init__(self, path: Path, *, packed: bool = True):
        self.path = path
        self.out = BytesIO()
        self.writer = WARCWriter(self.out, gzip=packed)

    def response(
        self,
        path: str,
        body: bytes,
        *,
        status: str = "200 OK",
        at: str = "2024-12-19T10:00:00Z",
        kind: str = "text/html; charset=utf-8",
        host: str = HOST,
        **headers: str,
    ) -> Any:
        fields = [
            ("Content-Type", kind),
            *((name.replace("_", "-"), value) for name, value in headers.items()),
        ]
        record = self.writer.create_warc_record(
            host + path,
            "response",
            payload=BytesIO(body),
            length=len(body),
            warc_headers_dict={"WARC-Date": at},
            http_headers=StatusAndHeaders(status, fields, protocol="HTTP/1.1"),
        )
        self.writer.write_record(record)
        return record.rec_headers.get_header("WARC-Payload-Digest")

    def revisit(self, path: str, digest: str, refers_to: str, host: str = HOST) -> None:
        headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
        record = self.writer.create_revisit_record(
            host + path, digest, refers_to, "2024-12-19T10:00:00Z", http_headers=headers
        )
        self.writer.write_record(record)

    def save(self) -> Path:
        self.path.write_bytes(self.out.getvalue())
        return self.path


def html(text: str) -> bytes:
    return f"<html><h1>{text}</h1></html>".encode()


def chunked(body: bytes) -> bytes:
    halves = body[:50], body[50:]
    return b"".join(f"{len(half):x}\r\n".encode() + half + b"\r\n" for half in halves) + b"0\r\n\r\n"


@pytest.mark.parametrize("packed", [True, False])
def test_payloads_of_every_encoding_are_read(tmp_path: Path, packed: bool) -> None:
    warc = Warc(tmp_path / "x.warc", packed=packed)
    warc.response("/plain", html("سادة"))
    warc.response("/gzip", gzip.compress(html("مضغوطة")), Content_Encoding="gzip")
    warc.response("/chunked", chunked(html("مقطعة " * 20)), Transfer_Encoding="chunked")
    both = chunked(gzip.compress(html("مقطعة مضغوطة")))
    warc.response("/both", both, Transfer_Encoding="chunked", Content_Encoding="gzip")
    # bodies that were decoded before they were kept, under the headers of the wire
    warc.response("/stale", html("فكت"), Transfer_Encoding="chunked", Content_Encoding="br")
    warc.response("/long", b"<p>" + b"a" * 200_000)
    path = warc.save()
    texts = ("سادة", "مضغوطة", "مقطعة " * 20, "مقطعة مضغوطة", "فكت")
    names = ("/plain", "/gzip", "/chunked", "/both", "/stale")
    ends = replay([path], *(HOST + name for name in names), f"{HOST}/long", f"{HOST}/none")
    for name, text in zip(names, texts, strict=True):
        assert ends[HOST + name][2] == html(text).decode(), name
        assert ends[HOST + name][3] == "2024-12-19T10:00:00+00:00"
    assert ends[f"{HOST}/long"] == ["too_large"]
    assert ends[f"{HOST}/none"] == ["not_archived"]


def test_a_packed_bomb_meets_the_bound(tmp_path: Path) -> None:
    warc = Warc(tmp_path / "x.warc.gz")
    warc.response("/bomb", gzip.compress(b"a" * 50_000_000), Content_Encoding="gzip")
    assert replay([warc.save()], f"{HOST}/bomb")[f"{HOST}/bomb"] == ["too_large"]


def test_redirects_in_the_archive_are_followed_within_it(tmp_path: Path) -> None:
    warc = Warc(tmp_path / "x.warc.gz")
    warc.response("/old", b"", status="301 Moved", Location="/new")
    warc.response("/new", html("هنا"), at="2024-12-20T10:00:00Z")
    warc.response("/out", b"", status="302 Found", Location="https://elsewhere.example/")
    ends = replay([warc.save()], f"{HOST}/old", f"{HOST}/out")
    assert ends[f"{HOST}/old"][1:] == [f"{HOST}/new", html("هنا").decode(), "2024-12-20T10:00:00+00:00"]
    assert ends[f"{HOST}/out"] == ["offsite_redirect"]


def test_revisits_lead_to_what_they_repeat_in_any_file(tmp_path: Path) -> None:
    second = Warc(tmp_path / "2.warc.gz")
    first = Warc(tmp_path / "1.warc.gz")
    digest = first.response("/a", html("الأولى"))
    second.revisit("/by-address", "sha1:UNKNOWN", f"{HOST}/a")
    second.revisit("/by-digest", digest, f"{HOST}/gone")
    second.revisit("/lost", "sha1:NOWHERE", f"{HOST}/gone")
    second.revisit("/a", digest, f"{HOST}/a")
    index = index_files([second.save(), first.save()])
    for path in ("/a", "/by-address", "/by-digest"):
        spot = index.find(HOST + path)
        assert spot and read_record(spot.path, spot.offset, max_size=10**6).body == html("الأولى")
    assert index.find(f"{HOST}/lost") is None
    assert sorted(index.pages) == [f"{HOST}/a", f"{HOST}/by-address", f"{HOST}/by-digest"]


def test_the_latest_answer_counts_and_spellings_of_an_address_are_one(tmp_path: Path) -> None:
    warc = Warc(tmp_path / "x.warc.gz")
    warc.response("/خبر?a=1", html("جديد"), at="2024-12-20T10:00:00Z")
    warc.response("/خبر?a=1", html("قديم"), at="2024-12-18T10:00:00Z")
    index = index_files([warc.save()])
    for url in (f"{HOST}/خبر?a=1", f"{HOST}/%D8%AE%D8%A8%D8%B1?a=1#top", "http://sarw.example/خبر?a=1"):
        spot = index.find(url)
        assert spot and read_record(spot.path, spot.offset, max_size=10**6).body == html("جديد")
    assert len(index.pages) == 1


def test_all_pages_of_an_address_are_found_the_last_first(tmp_path: Path) -> None:
    first, second = Warc(tmp_path / "1.warc.gz"), Warc(tmp_path / "2.warc.gz")
    second.response("/1", html("ثان"), at="2024-12-19T10:00:00Z")
    first.response("/1", html("ثالث"), at="2024-12-20T10:00:00Z")
    first.response("/1", html("أول"), at="2024-12-18T10:00:00Z")
    # a copy is one page, and neither a redirect nor what is no HTML is any
    second.response("/1", html("أول"), at="2024-12-18T10:00:00Z")
    second.response("/1", b"", status="301 Moved", Location="/2", at="2024-12-21T10:00:00Z")
    second.response("/1", b"{}", kind="application/json", at="2024-12-17T10:00:00Z")
    index = index_files([second.save(), first.save()])
    found = index.find_pages(f"{HOST}/1")
    assert [spot.at[:10] for spot in found] == ["2024-12-20", "2024-12-19", "2024-12-18"]
    bodies = [read_record(spot.path, spot.offset, max_size=10**6).body for spot in found]
    assert bodies == [html("ثالث"), html("ثان"), html("أول")]
    last = index.find(f"{HOST}/1")
    assert last and last.at == "2024-12-21T10:00:00Z" and index.find_pages(f"{HOST}/2") == []


def test_the_pages_in_archives_are_announced_with_their_time() -> None:
    lines = f"2024-12-19T10:00:00Z\t{HOST}/news/1\n?\t{HOST}/news/2\n2024-12-19T10:00:00Z\t{HOST}/tag/1"
    listing = ArchivedPages("archive://pages/0").read(
        lines.encode(), "archive://pages/0", article_url=re.compile("/news/")
    )
    assert [(candidate.url, candidate.fetched_at) for candidate in listing.candidates] == [
        (f"{HOST}/news/1", datetime(2024, 12, 19, 10, tzinfo=UTC)),
        (f"{HOST}/news/2", None),
    ]
    assert listing.listed == 3
    assert ArchivedPages("archive://pages/1").read(b"", "archive://pages/1").candidates == []


def test_pages_are_listed_and_what_is_none_is_not(tmp_path: Path) -> None:
    warc = Warc(tmp_path / "x.warc.gz")
    warc.response("/1", html("خبر"))
    warc.response("/feed", b"<rss/>", kind="application/rss+xml")
    warc.response("/404", html("لا"), status="404 Not Found")
    warc.response("/other", html("آخر"), host="https://other.example")
    warc.response("/sub", html("فرع"), host="https://www.sarw.example")
    path = warc.save()
    index = index_files([path], ["sarw.example"])
    assert index.pages == [f"{HOST}/1", "https://www.sarw.example/sub"]
    assert index.find("https://other.example/other") is None
    assert len(index_files([path])) == 5
    feed = Feed(f"{HOST}/feed")
    assert list(sources_of(index, [feed, Feed(f"{HOST}/none")])) == [feed, ArchivedPages("archive://pages/0")]


def test_a_torn_or_damaged_file_gives_what_stands_before_the_damage(tmp_path: Path) -> None:
    warc = Warc(tmp_path / "x.warc.gz")
    warc.response("/1", html("أول"))
    warc.response("/2", html("ثان") * 100)
    whole = warc.out.getvalue()
    for name, data in {"torn": whole[:-30], "spoiled": whole[:-60] + bytes(60)}.items():
        path = tmp_path / f"{name}.warc.gz"
        path.write_bytes(data)
        index = index_files([path])
        assert index.pages == [f"{HOST}/1"], name
        assert index.damaged and name in index.damaged[0]


def test_what_is_no_archive_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "page.warc.gz"
    path.write_bytes(gzip.compress(b"<html>no archive</html>"))
    with pytest.raises(NoArchiveError, match=r"page\.warc\.gz"):
        index_files([path])
    # one gzip stream around all records cannot be read at an offset
    warc = Warc(tmp_path / "x.warc", packed=False)
    for number in range(3):
        warc.response(f"/{number}", html("خبر"))
    (tmp_path / "y.warc.gz").write_bytes(gzip.compress(warc.out.getvalue()))
    with pytest.raises(NoArchiveError, match=r"recompress"):
        index_files([tmp_path / "y.warc.gz"])


def test_the_network_is_shut(tmp_path: Path) -> None:
    """A handler that does go to the network finds no way out."""
    script = (
        REPLAY.replace('**dict.fromkeys(("http", "https", "archive"), "crawler.network.replay.ReplayHandler"),', "")
        .replace("response.meta[\"fetched_at\"].isoformat()", "0")
    )  # fmt: skip
    job = {"files": [], "urls": ["http://127.0.0.1:9/"]}
    done = subprocess.run(
        [sys.executable, "-c", script],
        input=json.dumps(job), capture_output=True, text=True, timeout=60, cwd=ROOT, check=False,
    )  # fmt: skip
    answer = json.loads(done.stdout)
    assert answer["ends"]["http://127.0.0.1:9/"] == ["address_denied"]
    assert answer["calls"] == []
