"""The pool of processes: every task ends once, whatever becomes of the process that works on it."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
from typing import Any

import pytest

from crawler.processes import ProcessDiedError, Processes

PID = "__import__('os').getpid()"


@pytest.fixture
def pool() -> Iterator[Processes]:
    pool = Processes(2, sum, ((),), most_tasks=1_000)
    yield pool
    pool.close()


async def work(pool: Processes, *asked: str, limit: float = 20.0) -> list[Any]:
    return await asyncio.gather(
        *(pool.run(eval, expression, limit=limit) for expression in asked), return_exceptions=True
    )


def test_every_task_has_its_own_answer_and_both_processes_work(pool: Processes) -> None:
    answers = asyncio.run(
        work(pool, *(f"({number}, {PID}, [0 for _ in range(100_000)][0])" for number in range(200)))
    )
    assert [number for number, _, _ in answers] == list(range(200))
    assert len({pid for _, pid, _ in answers}) == 2 and os.getpid() not in {pid for _, pid, _ in answers}


def test_what_is_larger_than_the_line_takes_at_once_comes_whole(pool: Processes) -> None:
    async def send() -> list[bytes]:
        given = [bytes([number]) * 6_000_000 for number in range(6)]
        return await asyncio.gather(*(pool.run(bytes.swapcase, one, limit=20) for one in given))

    answers = asyncio.run(send())
    assert [(len(answer), answer[:1]) for answer in answers] == [(6_000_000, bytes([n])) for n in range(6)]


def test_an_exception_comes_back_even_one_that_cannot_be_packed(pool: Processes) -> None:
    odd = "(_ for _ in ()).throw(type('Odd', (Exception,), {})('what'))"
    one, other, well = asyncio.run(work(pool, "1 / 0", odd, "1"))
    assert isinstance(one, ZeroDivisionError) and well == 1
    assert isinstance(other, RuntimeError) and "what" in str(other)


def test_a_hanging_task_ends_alone_and_those_behind_it_are_done(pool: Processes) -> None:
    hang, kill = "__import__('time').sleep(60)", "__import__('os')._exit(3)"
    began = time.monotonic()
    answers = asyncio.run(work(pool, hang, kill, hang, "1", "2", kill, "3", limit=1.0))
    assert [type(answer) for answer in (answers[0], answers[2])] == [TimeoutError, TimeoutError]
    assert all(
        isinstance(answer, ProcessDiedError) and "3" in str(answer) for answer in (answers[1], answers[5])
    )
    assert [answers[3], answers[4], answers[6]] == [1, 2, 3]
    assert time.monotonic() - began < 30


def test_a_process_is_replaced_after_its_tasks_and_no_answer_is_lost() -> None:
    pool = Processes(2, sum, ((),), most_tasks=5)
    try:
        pids = asyncio.run(work(pool, *[PID] * 40))
    finally:
        pool.close()
    assert len(pids) == 40 and max(pids.count(pid) for pid in pids) == 5


def test_processes_that_cannot_begin_end_their_tasks() -> None:
    pool = Processes(2, int, ("no number",), most_tasks=5)
    try:
        answers = asyncio.run(work(pool, *[PID] * 3))
    finally:
        pool.close()
    assert all(isinstance(answer, ProcessDiedError) for answer in answers)


def test_a_pool_serves_one_loop_after_the_other_and_forgets_what_was_given_up(pool: Processes) -> None:
    async def give_up() -> Any:
        task = asyncio.create_task(pool.run(eval, "__import__('time').sleep(0.5)", limit=20))
        pid = await pool.run(eval, PID, limit=20)
        await asyncio.sleep(0.1)
        task.cancel()
        return pid

    pid = asyncio.run(give_up())
    assert pid in asyncio.run(work(pool, *[f"({PID}, __import__('time').sleep(0.1))[0]"] * 8))
