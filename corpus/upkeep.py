"""Upkeep: what follows storing, beside it.

Articles that were just stored are linked to their stories, and the search index takes in what waits to be added to
it, in threads and on connections of their own, so that the next articles can be stored meanwhile.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Self

import psycopg2

from corpus import stories
from corpus.database import connect
from corpus.transaction import Connection, cut, transaction
from corpus.unavailable import StorageUnavailable

logger = logging.getLogger(__name__)

# What so many articles add to the search index is somewhat less than what it lets wait (gin_pending_list_limit, 4 MB)
# until a writer has to take it in. Fewer at a time share fewer words, and each costs more
MERGE_AFTER = 300
_TEXTS = 500  # kept at hand; further ones are read from the corpus again


class Upkeep:
    """Links what was stored, a batch behind the writer.

    It may fail, or be cut, at any moment: `akhbar.unlinked` holds what is to be done still, and whoever links next
    does it. As a context manager it finishes at the end, and gives up where an exception ends the block.
    """

    def __init__(self) -> None:
        self._linking = ThreadPoolExecutor(1, thread_name_prefix="linking")
        self._merging = ThreadPoolExecutor(1, thread_name_prefix="merging")
        self._taking = threading.Lock()
        self._texts: dict[int, str] = {}
        self._unmerged = 0
        self._is_behind = False
        self._linker: Connection | None = None
        self._merger: Connection | None = None

    def follow(self, texts: Mapping[int, str]) -> None:
        """Has articles that were just stored linked (article → folded body), and returns at once."""
        with self._taking:
            self._is_behind = True
            if len(self._texts) < _TEXTS:
                self._texts.update(texts)
        self._linking.submit(self._link)
        self._unmerged += len(texts)
        if self._unmerged >= MERGE_AFTER:
            self._unmerged = 0
            self._merging.submit(self._merge)

    def finish(self, seconds: float) -> bool:
        """Waits until all is linked, `seconds` at most; False where that is left to who links next."""
        linked, merged = self._linking.submit(self._link), self._merging.submit(lambda: None)
        wait([linked, merged], seconds)
        return linked.done() and not self._is_behind

    def close(self) -> None:
        """Ends the threads, and cuts what they are still about."""
        for thread in (self._linking, self._merging):
            thread.shutdown(wait=False, cancel_futures=True)
        for connection in (self._linker, self._merger):
            if connection is not None:
                cut(connection)
        for thread in (self._linking, self._merging):
            thread.shutdown()
        self._disconnect()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.finish(60.0)
        self.close()

    # in the threads

    def _link(self) -> None:
        with self._taking:
            if not self._is_behind:
                return
            texts, self._texts = self._texts, {}
            self._is_behind = False
        try:
            if self._linker is None:
                self._linker = connect(application="akhbar upkeep")
            stories.link_new(self._linker, texts)
        except (StorageUnavailable, psycopg2.Error) as error:
            # the storage thread tells of an outage; what is not linked waits in the corpus
            logger.debug("Copies are linked later: %s", type(error).__name__)
            self._is_behind = True
            self._disconnect()

    def _merge(self) -> None:
        try:
            self._merger = connect(application="akhbar upkeep")
            merge_pending(self._merger)
        except (StorageUnavailable, psycopg2.Error) as error:
            logger.debug("The search index is tended later: %s", type(error).__name__)
        finally:
            # seldom needed: a server has better use for its connections
            merger, self._merger = self._merger, None
            if merger is not None:
                merger.close()

    def _disconnect(self) -> None:
        linker, self._linker = self._linker, None
        if linker is not None:
            linker.close()


def merge_pending(connection: Connection) -> int:
    """Takes what waits into the search index; the pages on which it waited. Raises StorageUnavailable.

    See "GIN Fast Update Technique" in the PostgreSQL manual.
    """
    with transaction(connection) as cursor:
        cursor.execute("SELECT gin_clean_pending_list('akhbar.articles_search')")
        (pages,) = cursor.fetchone()  # type: ignore[misc]
    return int(pages)
