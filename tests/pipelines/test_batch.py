"""Batch: what arrives within a moment goes in one call, in order, each with its own answer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from pipelines.batch import Batch


def test_things_that_come_together_go_together_and_each_gets_its_own_answer() -> None:
    calls: list[list[int]] = []

    async def double(things: Sequence[int]) -> Sequence[int]:
        calls.append(list(things))
        await asyncio.sleep(0.01)
        return [2 * thing for thing in things]

    async def scenario() -> list[int]:
        batch: Batch[int, int] = Batch(double, size=4, linger=0.01)
        return await asyncio.gather(*(batch.submit(n) for n in range(7)))

    assert asyncio.run(scenario()) == [0, 2, 4, 6, 8, 10, 12]
    assert calls == [[0, 1, 2, 3], [4, 5, 6]]


def test_a_full_batch_does_not_wait_for_more() -> None:
    async def same(things: Sequence[int]) -> Sequence[int]:
        return things

    async def scenario() -> list[int]:
        # the lone first one would wait for an hour
        batch: Batch[int, int] = Batch(same, size=2, linger=3600)
        first = asyncio.create_task(batch.submit(0))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return [await batch.submit(1), await first]

    assert asyncio.run(scenario()) == [1, 0]


def test_a_failing_call_fails_its_own_batch_and_no_other() -> None:
    async def refuse_odd(things: Sequence[int]) -> Sequence[int]:
        if things[0] % 2:
            raise ValueError("odd")
        return things

    async def scenario() -> list[int | BaseException]:
        batch: Batch[int, int] = Batch(refuse_odd, size=1, linger=0.01)
        return await asyncio.gather(*(batch.submit(n) for n in range(3)), return_exceptions=True)

    first, second, third = asyncio.run(scenario())
    assert (first, third) == (0, 2)
    with pytest.raises(ValueError, match="odd"):
        raise second  # type: ignore[misc]


def test_it_works_again_after_it_has_run_dry() -> None:
    async def same(things: Sequence[str]) -> Sequence[str]:
        return things

    async def scenario() -> list[str]:
        batch: Batch[str, str] = Batch(same, linger=0.01)
        return [await batch.submit("أ"), await batch.submit("ب")]

    assert asyncio.run(scenario()) == ["أ", "ب"]
