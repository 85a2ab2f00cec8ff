"""A pool of processes that the event loop itself gives work to, over a socket each.

Pools with threads and locks of their own (pebble, the standard library's) take the cores from the
reading: pebble .33 ms here and .27 in the process for each page, this one .2 and .1. A task is one
write and one read of the loop, no thread looks on, and a process finds its next task in its socket
when it has answered the one before.

A task that takes longer than its limit is ended together with its process; one whose process dies
(killed by the system, a fault in a C library) raises `ProcessDiedError`. Another process takes their
place, and no other task is lost. Time is counted by a clock that nobody sets.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import pickle
import socket
import struct
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing.context import SpawnProcess
from typing import Any, TypeVar

Given = TypeVar("Given")
Answer = TypeVar("Answer")

# given to a process at once: the one under way, and the next, so that it need not wait for the loop
_AT_ONCE = 2
_CHUNK = 256 * 1024
_LENGTH = struct.Struct("<Q")


class ProcessDiedError(Exception):
    """The process that worked on a task is gone; the message says how it ended."""


@dataclass(slots=True, eq=False)
class _Task:
    packed: bytes
    limit: float
    answer: asyncio.Future[Any]


@dataclass(slots=True, eq=False)
class _Worker:
    """One process, and this end of its line."""

    process: SpawnProcess
    line: socket.socket
    ready: bool = False
    given: int = 0
    tasks: deque[_Task] = field(default_factory=deque)
    unsent: bytearray = field(default_factory=bytearray)
    received: bytearray = field(default_factory=bytearray)
    deadline: float = 0.0
    timer: asyncio.TimerHandle | None = None


class Processes:
    """Up to `count` processes, each begun when there is work that no other is free for.

    A process runs `prepare(*arguments)` first; it has made its answers and is replaced after
    `most_tasks`. For one event loop at a time, and for the next one when that has ended.
    """

    def __init__(
        self, count: int, prepare: Callable[..., None], arguments: tuple[Any, ...], *, most_tasks: int
    ) -> None:
        self._count = count
        self._start = (prepare, arguments)
        self._most_tasks = most_tasks
        self._workers: list[_Worker] = []
        self._waiting: deque[_Task] = deque()
        self._loop: asyncio.AbstractEventLoop | None = None
        # a process dies with the thread that began it (prctl(2), PR_SET_PDEATHSIG), so this one stays
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="processes")

    async def run(self, function: Callable[[Given], Answer], given: Given, *, limit: float) -> Answer:
        """What `function(given)` returns or raises in one of the processes; all of it must be picklable.

        Raises TimeoutError after `limit` seconds, waiting for its turn not counted, and `ProcessDiedError`.
        """
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._take_over(loop)
        task = _Task(_pack((function, given)), limit, loop.create_future())
        self._waiting.append(task)
        self._give_out()
        answer: Answer = await task.answer
        return answer

    def close(self) -> None:
        """End the processes; tasks under way are given up."""
        for worker in self._workers:
            worker.line.close()
            if worker.process.pid is not None:
                worker.process.kill()
                worker.process.join(5)
        self._workers.clear()
        self._starter.shutdown(wait=False)

    # in the event loop

    def _take_over(self, loop: asyncio.AbstractEventLoop) -> None:
        """Serve this loop; the one before has ended, and nobody waits for its answers any more."""
        self._loop = loop
        self._waiting.clear()
        for worker in self._workers:
            worker.timer = None
            loop.add_reader(worker.line, self._receive, worker)
            if worker.unsent:
                loop.add_writer(worker.line, self._send, worker)
            self._time(worker)

    def _give_out(self) -> None:
        while self._waiting:
            task = self._waiting[0]
            if task.answer.done():  # given up meanwhile
                self._waiting.popleft()
                continue
            worker = self._free_worker(task)
            if worker is None:
                break
            self._waiting.popleft()
            worker.tasks.append(task)
            worker.given += 1
            if len(worker.tasks) == 1:
                self._time(worker)
            self._send(worker, task.packed)
        unfinished = len(self._waiting) + sum(len(worker.tasks) for worker in self._workers)
        while len(self._workers) < min(self._count, unfinished):
            self._begin()

    def _free_worker(self, task: _Task) -> _Worker | None:
        """The one with least to do; nothing is put behind a task that may take longer than its own limit."""
        free = [
            worker
            for worker in self._workers
            if worker.ready
            and worker.given < self._most_tasks
            and len(worker.tasks) < _AT_ONCE
            and (not worker.tasks or worker.tasks[0].limit <= task.limit)
        ]
        return min(free, key=lambda worker: len(worker.tasks), default=None)

    def _begin(self) -> None:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        process = multiprocessing.get_context("spawn").Process(
            target=_serve, args=(theirs, *self._start), daemon=True
        )
        worker = _Worker(process, ours)
        self._workers.append(worker)
        assert self._loop is not None
        self._loop.add_reader(ours, self._receive, worker)
        # to begin a process takes some milliseconds; if it fails, the line ends, as when it dies
        self._starter.submit(_begin, process, theirs)

    def _send(self, worker: _Worker, packed: bytes = b"") -> None:
        """Write as much as the line takes, the rest when it takes more."""
        assert self._loop is not None
        waiting = bool(worker.unsent)
        if waiting:
            worker.unsent += packed
        try:
            sent = worker.line.send(worker.unsent if waiting else packed)
        except (BlockingIOError, InterruptedError):
            sent = 0
        except OSError:
            return  # the line has ended, which the reader is told, too
        if waiting:
            del worker.unsent[:sent]
            if not worker.unsent:
                self._loop.remove_writer(worker.line)
        elif sent < len(packed):
            worker.unsent += memoryview(packed)[sent:]
            self._loop.add_writer(worker.line, self._send, worker)

    def _receive(self, worker: _Worker) -> None:
        try:
            chunk = worker.line.recv(_CHUNK)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            chunk = b""
        if not chunk:
            if worker.process.pid is not None:  # it was begun at all
                worker.process.join(0.01)
            self._bury(worker, ProcessDiedError(f"it ended with status {worker.process.exitcode}"))
            return
        worker.received += chunk
        while (packed := _take_frame(worker.received)) is not None:
            self._answer(worker, packed)

    def _answer(self, worker: _Worker, packed: bytes) -> None:
        if not worker.ready:  # its first word says no more than that
            worker.ready = True
        else:
            task = worker.tasks.popleft()
            if worker.tasks:
                self._time(worker)
            elif worker.given >= self._most_tasks:
                self._remove(worker)
            if _is_awaited(task, self._loop):
                well, answer = pickle.loads(packed)  # noqa: S301 - from our own process
                if well:
                    task.answer.set_result(answer)
                else:
                    task.answer.set_exception(answer)
        self._give_out()

    def _time(self, worker: _Worker) -> None:
        """Count the time of the worker's first task from now. One timer serves many tasks."""
        if not worker.tasks:
            return
        assert self._loop is not None
        worker.deadline = self._loop.time() + worker.tasks[0].limit
        if worker.timer is not None and worker.timer.when() > worker.deadline:
            worker.timer.cancel()
            worker.timer = None
        if worker.timer is None:
            worker.timer = self._loop.call_at(worker.deadline, self._look_at, worker)

    def _look_at(self, worker: _Worker) -> None:
        worker.timer = None
        if not worker.tasks:
            return
        assert self._loop is not None
        if self._loop.time() < worker.deadline:
            worker.timer = self._loop.call_at(worker.deadline, self._look_at, worker)
        else:
            worker.process.kill()
            self._bury(worker, TimeoutError())

    def _bury(self, worker: _Worker, why: Exception) -> None:
        """Let its task know, and give the one behind it to another; where it never worked, the first that waits."""
        self._remove(worker)
        tasks, worker.tasks = worker.tasks, deque()
        tasks = tasks or deque([self._waiting.popleft()] if self._waiting and not worker.ready else [])
        if tasks and _is_awaited(task := tasks.popleft(), self._loop):
            task.answer.set_exception(why)
        self._waiting.extendleft(reversed(tasks))
        self._give_out()

    def _remove(self, worker: _Worker) -> None:
        assert self._loop is not None
        self._workers.remove(worker)
        self._loop.remove_reader(worker.line)
        self._loop.remove_writer(worker.line)
        if worker.timer is not None:
            worker.timer.cancel()
        worker.line.close()  # it ends when it finds nothing more to read


def _is_awaited(task: _Task, loop: asyncio.AbstractEventLoop | None) -> bool:
    return not task.answer.done() and task.answer.get_loop() is loop


def _begin(process: SpawnProcess, line: socket.socket) -> None:
    with line:
        process.start()


def _serve(line: socket.socket, prepare: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    """What a process does: answer, one after the other, until the line ends."""
    prepare(*arguments)
    with contextlib.suppress(ConnectionError), line, line.makefile("rb", buffering=_CHUNK) as asked:
        line.sendall(_pack(None))
        while head := asked.read(_LENGTH.size):
            packed = asked.read(_LENGTH.unpack(head)[0])
            try:
                function, given = pickle.loads(packed)  # noqa: S301 - from our own process
                answer = _pack((True, function(given)))
            except Exception as fault:
                answer = _pack_fault(fault)
            line.sendall(answer)


def _pack(value: Any) -> bytes:
    packed = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    return _LENGTH.pack(len(packed)) + packed


def _pack_fault(fault: Exception) -> bytes:
    try:
        packed = _pack((False, fault))
        pickle.loads(packed[_LENGTH.size :])  # noqa: S301 - some exceptions can be packed and not unpacked
    except Exception:
        packed = _pack((False, RuntimeError(repr(fault)[:2_000])))
    return packed


def _take_frame(received: bytearray) -> bytes | None:
    """Takes the first whole frame off the bytes received, None where there is none yet."""
    if len(received) < _LENGTH.size:
        return None
    end = _LENGTH.size + _LENGTH.unpack_from(received)[0]
    if len(received) < end:
        return None
    frame = bytes(memoryview(received)[_LENGTH.size : end])
    del received[:end]
    return frame
