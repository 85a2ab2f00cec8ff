"""A crawl on loopback against reading the same pages alone: articles a second, and what they take.

Run with `python -m tests.benchmarks.crawl [PAGES] [--readers 1 2]` from the project's root. The pages
are those of `tests.benchmarks.crawl_pages`, served by a process of their own; each crawl is `akhbar
crawl` in a process of its own, into an embedded Postgres of its own. All of them share the cores.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

import psutil

from corpus.embedded import EmbeddedServer
from tests.benchmarks.archive import measure_writing
from tests.benchmarks.crawl_pages import Pages
from tests.benchmarks.engines import ours, peer
from tests.benchmarks.processes import processor

ROOT = Path(__file__).resolve().parents[2]
PAGES = 3000
_ALONE = 600  # pages a process reads for the comparison
_PEER = 40  # pages a process reads with news-please, which takes its time
_SAMPLES = 9  # of memory, that are printed

OUTLET = '''"""The outlet of the benchmark."""
from crawler.discovery import Sitemap
from crawler.outlet import Outlet
from crawler.spider import NewsSpider


class BenchSpider(NewsSpider):
    name = "bench"
    outlet = Outlet("القياس", country="IQ", timezone="Asia/Baghdad")
    allowed_domains = ["127.0.0.1"]
    sources = [Sitemap("{root}/sitemap.xml")]
    custom_settings = {{"DOWNLOAD_DELAY": 0, "CONCURRENT_REQUESTS_PER_DOMAIN": 16, "READER_PROCESSES": {readers}}}
'''


@contextmanager
def serve(count: int) -> Iterator[tuple[str, psutil.Process]]:
    """The address and the process of a server of so many pages."""
    command = [sys.executable, "-m", "tests.benchmarks.crawl_server", str(count)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        try:
            yield process.stdout.readline().strip(), psutil.Process(process.pid)
        finally:
            process.stdin.close()


_start: Barrier


def _take_place(barrier: Barrier) -> None:
    global _start
    _start = barrier


def _read(root: str, name: str | None, first: int, count: int) -> tuple[float, float]:
    """Seconds by the clock and of the processor for reading so many pages, begun together with the others."""
    pages, read = Pages(root), peer(name) if name else ours
    assert read is not None
    made = [(pages.url(number), pages.page(number)) for number in range(first, first + count)]
    for url, page in made[:20]:
        read(url, page)
    _start.wait()
    clock, processor = time.perf_counter(), time.process_time()
    for url, page in made:
        read(url, page)
    return time.perf_counter() - clock, time.process_time() - processor


def read_alone(root: str, processes: int, count: int, name: str | None = None) -> tuple[float, float]:
    """Pages a second by so many processes that do nothing else, and processor milliseconds a page.

    `name` is a peer's, by default we read ourselves.
    """
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(processes)
    with ProcessPoolExecutor(processes, context, _take_place, (barrier,)) as pool:
        runs = [pool.submit(_read, root, name, count * number, count) for number in range(processes)]
        spent = [run.result() for run in runs]
    return sum(count / clock for clock, _ in spent), sum(used for _, used in spent) / count / processes * 1000


@dataclass
class Watch:
    """What the processes of a crawl took, looked at twice a second."""

    main: psutil.Process
    rows: list[tuple[float, float, list[float]]] = field(default_factory=list)
    spent: dict[int, float] = field(default_factory=dict)
    readers: set[int] = field(default_factory=set)

    def look(self, since: float) -> None:
        try:
            processes = [self.main, *self.main.children()]
            memory = {process.pid: process.memory_info().rss / 1024**2 for process in processes}
            for process in processes:
                self.spent[process.pid] = processor(process)
                if process is not self.main and "spawn_main" in " ".join(process.cmdline()):
                    self.readers.add(process.pid)
        except psutil.Error:
            return
        readers = [size for pid, size in memory.items() if pid in self.readers]
        self.rows.append((time.perf_counter() - since, memory[self.main.pid], readers))


@contextmanager
def watching(process: subprocess.Popen[Any]) -> Iterator[Watch]:
    """A watch of a process and its children, for as long as the block lasts."""
    watch, ended, start = Watch(psutil.Process(process.pid)), threading.Event(), time.perf_counter()

    def look_on() -> None:
        while not ended.wait(0.5):
            watch.look(start)

    looking = threading.Thread(target=look_on)
    looking.start()
    try:
        yield watch
    finally:
        ended.set()
        looking.join()


def postgres_processor(home: Path) -> float:
    """Seconds of the processor that a server has taken, ended connections included."""
    pid = int((home / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
    process = psutil.Process(pid)
    ended = process.cpu_times()
    return (
        processor(process)
        + float(ended.children_user + ended.children_system)
        + sum(processor(child) for child in process.children())
    )


def compare(root: str) -> dict[int, tuple[float, float]]:
    """By the number of processes, what reading alone comes to (see `read_alone`)."""
    return {processes: read_alone(root, processes, _ALONE) for processes in (1, 2)}


def crawl_bare(
    root: str, server: psutil.Process, count: int, readers: int, alone: dict[int, tuple[float, float]]
) -> None:
    """The same pages fetched by Scrapy as it comes and read by the same readers; nothing else is done, nothing kept.

    What a crawl cannot be faster than, whatever else it does.
    """
    served = processor(server)
    command = [sys.executable, "-m", "tests.benchmarks.crawl_bare", root, str(count), str(readers)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    with watching(process) as watch:
        output = process.communicate()[0]
    result = json.loads(output)
    rate = (result["pages"] - 1) / result["seconds"]
    shares = "".join(f"   {rate / base:.2f} of {number} reading alone" for number, (base, _) in alone.items())
    print(
        f"\nScrapy as it comes with {readers} of our readers, nothing else: read {result['pages']} of {count}"
    )
    print(f"  {'from the first to the last read':34} {rate:7.1f} pages/s{shares}")
    print_processor(watch, count, {"server of the pages": processor(server) - served})


def print_processor(watch: Watch, count: int, others: dict[str, float]) -> float:
    """Prints what each process took of the processor for a page; the sum, in milliseconds."""
    own = watch.spent.pop(watch.main.pid)
    shares = {"crawl": own, "readers": sum(watch.spent[pid] for pid in watch.readers), **others}
    told = ", ".join(f"{name} {spent / count * 1000:.2f}" for name, spent in shares.items())
    print(f"  {'processor time a page':34} {told} ms")
    return sum(shares.values()) / count * 1000


def crawl(
    address: str,
    server: psutil.Process,
    count: int,
    home: Path,
    readers: int,
    before: dict[int, tuple[float, float]],
) -> dict[int, tuple[float, float]]:
    """One crawl of all the pages, and what is printed of it; what reading alone came to after it.

    The crawl is compared with the mean of `before` and after, since the cores may have other work.
    """
    outlets, place = home / f"outlets{readers}", home / f"home{readers}"
    outlets.mkdir(parents=True)
    (outlets / "bench.py").write_text(
        OUTLET.format(root=f"http://{address}", readers=readers), encoding="utf-8"
    )
    environment = {
        **os.environ,
        "AKHBAR_HOME": str(place),
        "AKHBAR_OUTLETS": str(outlets),
        "AKHBAR_ALLOW_ADDRESSES": address,
        "AKHBAR_CONTACT": "https://akhbar.example",
        "PYTHONPATH": str(ROOT),
    }
    environment.pop("AKHBAR_DATABASE_URL", None)
    command = [sys.executable, "-m", "akhbar"]
    subprocess.run([*command, "db", "migrate"], env=environment, check=True, capture_output=True)
    try:
        served, stored_by = processor(server), postgres_processor(place)
        start = time.perf_counter()
        with (home / "log").open("wb") as log:
            process = subprocess.Popen(
                [*command, "crawl", "bench", "--json"], env=environment, stdout=subprocess.PIPE, stderr=log
            )
            with watching(process) as watch:
                output = process.communicate()[0]
            seconds = time.perf_counter() - start
        if process.returncode:
            raise RuntimeError((home / "log").read_text(encoding="utf-8")[-4000:])
        postgres, served = postgres_processor(place) - stored_by, processor(server) - served
    finally:
        EmbeddedServer(place).stop()
    result: dict[str, Any] = json.loads(output)[0]
    stored, pulse = result["ledger"]["stored"], result["pulse"]
    after = compare(f"http://{address}")
    alone = {number: (before[number][0] + after[number][0]) / 2 for number in after}
    read_by = (before[2][1] + after[2][1]) / 2
    rate = (pulse["articles"] - 1) / pulse["seconds"]
    print(f"\ncrawl with {readers} reader process{'es' if readers > 1 else ''}: stored {stored} of {count}")
    for label, found in (
        ("from the first to the last stored", rate),
        ("start and end included", stored / seconds),
    ):
        shares = "".join(f"   {found / base:.2f} of {number} reading alone" for number, base in alone.items())
        print(f"  {label:34} {found:7.1f} articles/s{shares}")
    print(f"  {'start and end':34} {seconds - pulse['seconds']:7.1f} s")
    print(
        f"  {'event loop held up':34} {pulse['longest_block_ms']:7.1f} ms at the longest, "
        f"{pulse['blocks_over_50_ms']} times over 50 ms; by its own work {pulse['longest_work_ms']:.1f} ms"
    )
    taken = print_processor(watch, count, {"Postgres": postgres, "server of the pages": served})
    print(f"  {'of it, what reading alone takes':34} {read_by:7.2f} ms, {read_by / taken:.0%}")
    files = list((place / "archive").rglob("*.warc.gz"))
    size = sum(file.stat().st_size for file in files)
    print(
        f"  {'archive':34} {size / count / 1024:7.1f} KB a page, {size / 1024**2:.0f} MB in {len(files)} files"
    )
    print(f"  {'memory, MB':34} crawl / readers, along the way")
    for at in sorted({round(n * (len(watch.rows) - 1) / (_SAMPLES - 1)) for n in range(_SAMPLES)}):
        moment, own, others = watch.rows[at]
        print(f"  {moment:32.0f} s {own:7.0f} / {' '.join(f'{size:.0f}' for size in others)}")
    sys.stdout.flush()
    shutil.rmtree(place, ignore_errors=True)
    return after


def print_alone(alone: dict[int, tuple[float, float]]) -> None:
    for processes, (rate, spent) in alone.items():
        label = f"reading alone, {processes} process{'es' if processes > 1 else ''}"
        print(f"{label:36} {rate:7.1f} pages/s, {spent:.2f} ms of the processor a page")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pages", nargs="?", type=int, default=PAGES)
    parser.add_argument("--readers", nargs="+", type=int, default=[1, 2])
    options = parser.parse_args(sys.argv[1:] if __name__ == "__main__" else [])
    home = Path(tempfile.mkdtemp(prefix="akhbar-bench-"))
    try:
        with serve(options.pages) as (address, server):
            root = f"http://{address}"
            pages = Pages(root)
            sample = [pages.page(number) for number in range(_ALONE)]
            size = sum(map(len, sample)) / len(sample) / 1024
            print(f"{options.pages} pages, mean {size:.0f} KB, by {pages.templates} templates, on loopback")
            alone = compare(root)
            print_alone(alone)
            if peer("news-please"):
                rate, spent = read_alone(root, 2, _PEER, "news-please")
                print(
                    f"{'news-please alone, 2 processes':36} {rate:7.1f} pages/s, {spent:.2f} ms of the processor a page"
                )
            else:
                print("news-please is not installed: see tests/benchmarks/requirements.txt")
            with tempfile.TemporaryDirectory(dir=home) as folder:
                measure_writing("the pages", sample, _ALONE, Path(folder))
            sys.stdout.flush()
            for readers in options.readers:
                crawl_bare(root, server, options.pages, readers, alone)
                alone = crawl(address, server, options.pages, home, readers, alone)
                print_alone(alone)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
