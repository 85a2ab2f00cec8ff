"""Batch: what waits while one call is under way goes with the next, in order, each with its own answer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from pipelines.batch import Batch


def test_things_that_wait_go_together_and_each_gets_its_own_answer() -> None:
    calls: list[list[int]] = []

    async def double(things: Sequence[int]) -> Sequence[int]:
        calls.append(list(things))
        await asyncio.sleep(0.01)
        return [2 * thing for thing in things]

    async def scenario() -> list[int]:
        batch: Batch[int, int] = Batch(double, size=4)
        first = asyncio.create_task(batch.submit(0))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return await asyncio.gather(first, *(batch.submit(n) for n in range(1, 8)))

    assert asyncio.run(scenario()) == [0, 2, 4, 6, 8, 10, 12, 14]
    assert calls == [[0], [1, 2, 3, 4], [5, 6, 7]]


def test_a_failing_call_fails_its_own_batch_and_no_other() -> None:
    async def refuse_odd(things: Sequence[int]) -> Sequence[int]:
        if things[0] % 2:
            raise ValueError("odd")
        return things

    async def scenario() -> list[int | BaseException]:
        batch: Batch[int, int] = Batch(refuse_odd, size=1)
        return await asyncio.gather(*(batch.submit(n) for n in range(3)), return_exceptions=True)

    first, second, third = asyncio.run(scenario())
    assert (first, third) == (0, 2)
    with pytest.raises(ValueError, match="odd"):
        raise second  # type: ignore[misc]


def test_it_works_again_after_it_has_run_dry() -> None:
    async def same(things: Sequence[str]) -> Sequence[str]:
        return things

    async def scenario() -> list[str]:
        batch: Batch[str, str] = Batch(same)
        return [await batch.submit("أ"), await batch.submit("ب")]

    assert asyncio.run(scenario()) == ["أ", "ب"]
