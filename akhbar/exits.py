"""What an ended command tells its caller: the exit status, and one line for an error."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """The exit statuses of every command (75 is EX_TEMPFAIL of sysexits.h)."""

    DONE = 0
    FAULT = 1
    WRONG_USE = 2
    UNWELL = 3
    RUNNING = 4
    STORAGE_AWAY = 75
    INTERRUPTED = 130


def describe(error: BaseException) -> tuple[str, Exit]:
    """One clear line for an error, with what to do, and the exit status that it means."""
    from corpus.crawls import CrawlLost, CrawlRunning, TakenDown
    from corpus.unavailable import StorageUnavailable

    if isinstance(error, CrawlRunning | CrawlLost):
        return str(error), Exit.RUNNING
    if isinstance(error, TakenDown):
        return str(error), Exit.WRONG_USE
    if isinstance(error, StorageUnavailable):
        reason = str(error).strip().split("\n")[0].rstrip(".")
        return f"storage is not available: {reason}. Nothing was lost; run again.", Exit.STORAGE_AWAY
    return f"{type(error).__name__}: {error} (run `akhbar --debug …` for the traceback)", Exit.FAULT
