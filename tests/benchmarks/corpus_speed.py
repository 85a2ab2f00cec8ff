"""What look-up, search, storing and export cost in corpora of several sizes, and what an article takes."""

from __future__ import annotations

import contextlib
import json
import random
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil

from corpus import articles, crawls, database, stories
from corpus.articles import Submission
from corpus.embedded import DATABASE
from corpus.search import search
from corpus.unavailable import StorageUnavailable
from corpus.upkeep import MERGE_AFTER, Upkeep, merge_pending
from crawler import collector
from tests.benchmarks.corpus_fill import STORED_FROM, WRITTEN, fill
from tests.benchmarks.corpus_sample import NOW, begin, fresh, made, other
from tests.benchmarks.corpus_texts import Writer, text
from tests.benchmarks.processes import processor

_SMALL = 10_000  # the size that look-ups of larger corpora are compared with


def measure_speed(sizes: Sequence[int], home: Path) -> None:
    """Fills to each size in turn and measures there."""
    connection = database.connect()
    writer = Writer(5)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM akhbar.articles WHERE id < %s", (STORED_FROM,))
        (held,) = cursor.fetchone()
    for size in sizes:
        started = time.perf_counter()
        if size > held:
            fill(connection, writer, held, size)
            held = size
            print(f"\n{size:,} articles (filled in {time.perf_counter() - started:.0f} s)", flush=True)
        else:
            print(f"\n{held:,} articles, filled before", flush=True)
        if held == _SMALL:
            connection.close()
            fresh("small", DATABASE).close()
            connection = database.connect()
        print(
            _size_line(connection, size),
            _look_up_line(connection),
            _bands_line(connection, size),
            _search_lines(connection),
            _store_line(connection, writer),
            _waiting_line(connection, writer),
            _export_lines(home),
            sep="\n",
            flush=True,
        )
    connection.close()


def _size_line(connection: Any, size: int) -> str:
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, pg_total_relation_size(oid), pg_indexes_size(oid) FROM pg_class"
            " WHERE relnamespace = 'akhbar'::regnamespace AND relkind = 'r' ORDER BY 2 DESC"
        )
        tables = cursor.fetchall()
        cursor.execute("SELECT pg_relation_size('akhbar.articles_search')")
        (gin,) = cursor.fetchone()
    parts = ", ".join(f"{name} {total / size:,.0f}" for name, total, _ in tables if total / size >= 20)
    total = sum(total for _, total, _ in tables)
    return (
        f"size: {total / size:,.0f} bytes an article ({total / 2**20:,.0f} MB): {parts};"
        f" of which the search index {gin / size:,.0f}"
    )


def _look_up_line(connection: Any) -> str:
    """The near-duplicate look-up of articles that are new, in batches of 100 and alone.

    Where the corpus was measured at `_SMALL` articles before, that one is asked in turns with this one.
    """
    try:
        small = other("small")
    except StorageUnavailable:
        small = None
    chance = random.Random(99)
    spent: dict[tuple[bool, int], list[float]] = defaultdict(list)
    for size, count in ((100, 20), (1, 300)):
        for _ in range(count):
            pairs = sorted(
                (h, -n - 1) for n in range(size) for h in stories.band_hashes(chance.randbytes(512))
            )
            asked = [(connection, False), (small, True)] if small else [(connection, False)]
            for corpus, is_small in chance.sample(asked, len(asked)):
                with corpus, corpus.cursor() as cursor:
                    started = time.perf_counter()
                    stories._meet(cursor, pairs)
                    spent[is_small, size].append((time.perf_counter() - started) * 1000 / size)
    median = {key: statistics.median(times) for key, times in spent.items()}
    line = (
        f"look-up: {median[False, 100]:.3f} ms an article in batches of 100,"
        f" {median[False, 1]:.3f} ms alone (95 %: {_p95(spent[False, 1]):.3f})"
    )
    if small:
        small.close()
        line += (
            f"; in turns with {_SMALL:,} articles: {median[True, 100]:.3f} and {median[True, 1]:.3f} ms there,"
            f" {median[False, 100] / median[True, 100]:.2f} and {median[False, 1] / median[True, 1]:.2f} times"
        )
    return line


def _bands_line(connection: Any, size: int) -> str:
    """The look-ups of a batch of 100 by the hash index, by a b-tree, and by a GIN index on an array of bands.

    In turns; the two that the corpus does not use are made for it and dropped (GIN for no more than `WRITTEN`).
    """
    chance = random.Random(98)
    spent: dict[str, list[float]] = defaultdict(list)
    with connection, connection.cursor() as cursor:
        cursor.execute("SET LOCAL maintenance_work_mem = '1GB'")
        cursor.execute("CREATE INDEX bands_tree ON akhbar.bands (hash, article_id)")
        indexes = {"hash index": "bands_hash", "b-tree": "bands_tree"}
        if size <= WRITTEN:
            cursor.execute(
                "CREATE TABLE akhbar.tried AS SELECT article_id, array_agg(hash) AS hashes FROM akhbar.bands GROUP BY 1"
            )
            cursor.execute(
                "CREATE INDEX tried_hashes ON akhbar.tried USING gin (hashes) WITH (fastupdate = off)"
            )
            cursor.execute("ANALYZE akhbar.tried")
            indexes["GIN"] = "tried_hashes"
        sizes = {}
        for name, index in indexes.items():
            cursor.execute("SELECT pg_relation_size('akhbar.' || %s)", (index,))
            (sizes[name],) = cursor.fetchone()
        for _ in range(20):
            rows = [stories.band_hashes(chance.randbytes(512)) for _ in range(100)]
            flat = sorted(hash_ for hashes in rows for hash_ in hashes)
            for name in chance.sample(list(indexes), len(indexes)):
                started = time.perf_counter()
                if name == "hash index":
                    stories._meet(cursor, [(hash_, -1) for hash_ in flat])
                elif name == "b-tree":
                    cursor.execute(
                        "SELECT hash, article_id FROM akhbar.bands WHERE hash = ANY(%s::integer[]) LIMIT 20000",
                        (flat,),
                    )
                    cursor.fetchall()
                else:
                    cursor.execute(
                        "SELECT q.hashes, t.article_id FROM unnest(%s::text[]) AS q (hashes), LATERAL ("
                        " SELECT article_id FROM akhbar.tried WHERE tried.hashes && q.hashes::integer[]) t",
                        (["{" + ",".join(map(str, hashes)) + "}" for hashes in rows],),
                    )
                    cursor.fetchall()
                spent[name].append((time.perf_counter() - started) * 10)
        cursor.execute("DROP INDEX akhbar.bands_tree")
        cursor.execute("DROP TABLE IF EXISTS akhbar.tried")
    return "bands: " + ", ".join(
        f"{name} {sizes[name] / size:,.0f} bytes and {statistics.median(times):.3f} ms an article"
        for name, times in spent.items()
    )


def _search_lines(connection: Any) -> str:
    """Latency of the search as the command does it, snippets included, the first time and again."""
    merge_pending(connection)
    first, again = _search_times(connection), _search_times(connection)
    return "\n".join(
        f"search: {kind:17} median {statistics.median(times):7.1f} ms"
        f"  95 % {_p95(times):7.1f}  most {max(times):7.1f}; 95 % the first time {_p95(first[kind]):7.1f}"
        for kind, times in again.items()
    )


def _waiting_line(connection: Any, writer: Writer) -> str:
    """The same while as many new articles wait for the search index as it lets wait at the most."""
    merge_pending(connection)
    crawl = begin(connection, "alef")
    for _ in range(MERGE_AFTER // 100):
        articles.store(connection, crawl, _batch(writer, 100))
    crawls.finish(connection, crawl)
    times = _search_times(connection)
    return f"search while {MERGE_AFTER} articles wait for the index, 95 %: " + ", ".join(
        f"{kind} {_p95(found):.1f}" for kind, found in times.items()
    )


def _search_times(connection: Any) -> dict[str, list[float]]:
    """Milliseconds of 60 queries of each kind."""
    writer = Writer(21)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT body FROM akhbar.articles WHERE id %% %s = 1 ORDER BY id LIMIT 60", (997,))
        bodies = [body.split("\n\n")[0].split() for (body,) in cursor.fetchall()]
    bodies = (bodies * 60)[:60]
    chance = writer.chance
    filters: list[dict[str, Any]] = [
        {}, {"outlet": "ba"}, {"country": "EG", "since": NOW - timedelta(days=30)}, {"section": "رياضة"},
        {"since": NOW - timedelta(days=400), "until": NOW - timedelta(days=200)},
    ]  # fmt: skip
    kinds: dict[str, Callable[[int], str]] = {
        "a common word": lambda n: writer.words[n],
        "a word of a text": lambda n: chance.choice(bodies[n]),
        "a rare word": lambda n: writer.words[-n - 1],
        "a phrase of two": lambda n: '"' + " ".join(bodies[n][3:5]) + '"',
        "a phrase of four": lambda n: '"' + " ".join(bodies[n][3:7]) + '"',
        "a prefix": lambda n: writer.words[200 + 37 * n][:4] + "*",
        "two words": lambda n: " ".join(chance.sample(bodies[n], 2)),
    }
    times: dict[str, list[float]] = {kind: [] for kind in kinds}
    for kind, query in kinds.items():
        for n in range(60):
            asked, narrowed = query(n), filters[n % len(filters)]
            started = time.perf_counter()
            search(connection, asked, **narrowed)
            times[kind].append((time.perf_counter() - started) * 1000)
    return times


def _store_line(connection: Any, writer: Writer) -> str:
    """Articles stored as a crawl does, in batches of 100, and row by row, in turns; what an article takes by itself.

    As in a crawl, an article comes with its fingerprint and index terms, and copies of a batch are linked beside the
    next one (`corpus.upkeep`); the last ones are waited for. Row by row, each article is committed and linked before
    the next, with and without that help.
    """
    collector.calm()  # as in a crawl's process
    crawl = begin(connection, "alef")
    upkeep = Upkeep()
    spent: dict[str, list[float]] = defaultdict(list)
    taken: list[tuple[float, float]] = []
    ways = {
        "in batches of 100": (100, 3_000, upkeep),
        "row by row": (1, 100, None),
        "beside": (1, 100, upkeep),
    }
    for _ in range(3):  # the first one reads what the exports and searches have driven out of memory
        for way, (size, count, helper) in ways.items():
            batch = _batch(writer, count)
            before = _processors(connection)
            started = time.perf_counter()
            for at in range(0, count, size):
                articles.store(connection, crawl, batch[at : at + size], helper)
            upkeep.finish(60)
            spent[way].append((time.perf_counter() - started) / count)
            if size > 1:
                after = _processors(connection)
                taken.append(tuple((b - a) / count * 1000 for a, b in zip(before, after, strict=True)))
    upkeep.close()
    crawls.finish(connection, crawl)
    many, one, beside = (1 / statistics.median(spent[way]) for way in ways)
    own, others = (statistics.median(times) for times in zip(*taken, strict=True))
    return (
        f"stored: {many:,.0f} a second in batches of 100, {one:,.0f} row by row: {many / one:.1f} times"
        f" ({beside:,.0f} row by row with copies linked beside);"
        f" an article of a batch takes {own:.2f} ms of the processor in the program, {others:.2f} in the server"
    )


def _batch(writer: Writer, count: int) -> list[Submission]:
    """New articles, published at any time of three years."""
    number = int(time.time() * 1_000_000)
    return [
        Submission(
            article=made(
                number + n, text(writer.body()), writer.chance.randrange(3 * 8_766), " ".join(writer.some(9))
            )
        )
        for n in range(count)
    ]


def _processors(connection: Any) -> tuple[float, float]:
    """Seconds of the processor that this program, and all processes of the database's server, have taken."""
    server = psutil.Process(connection.info.backend_pid).parent()
    ended = server.cpu_times()
    spent = ended.children_user + ended.children_system
    for process in server.children():
        with contextlib.suppress(psutil.NoSuchProcess):
            spent += processor(process)
    return processor(psutil.Process()), spent


_EXPORT = """
import json, sys, time
from pathlib import Path
from corpus.database import connect
from corpus.export import export
connection = connect()
peak = lambda: int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
before = peak()
started = time.perf_counter()
manifest = export(connection, Path(sys.argv[1]))
print(json.dumps([manifest.rows, time.perf_counter() - started, manifest.bytes, before,
                  peak(), manifest.sha256]))
"""


def _export_lines(home: Path) -> str:
    lines = []
    for ending in ("jsonl", "csv", "parquet"):
        file = home / f"export.{ending}"
        ended = subprocess.run(
            [sys.executable, "-c", _EXPORT, str(file)], capture_output=True, text=True, check=False
        )
        if ended.returncode:
            lines.append(f"export: {ending}: {ended.stderr.strip().splitlines()[-1]}")
            continue
        rows, seconds, size, before, peak, _ = json.loads(ended.stdout)
        lines.append(
            f"export: {ending:7} {rows / seconds:7,.0f} rows a second, {size / 2**20:,.0f} MB of file,"
            f" memory at its peak {peak / 1024:.0f} MB ({(peak - before) / 1024:.0f} more than at the start)"
        )
        file.unlink()
    return "\n".join(lines)


def _p95(times: Sequence[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]
