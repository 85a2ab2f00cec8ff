"""The worker's side of a re-reading: one process that reads files again, begun when needed, and kept warm."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import sys

from akhbar.jobs.rereader import Outcome

logger = logging.getLogger(__name__)

_IDLE = 30.0  # seconds without a job, after which the process is let go
_LAST_SECONDS = 5.0


class Rereads:
    """Hands jobs to the reading process, and begins a new one where it went away or is not up to date."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._waiting: dict[str, tuple[asyncio.subprocess.Process, asyncio.Future[Outcome]]] = {}
        self._listener: asyncio.Task[None] | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._closed = False
        self._beginning = asyncio.Lock()

    async def do(self, reread: int, file: str) -> Outcome:
        """Have a file read again; FAULT where its process ended before it was done."""
        if self._closed:
            return Outcome.FAULT
        async with self._beginning:
            if self._process is None:
                await self._begin()
        process = self._process
        assert process is not None and process.stdin is not None
        if self._idle is not None:
            self._idle.cancel()
        answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting[file] = process, answer
        job = json.dumps({"reread": reread, "file": file}) + "\n"
        with contextlib.suppress(OSError):  # its end is told by the listener
            process.stdin.write(job.encode())
            await process.stdin.drain()
        outcome = await answer
        if outcome is Outcome.OTHER_READER:
            logger.warning(
                "%s is to be read again by another version of the program, or with other outlet files", file
            )
            # a new process may be of that version: the program, or an outlet's file, was changed meanwhile
            if self._process is process:
                self._let_go()
        elif not self._waiting:
            self._idle = asyncio.get_running_loop().call_later(_IDLE, self._let_go)
        return outcome

    async def close(self) -> None:
        """End the process; what it is at is read again at another time."""
        self._closed = True
        process, listener = self._process, self._listener
        if process is not None:
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), _LAST_SECONDS)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        if listener is not None:
            await listener

    async def _begin(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "akhbar.jobs.rereader", str(os.getpid())),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        self._listener = asyncio.create_task(self._listen(self._process))

    def _let_go(self) -> None:
        """Close its input: it ends by itself when it is done."""
        process, self._process = self._process, None
        if process is not None and process.stdin is not None:
            process.stdin.close()

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        while line := await process.stdout.readline():
            answer = json.loads(line)
            self._answer(answer["file"], Outcome(answer["outcome"]))
        await process.wait()
        if self._process is process:
            self._process = None
        for file in [file for file, (whose, _) in self._waiting.items() if whose is process]:
            self._answer(file, Outcome.FAULT)

    def _answer(self, file: str, outcome: Outcome) -> None:
        _, answer = self._waiting.pop(file)
        if not answer.done():
            answer.set_result(outcome)
