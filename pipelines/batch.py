"""Batch: what arrives within a moment goes to the database in one call."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

Thing = TypeVar("Thing")
Answer = TypeVar("Answer")

# a transaction costs the same for one article as for twenty; a crawl that asks once a second loses nothing
_LINGER = 0.25


class Batch(Generic[Thing, Answer]):
    """Gathers things and hands them over together, in order, at most `size` at a time.

    A batch leaves when it is full or `linger` seconds after its first thing, and not while the one
    before it is under way. So a slow database makes bigger batches.
    """

    def __init__(
        self,
        hand_over: Callable[[Sequence[Thing]], Awaitable[Sequence[Answer]]],
        size: int = 100,
        linger: float = _LINGER,
    ):
        """`hand_over` takes the things of a batch and returns one answer for each, in their order."""
        self._hand_over = hand_over
        self._size = size
        self._linger = linger
        self._waiting: list[tuple[Thing, asyncio.Future[Answer]]] = []
        self._full = asyncio.Event()
        self._drain: asyncio.Task[None] | None = None

    async def submit(self, thing: Thing) -> Answer:
        """Put a thing in the next batch; the answer comes when that batch is done.

        Raises what `hand_over` raised for the batch.
        """
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((thing, future))
        if len(self._waiting) >= self._size:
            self._full.set()
        if self._drain is None or self._drain.done():
            self._drain = asyncio.create_task(self._drain_waiting())
        return await future

    async def _drain_waiting(self) -> None:
        while self._waiting:
            if len(self._waiting) < self._size:
                self._full.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._full.wait(), self._linger)
            batch, self._waiting = self._waiting[: self._size], self._waiting[self._size :]
            try:
                answers = await self._hand_over([thing for thing, _ in batch])
            except Exception as error:
                for _, future in batch:
                    if not future.done():
                        future.set_exception(error)
            else:
                for (_, future), answer in zip(batch, answers, strict=True):
                    if not future.done():
                        future.set_result(answer)
