"""Erased records are gone for every reader, and every other record lies where it lay."""

from __future__ import annotations

import fcntl
import gzip
import os
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from crawler.network.warc import (
    Answer,
    Place,
    UnreadableRecordError,
    digest_of,
    make_response,
    make_revisit,
    read_record,
)
from crawler.network.warc_erasure import erase_folder, erase_records, make_erased
from crawler.network.warc_folder import ArchiveFolder, find_file
from crawler.network.warc_index import Index, index_files

SITE = "https://sarw.example"
SECRET = "السر المكنون في الوادي"
AT = datetime(2026, 11, 23, 8, 15, 28, tzinfo=UTC)


def answer(path: str, text: str, kind: str = "text/html; charset=utf-8", status: int = 200) -> Answer:
    return Answer(
        url=f"{SITE}{path}", status=status, headers=[("Content-Type", kind)], body=text.encode(), at=AT
    )


class Written(ArchiveFolder):
    """An outlet's folder, and where each record was put."""

    def __init__(self, root: Path) -> None:
        super().__init__(root, "sarw", file_size=1 << 30, min_free=0, facts={})
        self.prepare()

    def put(self, said: Answer, seen: Place | None = None) -> Place:
        digest = digest_of(said.body)
        member = make_revisit(said, digest, seen) if seen else make_response(said, digest)
        file, offset = self.append(member)
        return Place(file, offset, len(member), digest, "2026-11-23T08:15:28Z")


@pytest.fixture
def folder(tmp_path: Path) -> Written:
    return Written(tmp_path / "archive")


def read(root: Path, place: Place) -> Answer:
    return read_record(root / place.file, place.offset, max_size=1 << 20)


def text_of(root: Path) -> str:
    """All that stands in the archive's files, whole as any gzip reader unpacks it."""
    return "\n".join(
        gzip.decompress(path.read_bytes()).decode("utf-8", "replace") for path in root.rglob("*.warc.gz*")
    )


@pytest.mark.parametrize("length", [330, 331, 65_535, 65_553, 65_800, 65_801, 200_003])
def test_an_erased_record_is_as_long_as_it_has_to_be(length: int) -> None:
    member = make_erased(length)
    assert len(member) == length
    assert gzip.decompress(member).startswith(b"WARC/1.0\r\nWARC-Type: metadata\r\n")


def test_there_is_room_for_the_mark_in_the_shortest_record_that_we_write() -> None:
    redirect = Answer(url="https://a.example/", status=301, headers=[], body=b"", at=AT)
    shortest = make_response(redirect, digest_of(b""))
    assert len(make_erased(len(shortest))) == len(shortest)
    with pytest.raises(ValueError, match="no room"):
        make_erased(100)


def test_every_record_of_the_page_goes_and_the_others_stay_at_their_places(folder: Written) -> None:
    root = folder.root
    kept = [folder.put(answer(f"/{n}", f"<p>خبر {n}</p>" * 40)) for n in range(3)]
    old = folder.put(answer("/9", f"<p>{SECRET}</p>" * 3000))  # an earlier version: no row names its place
    feed = folder.put(answer("/rss", f"<rss><link>{SITE}/9</link>{SECRET}</rss>", "application/rss+xml"))
    section = folder.put(answer("/news", f'<a href="/9">{SECRET}</a>'))
    new = folder.put(answer("/9", f"<p>{SECRET} معدل</p>" * 60))
    folder.put(answer("/9", f"<p>{SECRET} معدل</p>" * 60), seen=new)
    folder.put(answer("/8", f"<p>{SECRET} معدل</p>" * 60), seen=new)  # the same page at another address
    kept.append(folder.put(answer("/related", f'<p>خبر آخر</p><a href="{SITE}/9">المزيد</a>')))
    kept.append(folder.put(answer("/rss2", f"<rss><link>{SITE}/99</link></rss>", "application/rss+xml")))
    folder.close()
    path = root / new.file
    before, answers = path.read_bytes(), [read(root, place) for place in kept]
    assert index_files([path]).find(f"{SITE}/8") is not None

    erased = erase_records(
        root,
        "sarw",
        places=[(new.file, new.offset)],
        addresses=[f"{SITE}/9", f"{SITE}/8"],
        sources=[f"{SITE}/news"],
    )
    assert (erased.records, erased.left, erased.missing) == (6, [], set())
    assert SECRET not in text_of(root) and len(path.read_bytes()) == len(before)
    assert [read(root, place) for place in kept] == answers
    for place in kept:
        end = place.offset + place.length
        assert path.read_bytes()[place.offset : end] == before[place.offset : end]
        assert digest_of(read(root, place).body) == place.digest
    for place in (old, new, feed, section):
        with pytest.raises(UnreadableRecordError, match="metadata"):
            read(root, place)
    with path.open("rb") as file:
        kinds = [record.rec_type for record in ArchiveIterator(file, check_digests="raise")]
    assert kinds == ["warcinfo", *["response"] * 3, *["metadata"] * 6, *["response"] * 2]
    assert Checker(type("Args", (), {"inputs": [str(path)], "verbose": False})()).process_all() == 0
    index = Index()
    index.add_file(path, [])
    assert index.resolve_revisits() == 0 and index.damaged == []
    assert index.find(f"{SITE}/9") is None and index.find(f"{SITE}/8") is None and index.find(f"{SITE}/1")
    assert path.stat().st_mode & 0o777 == 0o600

    done = path.read_bytes()
    again = erase_records(root, "sarw", places=[(new.file, new.offset)], addresses=[f"{SITE}/9"])
    assert again.records == 0 and again.left == [] and path.read_bytes() == done


def test_a_revisit_at_another_address_does_not_bring_the_page_back(folder: Written) -> None:
    page = folder.put(answer("/9", f"<p>{SECRET}</p>" * 60))
    folder.put(answer("/other", f"<p>{SECRET}</p>" * 60), seen=page)
    folder.close()
    assert erase_records(folder.root, "sarw", addresses=[f"{SITE}/9"]).records == 1
    index = Index()
    index.add_file(folder.root / page.file, [])
    assert index.resolve_revisits() == 1  # met again only, and what it repeats is nowhere
    assert index.find(f"{SITE}/other") is None


def test_addresses_are_found_as_documents_write_them(folder: Written) -> None:
    url = f"{SITE}/أخبار/1?a=1&b=2"
    encoded = "https://sarw.example/%D8%A3%D8%AE%D8%A8%D8%A7%D8%B1/1?a=1&amp;b=2"
    for number, written in enumerate((url, encoded, f"<![CDATA[{url}]]>", url.replace("https", "http"))):
        folder.put(
            answer(f"/rss{number}", f"<rss><link>{written}</link>{SECRET}</rss>", "application/rss+xml")
        )
    kept = folder.put(
        answer("/rss9", f"<rss><link>{SITE}/أخبار/12</link></rss>", "application/rss+xml; charset=utf-8")
    )
    folder.close()
    assert erase_records(folder.root, "sarw", addresses=[url]).records == 4
    assert read(folder.root, kept).status == 200


def test_the_file_that_a_crawl_writes_waits_and_a_killed_ones_does_not(folder: Written) -> None:
    page = folder.put(answer("/9", f"<p>{SECRET}</p>" * 60))
    wanted = {"places": [(page.file, page.offset)], "addresses": [f"{SITE}/9"]}
    folder.sync()
    busy = erase_records(folder.root, "sarw", **wanted)
    assert busy.records == 0 and busy.missing == set()
    assert len(busy.left) == 1 and "at this moment" in busy.left[0]
    later = folder.put(answer("/10", "<p>خبر</p>" * 60))
    assert folder._file is not None
    folder._file.close()  # as a kill does: the lock goes, the name stays `.open`
    ended = erase_records(folder.root, "sarw", **wanted)
    assert (ended.records, ended.left) == (1, [])
    assert SECRET not in text_of(folder.root) and read(folder.root, later).status == 200


def test_a_killed_erasure_leaves_the_old_file_or_the_new_one(
    folder: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = folder.put(answer("/9", f"<p>{SECRET}</p>" * 60))
    folder.close()
    path = folder.root / page.file
    before = path.read_bytes()

    class Killed(BaseException):
        pass

    def die(fd: int) -> None:
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(os, "fsync", die)
        erase_records(folder.root, "sarw", addresses=[f"{SITE}/9"])
    assert path.read_bytes() == before
    left = path.with_name(path.name + ".erasing")  # what a loss of power leaves
    left.write_bytes(before)
    assert erase_records(folder.root, "sarw", addresses=[f"{SITE}/9"]).records == 1
    assert not left.exists() and SECRET not in text_of(folder.root)


def test_behind_damage_the_places_that_the_ledger_knows_are_erased(folder: Written) -> None:
    first = folder.put(answer("/1", "<p>خبر</p>" * 60))
    page = folder.put(answer("/9", f"<p>{SECRET}</p>" * 60))
    last = folder.put(answer("/2", "<p>خبر</p>" * 50))
    folder.close()
    path = folder.root / page.file
    broken = bytearray(path.read_bytes())
    broken[first.offset + 40 : first.offset + 60] = bytes(20)
    path.write_bytes(broken)
    erased = erase_records(folder.root, "sarw", places=[(page.file, page.offset)], addresses=[f"{SITE}/9"])
    assert erased.records == 1 and len(erased.left) == 1 and "damaged" in erased.left[0]
    assert read(folder.root, last).status == 200
    with pytest.raises(UnreadableRecordError, match="metadata"):
        read(folder.root, page)


def test_a_missing_file_is_named_and_a_missing_folder_is_none(folder: Written) -> None:
    gone = "sarw/sarw-20260101000000-00000000.warc.gz"
    assert erase_records(folder.root, "sarw", places=[(gone, 845)]).missing == {gone}
    assert erase_records(folder.root, "nobody").left == []


def test_a_folder_goes_but_for_what_is_written(folder: Written) -> None:
    folder.put(answer("/1", "<p>خبر</p>"))
    folder.close()
    under_way = folder.put(answer("/2", "<p>خبر</p>"))
    erased = erase_folder(folder.root, "sarw")
    assert erased.records == 1 and len(erased.left) == 1
    assert [path.name for path in folder.folder.iterdir()] == [find_file(folder.root, under_way.file).name]
    folder.close()
    assert erase_folder(folder.root, "sarw").records == 1
    assert list(folder.folder.iterdir()) == []


def test_two_erasures_of_one_folder_take_turns(folder: Written) -> None:
    folder.put(answer("/9", f"<p>{SECRET}</p>" * 60))
    folder.close()
    lock = os.open(folder.folder, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    other = threading.Thread(
        target=erase_records, args=(folder.root, "sarw"), kwargs={"addresses": [f"{SITE}/9"]}, daemon=True
    )
    try:
        other.start()
        other.join(0.2)
        assert other.is_alive() and SECRET in text_of(folder.root)
    finally:
        os.close(lock)
    other.join(30)
    assert SECRET not in text_of(folder.root)
