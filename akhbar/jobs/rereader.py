"""`python -m akhbar.jobs.rereader PID`: reads archived files again for a worker, until its input ends.

A line of input is a job, `{"reread": 3, "file": "sarw/….warc.gz"}`; a line of output says how it ended,
`{"file": …, "outcome": …}`, see `Outcome`. It is a process of its own, begun when there is something to read, so
that it reads with the reader and the outlets' files as they are then; and it stays for the next file, since a
crawl's file often holds no more than a few pages.
"""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import socket
import sys
from enum import Enum
from typing import TYPE_CHECKING, Any

from corpus import rereads
from corpus.database import connect
from corpus.rereading import StoredArticle, link_copies, read_archived
from corpus.unavailable import StorageUnavailable

if TYPE_CHECKING:
    from akhbar.rereading import Differences, Rereader
    from corpus.rereads import File
    from corpus.transaction import Connection
    from crawler.items import Article, Rejection

logger = logging.getLogger(__name__)

PARTS = ("fields", "lost", "had", "has")  # of the differences: counts by name


class Outcome(Enum):
    """What became of a job. All but DONE and ABSENT mean that the file is read at another time."""

    DONE = "done"
    ABSENT = "absent"  # this machine does not have the file
    OTHER_READER = "other reader"  # this program is not the one that was asked for
    NO_STORAGE = "no storage"
    FAULT = "fault"


class Desk:
    """Does the jobs, each on a connection of its own; reader processes are shared."""

    def __init__(self, host: str):
        self.host = host

    async def do(self, reread: int, file: str) -> Outcome:
        """Read a file, or keep what differs in it, and go on to the next step where it was the last."""
        try:
            connection = connect(application="akhbar reextract")
        except StorageUnavailable:
            return Outcome.NO_STORAGE
        try:
            outcome = await self._do(connection, reread, file)
            advance(connection)
        except StorageUnavailable as error:
            logger.warning("%s", error)
            return Outcome.NO_STORAGE
        except Exception:
            logger.exception("%s could not be read again", file)
            return Outcome.FAULT
        finally:
            connection.close()
        return outcome

    async def _do(self, connection: Connection, reread: int, file: str) -> Outcome:
        from akhbar.rereading import reader_digest
        from crawler.network.warc_folder import archive_root, find_file

        part = await asyncio.to_thread(rereads.take_file, connection, reread, file)
        if part is None:
            return Outcome.DONE
        if part.reader != reader_digest():
            return Outcome.OTHER_READER
        if not find_file(archive_root(), file).exists():
            rereads.miss_file(connection, reread, file, self.host)
            return Outcome.ABSENT
        if part.step == "applying":
            await self._apply(connection, part)
            rereads.finish_applying(connection, reread, file)
        else:
            differences, differing, samples = await self._read(connection, part, file)
            rereads.keep_reading(
                connection, reread, file,
                sums=sums_of(differences), differing=differing, samples=samples, host=self.host
            )  # fmt: skip
        return Outcome.DONE

    async def _read(
        self, connection: Connection, part: File, file: str
    ) -> tuple[Differences, list[tuple[int, int]], list[tuple[int, str, str, str]]]:
        from akhbar.rereading import Differences, judge

        differences = Differences()
        differing: list[tuple[int, int]] = []

        def read_one(stored: StoredArticle, result: Article | Rejection) -> None:
            reread = judge(stored, result)
            differences.add(reread)
            if reread.changes:
                differing.append((stored.id, stored.revision))

        # what a crawl has read from a newer page meanwhile is not of this file any more
        stored = (
            article
            for article in read_archived(connection, ids=part.articles, limit=len(part.articles))
            if article.archive["file"] == file
        )
        await _rereader(connection).read_all(stored, read_one)
        samples = [
            (sample["article"], name, sample["before"], sample["after"])
            for name, shown in differences.samples.items()
            for sample in shown
        ]
        return differences, sorted(differing), samples

    async def _apply(self, connection: Connection, part: File) -> None:
        from akhbar.rereading import keep_reading

        revisions = dict(zip(part.articles, part.revisions, strict=True))
        stored = (
            article
            for article in read_archived(connection, ids=part.articles, limit=max(len(revisions), 1))
            if revisions[article.id] == article.revision
        )

        def keep_one(article: StoredArticle, result: Article | Rejection) -> None:
            keep_reading(connection, article, result)

        await _rereader(connection).read_all(stored, keep_one)


def advance(connection: Connection) -> None:
    """Go on to the next step where the last file of the present one is done: once, whoever calls.

    What is worse over all files is refused, before anything of it is kept.
    """
    while (ended := rereads.read_ended_step(connection)) is not None:
        if ended.step == "applying":
            to = "applied"
        elif not ended.apply:
            to = "read"
        else:
            worse = not ended.force and differences_of(connection, ended.id).worse()
            to = "refused" if worse else "applying"
        if not rereads.move(connection, ended.id, ended.step, to):
            return
        if to == "applying":
            rereads.enqueue(connection)
        elif to == "applied":
            link_copies(connection)


def sums_of(differences: Differences) -> dict[str, Any]:
    """The counts of a file, as they are added up."""
    return {
        "read": differences.read,
        "same": differences.same,
        **{part: dict(getattr(differences, part)) for part in PARTS},
    }


def differences_of(connection: Connection, reread: int) -> Differences:
    """The differences over all files of a re-reading, with samples."""
    from collections import Counter

    from akhbar.rereading import SAMPLES, Differences

    sums = rereads.sum_up(connection, reread)
    counts = {part: Counter(sums.get(part, {})) for part in PARTS}
    samples = {
        name: [{"article": article, "before": before, "after": after} for article, before, after in found]
        for name, found in rereads.read_samples(connection, reread, SAMPLES).items()
    }
    plain = sums.get("", {})
    return Differences(read=plain.get("read", 0), same=plain.get("same", 0), samples=samples, **counts)


def _rereader(connection: Connection) -> Rereader:
    from akhbar.rereading import Rereader
    from crawler import settings
    from crawler.reading import Readers

    readers = Readers.shared(processes=settings.READER_PROCESSES, time_limit=settings.READER_TIME_LIMIT)
    return Rereader(connection, readers, settings.ACCEPTED_LANGUAGES)


async def _serve() -> None:
    desk = Desk(socket.gethostname())
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, sys.exit)  # what is in hand is read at another time
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    jobs: set[asyncio.Task[None]] = set()

    async def do(line: bytes) -> None:
        job = json.loads(line)
        outcome = await desk.do(job["reread"], job["file"])
        print(json.dumps({"file": job["file"], "outcome": outcome.value}), flush=True)

    while line := await lines.readline():
        task = asyncio.create_task(do(line))
        jobs.add(task)
        task.add_done_callback(jobs.discard)
    await asyncio.gather(*jobs)


if __name__ == "__main__":
    from akhbar.jobs.tied import tie
    from akhbar.logs import configure

    tie(int(sys.argv[1]))
    configure("WARNING")
    asyncio.run(_serve())
