"""The raw archive: every answer on disk, found again at its place, whole after every kill."""

from __future__ import annotations

import gzip
import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from crawler.network.warc import (
    Answer,
    Place,
    UnreadableRecordError,
    digest_of,
    make_info,
    make_response,
    read_date,
    read_record,
    whole_members,
)
from crawler.network.warc_folder import ArchiveFolder, ArchiveFullError, find_file, repair
from crawler.network.warc_index import index_files

ROOT = Path(__file__).resolve().parents[2]

# Fetches the addresses of a job as candidates' pages, and prints where each answer was put.
VISIT = """
import json, sys
import scrapy
from scrapy.crawler import AsyncCrawlerProcess
from crawler.candidate import Candidate

job, ends = json.load(sys.stdin), []

class Visitor(scrapy.Spider):
    name = "sarw"
    allowed_domains = []

    async def start(self):
        for url, archive in job["pages"]:
            candidate = Candidate(url=url, source="test", archive=archive)
            yield scrapy.Request(url, callback=self.parse, errback=self.fail, dont_filter=True,
                                 meta={"candidate": candidate, "handle_httpstatus_list": [304]})
        for url, archive in job["sources"]:
            yield scrapy.Request(url, callback=self.parse, errback=self.fail, dont_filter=True,
                                 meta={"source": "test", "archived": archive, "handle_httpstatus_list": [304]})
        yield scrapy.Request(job["other"], callback=self.parse, errback=self.fail)

    def parse(self, response):
        print("read", response.url, file=sys.stderr, flush=True)
        at = response.meta.get("fetched_at")
        ends.append({"url": response.url, "status": response.status, "archive": response.meta.get("archive"),
                     "length": len(response.body), "at": at and at.isoformat()})

    def fail(self, failure):
        ends.append({"url": failure.request.url, "reason": getattr(failure.value, "reason", repr(failure.value))})

settings = {
    "LOG_LEVEL": "WARNING", "TELNETCONSOLE_ENABLED": False, "REMOTE_CONTROL_ENABLED": False,
    "HTTPPROXY_ENABLED": False, "DOWNLOAD_DELAY": 0, "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
    "RETRY_ENABLED": False,
    "DOWNLOADER_MIDDLEWARES": {
        "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
        "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
        "crawler.network.archive.Archive": 540,
        "crawler.network.optout.OptOut": 545,
        "crawler.network.limits.Limits": 590,
        "crawler.network.redirects.Redirects": 600,
    },
}
process = AsyncCrawlerProcess(settings | job["settings"])
process.crawl(Visitor)
process.start()
json.dump(ends, sys.stdout)
"""


@pytest.fixture
def visit(tmp_path: Path, serve: Callable[..., Any]) -> Callable[..., dict[str, dict[str, Any]]]:
    """Fetch pages (address, or address and earlier place) and sources (address and place); ends by address.

    The archive is in tmp_path/archive.
    """

    def run(*pages: Any, sources: Sequence[Any] = (), **settings: Any) -> dict[str, dict[str, Any]]:
        job = {
            "pages": [page if isinstance(page, tuple) else (page, None) for page in pages],
            "sources": sources,
            "other": serve().url + "/robots",
            "settings": {"ARCHIVE_FOLDER": str(tmp_path / "archive")} | settings,
        }
        done = subprocess.run(
            [sys.executable, "-c", VISIT],
            input=json.dumps(job),
            capture_output=True,
            text=True,
            timeout=60,
            cwd=ROOT,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return {end["url"]: end for end in json.loads(done.stdout)}

    return run


def page(number: int, size: int = 2000) -> bytes:
    return f"<html><h1>الخبر رقم {number}</h1>{'<p>نص الخبر</p>' * (size // 30)}</html>".encode()


def records(folder: Path) -> list[tuple[str, str, dict[str, str], bytes]]:
    """(type, address, WARC headers, payload) of every record in the folder's finished files."""
    found = []
    for path in sorted(folder.rglob("*.warc.gz")):
        with path.open("rb") as file:
            for record in ArchiveIterator(file, check_digests=True):
                payload = record.content_stream().read()
                assert record.digest_checker.passed is not False
                url = record.rec_headers.get_header("WARC-Target-URI") or ""
                found.append((record.rec_type, url, dict(record.rec_headers.headers), payload))
    return found


def test_a_page_lies_at_its_place_as_it_was_read(
    visit: Callable[..., Any], serve: Callable[..., Any], tmp_path: Path
) -> None:
    packed = {"Content-Type": "text/html; charset=utf-8", "Content-Encoding": "gzip", "X-Name": "ق"}
    headers = {name: value.encode("utf-8").decode("latin-1") for name, value in packed.items()}
    site = serve({"/1": (200, headers, gzip.compress(page(1)))})
    end = visit(f"{site.url}/1")[f"{site.url}/1"]
    place = Place.from_dict(end["archive"])
    answer = read_record(tmp_path / "archive" / place.file, place.offset, max_size=10**6)
    assert answer.body == page(1)
    assert (answer.url, answer.status, answer.content_type) == (f"{site.url}/1", 200, headers["Content-Type"])
    assert place.digest == digest_of(page(1))
    assert answer.at == place.fetched_at == read_date(end["at"])
    kept = {name.lower(): value for name, value in answer.headers}
    assert kept["x-crawl-content-encoding"] == "gzip" and "content-encoding" not in kept
    # the member by itself is a whole gzip file
    with (tmp_path / "archive" / place.file).open("rb") as file:
        file.seek(place.offset)
        assert gzip.decompress(file.read(place.length)).endswith(page(1) + b"\r\n\r\n")


def test_files_are_finished_private_and_standard(
    visit: Callable[..., Any], serve: Callable[..., Any], tmp_path: Path
) -> None:
    site = serve({f"/{number}": (200, {}, page(number)) for number in range(8)})
    visit(*(f"{site.url}/{number}" for number in range(8)))
    folder = tmp_path / "archive" / "sarw"
    (path,) = folder.iterdir()
    assert path.name.startswith("sarw-") and path.name.endswith(".warc.gz")
    assert stat.S_IMODE(folder.stat().st_mode) == stat.S_IMODE(folder.parent.stat().st_mode) == 0o700
    kinds = [kind for kind, *_ in records(folder)]
    assert kinds == ["warcinfo", *["response"] * 8]  # what is no page and no source is not kept

    class Arguments:
        inputs, verbose = [str(path)], False

    checker = Checker(Arguments())
    checker.process_all()
    assert checker.exit_value == 0


def test_a_file_is_bounded_and_no_record_spans_two(
    visit: Callable[..., Any], serve: Callable[..., Any], tmp_path: Path
) -> None:
    bodies = {f"/{number}": os.urandom(6000).hex().encode() for number in range(8)}
    site = serve({path: (200, {}, body) for path, body in bodies.items()})
    ends = visit(*(site.url + path for path in bodies), ARCHIVE_FILE_SIZE=20_000)
    files = list((tmp_path / "archive" / "sarw").iterdir())
    assert len(files) >= 3 and all(path.stat().st_size <= 20_000 for path in files)
    for path, body in bodies.items():
        place = Place.from_dict(ends[site.url + path]["archive"])
        assert read_record(tmp_path / "archive" / place.file, place.offset, max_size=10**6).body == body


def test_an_unchanged_page_is_a_revisit_of_the_one_kept(
    visit: Callable[..., Any], serve: Callable[..., Any], tmp_path: Path
) -> None:
    site = serve({"/same": (200, {}, page(1)), "/new": (200, {}, page(2)), "/304": (200, {}, page(3))})
    urls = [site.url + path for path in ("/same", "/new", "/304")]
    first = visit(*urls)
    site.pages |= {"/new": (200, {}, page(4)), "/304": (304, {}, b"")}
    second = visit(*((url, first[url]["archive"]) for url in urls))
    same, new, unmodified = urls
    assert second[same]["archive"] == first[same]["archive"]
    assert second[unmodified]["archive"] == first[unmodified]["archive"]
    assert second[new]["archive"] != first[new]["archive"]
    revisits = {url: headers for kind, url, headers, _ in records(tmp_path / "archive") if kind == "revisit"}
    assert set(revisits) == {same, unmodified}
    assert revisits[same]["WARC-Refers-To-Target-URI"] == same
    assert revisits[same]["WARC-Refers-To-Date"] == first[same]["archive"]["at"]
    assert revisits[same]["WARC-Payload-Digest"] == first[same]["archive"]["digest"]
    assert revisits[same]["WARC-Profile"].endswith("identical-payload-digest")
    assert revisits[unmodified]["WARC-Profile"].endswith("server-not-modified")


def test_an_unchanged_source_is_a_revisit_of_the_one_kept(
    visit: Callable[..., Any], serve: Callable[..., Any], tmp_path: Path
) -> None:
    feed = {"Content-Type": "application/rss+xml"}
    site = serve({path: (200, feed, f"<rss>{path}</rss>".encode()) for path in ("/same", "/new", "/304")})
    same, new, unmodified = urls = [site.url + path for path in ("/same", "/new", "/304")]
    first = visit(sources=[(url, None) for url in urls])
    site.pages |= {"/new": (200, feed, b"<rss>other</rss>"), "/304": (304, {}, b"")}
    second = visit(sources=[(url, first[url]["archive"]) for url in urls])
    assert [second[url]["archive"] == first[url]["archive"] for url in urls] == [True, False, True]
    revisits = {url: headers for kind, url, headers, _ in records(tmp_path / "archive") if kind == "revisit"}
    assert set(revisits) == {same, unmodified}
    for url, headers in revisits.items():
        assert headers["WARC-Refers-To-Target-URI"] == url
        assert headers["WARC-Refers-To-Date"] == first[url]["archive"]["at"]
    assert revisits[same]["WARC-Profile"].endswith("identical-payload-digest")
    assert revisits[unmodified]["WARC-Profile"].endswith("server-not-modified")
    # whoever replays both days finds each document as it was last
    index = index_files(tuple(sorted((tmp_path / "archive").rglob("*.warc.gz"))))
    bodies = {}
    for url in urls:
        spot = index.find(url)
        assert spot is not None
        bodies[url] = read_record(spot.path, spot.offset, max_size=10**6).body
    assert bodies == {same: b"<rss>/same</rss>", new: b"<rss>other</rss>", unmodified: b"<rss>/304</rss>"}
    assert index.pages == []


def test_redirects_are_kept_and_the_place_is_that_of_the_page(
    visit: Callable[..., Any], serve: Callable[..., Any], tmp_path: Path
) -> None:
    site = serve({"/old": (301, {"Location": "/page"}, b"moved"), "/page": (200, {}, page(1))})
    end = visit(f"{site.url}/old")[f"{site.url}/page"]
    found = [(kind, url) for kind, url, *_ in records(tmp_path / "archive")]
    assert found[1:] == [("response", f"{site.url}/old"), ("response", f"{site.url}/page")]
    place = Place.from_dict(end["archive"])
    assert read_record(tmp_path / "archive" / place.file, place.offset, max_size=10**6).body == page(1)


def test_what_is_no_page_is_not_kept(
    visit: Callable[..., Any], serve: Callable[..., Any], tmp_path: Path
) -> None:
    site = serve({"/404": (404, {}, b"no"), "/500": (500, {}, b"broken"), "/1": (200, {}, page(1))})
    visit(f"{site.url}/404", f"{site.url}/500", f"{site.url}/1")
    assert [url for kind, url, *_ in records(tmp_path / "archive") if kind == "response"] == [f"{site.url}/1"]


def test_a_page_that_says_noarchive_is_read_and_not_kept(
    visit: Callable[..., Any], serve: Callable[..., Any], tmp_path: Path
) -> None:
    meta = page(2).replace(b"<html>", b'<html><head><meta name="robots" content="noarchive"></head>')
    site = serve({"/1": (200, {"X-Robots-Tag": "noarchive"}, page(1)), "/2": (200, {}, meta)})
    site.pages["/3"] = (200, {"X-Robots-Tag": "otherbot: noarchive"}, page(3))
    ends = visit(*(f"{site.url}/{number}" for number in (1, 2, 3)))
    kept = {
        url.rpartition("/")[2]: end["archive"] is not None
        for url, end in ends.items()
        if "/robots" not in url
    }
    assert kept == {"1": False, "2": False, "3": True}
    assert all(end["at"] and end["length"] for url, end in ends.items() if "/robots" not in url)
    assert [url for kind, url, *_ in records(tmp_path / "archive") if kind == "response"] == [f"{site.url}/3"]


def test_it_can_be_switched_off(visit: Callable[..., Any], serve: Callable[..., Any], tmp_path: Path) -> None:
    site = serve({"/1": (200, {}, page(1))})
    end = visit(f"{site.url}/1", ARCHIVE_ENABLED=False)[f"{site.url}/1"]
    assert end["archive"] is None and not (tmp_path / "archive").exists()


def test_a_nearly_full_disk_stops_pages_before_they_are_read(
    visit: Callable[..., Any], serve: Callable[..., Any], tmp_path: Path
) -> None:
    site = serve({"/1": (200, {}, page(1))})
    end = visit(f"{site.url}/1", ARCHIVE_MIN_FREE=10**18)[f"{site.url}/1"]
    assert end["reason"] == "archive_unavailable"
    assert not list((tmp_path / "archive").rglob("*.warc.gz*"))


def test_a_crawl_killed_in_the_middle_leaves_a_file_that_the_next_one_mends(
    visit: Callable[..., Any], serve: Callable[..., Any], tmp_path: Path
) -> None:
    """Pages come slowly, one after the other; the crawl is killed with SIGKILL while it writes, and a torn
    record is added as a loss of power leaves it."""

    def slow(number: int) -> Callable[[int], Any]:
        def answer(_: int) -> Any:
            time.sleep(0.05)
            return 200, {}, page(number, 20_000)

        return answer

    site = serve({f"/{number}": slow(number) for number in range(200)})
    job = {
        "pages": [(f"{site.url}/{number}", None) for number in range(200)],
        "other": site.url,
        "settings": {"ARCHIVE_FOLDER": str(tmp_path / "archive")},
    }
    process = subprocess.Popen(
        [sys.executable, "-c", VISIT], stdin=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, text=True
    )
    assert process.stdin and process.stderr
    process.stdin.write(json.dumps(job))
    process.stdin.close()
    end = time.monotonic() + 60
    while len(site.hits) < 40:
        assert time.monotonic() < end
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    read = {line.split()[1] for line in process.stderr if line.startswith("read ")}
    process.wait(30)
    folder = tmp_path / "archive" / "sarw"
    (left,) = folder.glob("*.open")
    whole = whole_members(left)
    with left.open("ab") as file:
        file.write(make_response(answer_of_page(1), digest_of(page(1)))[:-7])

    visit(f"{site.url}/1")
    assert not list(folder.glob("*.open"))
    mended = left.with_name(left.name.removesuffix(".open"))
    assert mended.stat().st_size == whole
    kept = [(url, payload) for kind, url, _, payload in records(folder) if kind == "response"]
    assert read and read <= {url for url, _ in kept}  # what was handed on was on disk
    assert all(payload == page(int(url.rpartition("/")[2]), 20_000) for url, payload in kept)


def answer_of_page(number: int) -> Answer:
    return Answer(
        url=f"https://sarw.example/{number}",
        status=200,
        headers=[("Content-Type", "text/html")],
        body=page(number),
        at=read_date("2026-11-23T08:00:00Z"),
    )


def folder_of(root: Path, **bounds: int) -> ArchiveFolder:
    limits = {"file_size": 10**6, "min_free": 0} | bounds
    folder = ArchiveFolder(root, "sarw", facts={}, **limits)
    folder.prepare()
    return folder


def test_a_file_that_is_being_written_is_left_alone_and_two_crawls_never_share_one(tmp_path: Path) -> None:
    first, second = folder_of(tmp_path), folder_of(tmp_path)
    one, _ = first.append(b"1")
    assert folder_of(tmp_path).prepare() == []
    other, _ = second.append(b"2")
    assert one != other and find_file(tmp_path, one).name.endswith(".open")
    first.close()
    second.close()
    assert find_file(tmp_path, one).read_bytes().endswith(b"1")


def test_files_of_one_second_sort_as_they_were_begun(tmp_path: Path) -> None:
    """Of two answers of one WARC-Date the one in the later file is the last; two short crawls can share a second."""
    for number in range(12):
        answer = replace(answer_of_page(1), body=page(number))
        folder = folder_of(tmp_path)
        folder.append(make_response(answer, digest_of(answer.body)))
        folder.close()
        spot = index_files(tuple(sorted(tmp_path.rglob("*.warc.gz")))).find(answer.url)
        assert spot is not None
        assert read_record(spot.path, spot.offset, max_size=10**6).body == page(number)


@pytest.mark.parametrize("cut", [1, 10, 200])
def test_repair_cuts_after_the_last_whole_record(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "x.warc.gz.open"
    members = [make_info("x", {}), *(make_response(answer_of_page(n), digest_of(page(n))) for n in range(3))]
    path.write_bytes(b"".join(members)[:-cut])
    assert repair(path)
    assert (tmp_path / "x.warc.gz").read_bytes() == b"".join(members[:-1])


def test_an_open_file_without_a_record_is_removed(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz.open"
    path.write_bytes(make_info("x", {})[:20])
    assert repair(path) and not list(tmp_path.iterdir())


def test_a_place_that_holds_no_whole_page_says_so(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.gz"
    member = make_response(answer_of_page(1), digest_of(page(1)))
    path.write_bytes(make_info("x", {}) + member[: len(member) // 2])
    for offset in (0, 5, len(make_info("x", {})), 10**6):
        with pytest.raises(UnreadableRecordError):
            read_record(path, offset, max_size=10**6)
    path.write_bytes(member)
    with pytest.raises(UnreadableRecordError, match="larger"):
        read_record(path, 0, max_size=100)


def test_the_free_space_mark(tmp_path: Path) -> None:
    with pytest.raises(ArchiveFullError, match="must stay free"):
        folder_of(tmp_path, min_free=10**18).check_space()


def test_headers_cannot_smuggle_a_record(tmp_path: Path) -> None:
    answer = answer_of_page(1)
    hostile = Answer(
        url=answer.url,
        status=200,
        headers=[("X-A", "1\r\n\r\nWARC/1.0\r\nWARC-Type: response"), ("X-B", "\x00قيمة")],
        body=answer.body,
        at=answer.at,
    )
    found = list(ArchiveIterator(BytesIO(make_response(hostile, digest_of(answer.body)))))
    assert len(found) == 1 and len(found[0].http_headers.headers) == 3


def test_a_header_whose_name_is_no_ascii_is_kept_and_ends_no_crawl(tmp_path: Path) -> None:
    answer = replace(answer_of_page(1), headers=[("X-\u00fc", "n\u00e9"), ("Content-Type", "text/html")])
    folder = folder_of(tmp_path)
    folder.append(make_response(answer, digest_of(answer.body)))
    folder.close()
    ((_, url, _, payload),) = [record for record in records(tmp_path) if record[0] == "response"]
    assert (url, payload) == (answer.url, answer.body)
