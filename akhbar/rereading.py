"""Archived pages read again over all cores: what would change, and whether it is for the better."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from akhbar.output import shorten
from corpus.home import home
from corpus.rereading import FIELDS, StoredArticle, compare, keep, read_archived
from crawler.items import Article, Rejection
from crawler.network.warc import Place, UnreadableRecordError, read_record
from crawler.network.warc_folder import archive_root, find_file
from pipelines.drop import Drop
from pipelines.fingerprint import Fingerprint
from pipelines.language import Language
from pipelines.normalise import Normalise
from pipelines.require import Require

if TYPE_CHECKING:
    from corpus.transaction import Connection
    from crawler.reading import Readers

SAMPLES = 3  # of each field that differs
TOLERANCE = 0.01  # of bodies, dates or authors that a better reader may lose
_SHOWN = 160  # characters of a sample
_FLUSH_EVERY = 0.5  # seconds of pages that are read once more after a kill
_PER_PROCESS = 3  # pages in hand for each reader process


@dataclass(frozen=True, slots=True)
class Reread:
    """What became of one page: `changes` names the fields that differ; `lost` why there is no new reading."""

    article: int
    revision: int
    changes: list[str]
    lost: str | None
    had: list[str]
    has: list[str]
    samples: dict[str, list[str]]


@dataclass(slots=True)
class Differences:
    """The sum of what was read again.

    `had` and `has` count articles with a body, a date and authors, before and after; `samples`
    hold (article, before, after) for each field.
    """

    read: int = 0
    same: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    had: Counter[str] = field(default_factory=Counter)
    has: Counter[str] = field(default_factory=Counter)
    samples: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, reread: Reread) -> None:
        self.read += 1
        self.same += not reread.changes and reread.lost is None
        self.fields.update(reread.changes)
        self.lost.update([reread.lost] if reread.lost else [])
        self.had.update(reread.had)
        self.has.update(reread.has)
        for name, (before, after) in reread.samples.items():
            shown = self.samples.setdefault(name, [])
            if len(shown) < SAMPLES:
                shown.append({"article": reread.article, "before": before, "after": after})

    @property
    def changed(self) -> int:
        return self.read - self.same - sum(self.lost.values())

    def worse(self) -> list[str]:
        """Which of bodies, dates and authors became fewer by more than the tolerance, with both counts."""
        return [
            f"{name} {self.had[name]} → {self.has[name]}"
            for name in ("bodies", "dates", "authors")
            if self.has[name] < self.had[name] * (1 - TOLERANCE)
        ]


class Journal:
    """What has been read again so far, so that a run that was cut short goes on where it stopped.

    A file of JSON lines under AKHBAR_HOME, one for each selection and reader; gone when the run is done.
    """

    def __init__(self, outlet: str | None, since: datetime | None):
        selection = json.dumps(
            [outlet, since.isoformat(timespec="hours") if since else None, reader_digest()]
        )
        name = hashlib.blake2b(selection.encode(), digest_size=8).hexdigest()
        self.path = home() / "reextract" / f"{name}.jsonl"
        self._file: TextIO | None = None
        self._flushed = 0.0

    def load(self) -> Iterator[Reread]:
        """What an earlier run wrote; a line that was cut off is not of it."""
        if not self.path.exists():
            return
        with self.path.open(encoding="utf-8") as lines:
            for line in lines:
                if line.endswith("\n"):
                    yield Reread(**json.loads(line))

    def add(self, reread: Reread) -> None:
        if self._file is None:
            self.path.parent.mkdir(mode=0o700, exist_ok=True)
            self._file = self.path.open("a", encoding="utf-8")
            if self._file.tell():  # a line that was cut off must not swallow the next one
                self._file.write("\n")
        self._file.write(json.dumps(asdict(reread), ensure_ascii=False) + "\n")
        if time.monotonic() - self._flushed > _FLUSH_EVERY:
            self._flushed = time.monotonic()
            self._file.flush()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def remove(self) -> None:
        self.close()
        self.path.unlink(missing_ok=True)


class Rereader:
    """Reads archived pages of stored articles with the present reader, as a crawl reads them."""

    def __init__(self, connection: Connection, readers: Readers, accepted: list[str]):
        """`accepted` are the languages of the corpus."""
        self.connection = connection
        self.readers = readers
        self.root = archive_root()
        self.judges = (Normalise(), Require(), Language(accepted))

    async def read_all(
        self,
        stored: Iterable[StoredArticle],
        each: Callable[[StoredArticle, Article | Rejection], None],
    ) -> None:
        """Read the pages of these articles, as many at once as there are processes; `each` gets the answers."""
        in_hand: dict[asyncio.Task[Article | Rejection], StoredArticle] = {}
        most = _PER_PROCESS * (os.cpu_count() or 1)
        try:
            for article in stored:
                in_hand[asyncio.create_task(self.read(article))] = article
                while len(in_hand) >= most:
                    await _hand_on(in_hand, each)
            while in_hand:
                await _hand_on(in_hand, each)
        finally:
            for task in in_hand:
                task.cancel()

    async def read(self, stored: StoredArticle) -> Article | Rejection:
        """The article that the present reader and the pipelines make of an archived page."""
        from crawler.reading import Job

        url = stored.candidate.url
        try:
            place = Place.from_dict(stored.archive)
            answer = await asyncio.to_thread(
                read_record, find_file(self.root, place.file), place.offset, max_size=50 * 1024**2
            )
        except (UnreadableRecordError, OSError, KeyError, ValueError) as fault:
            return Rejection(url=url, reason="not_in_archive", detail=str(fault)[:200], failed=True)
        result = await self.readers.read(
            Job(
                body=answer.body,
                url=answer.url,
                content_type=answer.content_type,
                candidate=stored.candidate,
                fetched_at=answer.at,
                facts=self._facts(stored.outlet),
            )
        )
        if isinstance(result, Article):
            try:
                for judge in self.judges:
                    judge.process_item(result)
            except Drop as drop:
                return Rejection(url=url, reason=drop.reason)
        return result

    @cache  # noqa: B019 - one object a run, a few outlets
    def _facts(self, slug: str) -> bytes:
        from corpus.passages import furniture
        from crawler.reading import Facts

        outlet, layout, spider = _facts_of(slug)
        lines = furniture(self.connection, slug)
        return Facts(outlet=outlet, layout=layout, furniture=lines, spider=spider).pack()


def judge(stored: StoredArticle, result: Article | Rejection) -> Reread:
    """What a new reading comes to, beside what is stored."""
    known = stored.known
    had = _fill(known["body"], known["published_at"], known["authors"])
    if isinstance(result, Rejection):
        # a page that is not there says nothing about the reader
        has = had if result.reason == "not_in_archive" else []
        return Reread(stored.id, stored.revision, [], result.reason, had, has, {})
    has = _fill(result.body, result.published_at, result.authors)
    try:
        differences = compare(stored, result)
    except ValueError as fault:
        return Reread(stored.id, stored.revision, [], str(fault), had, [], {})
    if differences is None:
        return Reread(stored.id, stored.revision, [], "worse_reading", had, has[1:], {})
    samples = {name: [_show(before), _show(after)] for name, (before, after) in differences.items()}
    return Reread(stored.id, stored.revision, list(differences), None, had, has, samples)


def select(
    connection: Connection, outlet: str | None, since: datetime | None, skip: Callable[[StoredArticle], bool]
) -> Iterator[StoredArticle]:
    """The articles with an archived page, a lot at a time, without those to skip."""
    after = 0
    while lot := read_archived(connection, outlet=outlet, since=since, after=after):
        after = lot[-1].id
        yield from (article for article in lot if not skip(article))


def keep_reading(connection: Connection, stored: StoredArticle, result: Article | Rejection) -> bool:
    """Keep a new reading that differs and is not worse; whether it was kept."""
    reread = judge(stored, result)
    if isinstance(result, Rejection) or not reread.changes:
        return False
    Fingerprint().process_item(result)  # not before: most readings are the same, and are not kept
    return keep(connection, stored, result, reread.changes)


async def _hand_on(
    in_hand: dict[asyncio.Task[Article | Rejection], StoredArticle],
    each: Callable[[StoredArticle, Article | Rejection], None],
) -> None:
    done, _ = await asyncio.wait(in_hand, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        each(in_hand.pop(task), task.result())


def _fill(body: str | None, published_at: datetime | None, authors: list[str]) -> list[str]:
    filled = (("bodies", body), ("dates", published_at), ("authors", authors))
    return [name for name, value in filled if value]


def _show(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return shorten(text, _SHOWN)


@cache
def _facts_of(slug: str) -> tuple[Any, Any, Any]:
    """An outlet's facts, layout, and its spider where that reads pages by code of its own."""
    from akhbar.outlets import load_outlets
    from crawler.general import GeneralSpider

    spider = load_outlets().get(slug, GeneralSpider)
    outlet = spider.describe(spider.outlet, slug, spider.allowed_domains)
    return outlet, spider.layout, spider if spider._reads_itself() else None


@cache
def reader_digest() -> str:
    """A digest of what the reader's answers depend on: the code of the reader and the outlets' files."""
    import crawler
    from akhbar.outlets import load_outlets

    room = Path(crawler.__file__).parent
    files = [*room.glob("arabic/*.py"), *room.glob("extraction/*.py"), *room.glob("spiders/*.py")]
    digest = hashlib.blake2b(digest_size=8)
    for path in sorted(files):
        digest.update(path.read_bytes())
    for slug, spider in load_outlets().items():
        digest.update(f"{slug} {spider.layout} {spider.outlet}".encode())
    return digest.hexdigest()


__all__ = [
    "FIELDS",
    "Differences",
    "Journal",
    "Reread",
    "Rereader",
    "judge",
    "keep_reading",
    "reader_digest",
    "select",
]
