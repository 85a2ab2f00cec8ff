"""One scheduled crawl: the command `akhbar crawl OUTLET` as a child process, bounded in time."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
from dataclasses import dataclass

from akhbar.exits import Exit

logger = logging.getLogger(__name__)

# what a crawl that was asked to end may take for it, before it is killed
_LAST_SECONDS = 15.0
_LINE_LIMIT = 1024 * 1024  # a longer line of a crawl's log is no line


@dataclass(frozen=True, slots=True)
class Ended:
    """How a crawl's process ended. `status` is negative for the signal that killed it."""

    status: int
    timed_out: bool
    stopped: bool
    note: str | None


async def run_crawl(
    outlet: str, *, time_limit: float, stop: asyncio.Event, command: tuple[str, ...] = ("crawl",)
) -> Ended:
    """Run a crawl of the outlet (slug) in a process of its own, and wait for its end.

    After `time_limit` seconds, or once `stop` is set, it is asked to end cleanly and, some seconds later,
    killed with all that it started. It dies with this process in any case.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "akhbar.jobs.tied", str(os.getpid()), *command, outlet, "--json"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
        limit=_LINE_LIMIT,
    )
    assert process.stdout is not None and process.stderr is not None
    output = asyncio.create_task(process.stdout.read())
    lines = asyncio.create_task(_pass_on(process.stderr))
    end = asyncio.create_task(process.wait())
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait((end, stopping), timeout=time_limit, return_when=asyncio.FIRST_COMPLETED)
        stopped = not end.done() and stop.is_set()
        timed_out = not end.done() and not stopped
        if not end.done():
            process.send_signal(signal.SIGTERM)
            await asyncio.wait((end,), timeout=_LAST_SECONDS)
        if not end.done():
            logger.warning("The crawl of %s did not end when asked; it is killed", outlet)
    finally:
        # its readers, too; the group is gone where all went well
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        stopping.cancel()
    status = await end
    last_line = await lines
    note = _reason_in(await output) or (last_line if status not in (Exit.DONE, Exit.UNWELL) else None)
    if timed_out:
        note = f"not done within {time_limit:g} s"
    return Ended(status, timed_out, stopped, note)


async def _pass_on(stream: asyncio.StreamReader) -> str | None:
    """Copy a crawl's log to ours, line by line; its last line."""
    last = None
    while True:
        try:
            line = await stream.readline()
        except ValueError:  # longer than the limit: dropped by the stream
            continue
        if not line:
            return last
        text = line.decode(errors="backslashreplace").rstrip()
        if text:
            last = text
            print(text, file=sys.stderr, flush=True)


def _reason_in(output: bytes) -> str | None:
    """The error, or the verdict of an unwell outlet, in what a crawl printed."""
    try:
        (result,) = json.loads(output)
        reason = result["error"] or result["verdict"]
    except (ValueError, TypeError, KeyError):
        return None
    return None if reason in (None, "healthy") else str(reason)
