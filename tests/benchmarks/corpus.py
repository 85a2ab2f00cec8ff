"""The corpus measured: who is found to copy whom, and what storing, look-up, search and export cost as it grows.

Run with `python -m tests.benchmarks.corpus [--articles 10000 100000 …] [--only quality|speed]` from the project's
root. It works in an embedded server of its own, in a temporary folder, and prints; nothing is kept.

Texts are invented (tests/benchmarks/corpus_texts.py): words of a Zipf vocabulary, 250 words an article. The
quality part and `stored/s` go through `corpus.articles.store` as a crawl does. The corpora of speed are filled past it,
by COPY, with the same rows in every table; only their signatures are random numbers, as unrelated texts' are.
Beyond `WRITTEN` articles the texts begin anew, under other addresses, times and signatures.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil

from corpus import articles, crawls, database, stories
from corpus.articles import Submission
from corpus.embedded import DATABASE, EmbeddedServer
from corpus.search import search
from corpus.unavailable import StorageUnavailable
from corpus.vector import search_vector, word_pairs
from crawler.items import Article
from crawler.outlet import Outlet
from pipelines.fingerprint import Fingerprint
from tests.benchmarks.corpus_texts import Planted, Writer, plant, text
from tests.benchmarks.processes import processor

NOW = datetime.now(UTC).replace(microsecond=0)
OUTLETS = [("alef", "IQ"), ("ba", "EG"), ("ta", "SA"), ("tha", "LB"), ("jim", "MA")]
WRITTEN = 100_000
_SMALL = 10_000  # the size that look-ups of larger corpora are compared with
_STORED_FROM = 1_000_000_000  # numbers of articles that are stored as a crawl does
# indexes that are cheaper to make at the end of a fill than to keep up during it
_LATE = ("articles_search", "articles_content_hash_idx", "articles_at", "articles_outlet_at")


def main() -> int:
    """Measures and prints."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument(
        "--articles", type=int, nargs="+", default=[10_000], help="sizes of the corpus to measure at"
    )
    asked.add_argument("--originals", type=int, default=420, help="originals of the quality part")
    asked.add_argument("--only", choices=["quality", "speed"])
    asked.add_argument("--home", help="work in this folder, and leave the corpus there to be measured again")
    options = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="akhbar-bench-", dir="/tmp") as folder:
        home = options.home or folder
        os.environ["AKHBAR_HOME"] = home
        os.environ.pop("AKHBAR_DATABASE_URL", None)
        try:
            database.connect().close()  # starts the server
            if options.only != "speed":
                measure_quality(options.originals)
            if options.only != "quality":
                measure_speed(sorted(options.articles), Path(home))
        finally:
            if not options.home:
                database.stop()
    return 0


def begin(connection: Any, slug: str, country: str = "IQ") -> crawls.Crawl:
    return crawls.begin(connection, Outlet(slug, country=country, timezone="UTC", slug=slug))


def made(number: int, body: str, hours: float, headline: str | None = None) -> Article:
    """An article as the pipelines hand it to the store."""
    url = f"https://x.example/{number}"
    article = Article(
        url=url, canonical_url=url, headline=headline or f"عنوان الخبر {number}", body=body, authors=["سالم الخطيب"],
        byline="كتب: سالم الخطيب", section="محليات", published_at=NOW - timedelta(hours=hours),
        published_precision="minute", fetched_at=NOW, language="ar",
    )  # fmt: skip
    return Fingerprint().process_item(article)


# --- who copied whom


def measure_quality(originals: int) -> None:
    """Precision and recall of stories and of reprints, in three orders of arrival."""
    planted = plant(Writer(7), originals)
    kinds = Counter(one.kind for one in planted)
    print(f"quality: {len(planted)} texts: " + ", ".join(f"{count} {kind}" for kind, count in kinds.items()))
    for order in ("as published", "backwards", "shuffled"):
        connection = _fresh(f"quality_{order.split()[0]}")
        numbers = list(range(len(planted)))
        if order == "backwards":
            numbers.reverse()
        elif order == "shuffled":
            random.Random(3).shuffle(numbers)
        ids = _keep_planted(connection, planted, numbers)
        _judge(connection, planted, ids, order)
        connection.close()
    connection = _fresh("reprints")
    _measure_reprints(connection)
    connection.close()


def _fresh(name: str, template: str = "template1") -> Any:
    """A connection to a database of its own in the embedded server."""
    first = _other("postgres")
    first.autocommit = True
    with first.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    first.close()
    return _other(name, migrated=True)


def _other(name: str, *, migrated: bool = False) -> Any:
    """A connection to another database of the embedded server."""
    os.environ["AKHBAR_DATABASE_URL"] = EmbeddedServer().url(name)
    try:
        return database.connect(migrated=migrated)
    finally:
        del os.environ["AKHBAR_DATABASE_URL"]


def _keep_planted(connection: Any, planted: Sequence[Planted], order: Sequence[int]) -> dict[int, int]:
    """Stores the texts, copies in other outlets than originals; returns article → number."""
    ids: dict[int, int] = {}
    for start in range(0, len(order), 500):
        by_outlet: dict[str, list[int]] = defaultdict(list)
        for number in order[start : start + 500]:
            by_outlet["origin" if planted[number].kind == "original" else OUTLETS[number % 5][0]].append(
                number
            )
        for slug, numbers in by_outlet.items():
            crawl = begin(connection, slug)
            for at in range(0, len(numbers), 100):
                part = numbers[at : at + 100]
                batch = [made(n, planted[n].body, 2000 - n / 10) for n in part]
                outcomes = articles.store(
                    connection, crawl, [Submission(article=article) for article in batch]
                )
                ids.update({o.article_id: n for o, n in zip(outcomes, part, strict=True) if o.article_id})
            crawls.finish(connection, crawl)
    return ids


def _judge(connection: Any, planted: Sequence[Planted], ids: dict[int, int], order: str) -> None:
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT story, array_agg(id) FROM corpus.articles GROUP BY 1 HAVING count(*) > 1")
        clusters = [{ids[id_] for id_ in members} for _, members in cursor.fetchall()]
        cursor.execute("SELECT article, original FROM corpus.copies")
        linked = {(ids[copy], ids[original]) for copy, original in cursor.fetchall()}
    true = {(n, one.copy_of) for n, one in enumerate(planted) if one.copy_of is not None}
    together = {(a, b) for cluster in clusters for a in cluster for b in cluster if a > b}
    right = together & true
    wrong = Counter(" / ".join(sorted({planted[a].kind, planted[b].kind})) for a, b in together - true)
    buckets: dict[str, list[bool]] = defaultdict(list)
    for number, original in sorted(true):
        changed = planted[number].changed
        bucket = "0–15 %" if changed <= 0.15 else "15–25 %" if changed <= 0.25 else "over 25 %"
        buckets[bucket].append((number, original) in right)
    recall = ", ".join(
        f"{name} changed {statistics.mean(hits):.4f} of {len(hits)}" for name, hits in sorted(buckets.items())
    )
    print(
        f"stories, {order:12}  precision {len(right) / max(len(together), 1):.4f}  recall {recall}"
        f"  original right {len(linked & true) / max(len(right), 1):.4f}  wrong: {dict(wrong)}"
    )


def _measure_reprints(connection: Any) -> None:
    """A paragraph of an earlier article, spelled otherwise, within another article: is it found, with its place?"""
    writer = Writer(11)
    crawl_of = {}
    first, later, truth = [], [], set()
    for number in range(400):
        body = writer.body()
        first.append(text(body))
        taken = writer.chance.randrange(len(body))
        other = writer.body()
        place = writer.chance.randrange(len(other) + 1)
        other.insert(place, [word.replace("ا", "أ", 1) for word in body[taken]])
        later.append(text(other))
        if len(body[taken]) >= 12:
            truth.add((number + 1000, place + 1, number, taken + 1))
    ids = {}
    for slug, bodies, base, hours in (("two", later, 1000, 1), ("one", first, 0, 9)):
        crawl_of[slug] = begin(connection, slug)
        for at in range(0, len(bodies), 100):
            batch = [Submission(article=made(base + n, bodies[n], hours)) for n in range(at, at + 100)]
            for n, outcome in enumerate(articles.store(connection, crawl_of[slug], batch), at):
                ids[outcome.article_id] = base + n
        crawls.finish(connection, crawl_of[slug])
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT article, paragraph, first_article, first_paragraph FROM corpus.reprints")
        found = {(ids[a], p, ids[b], q) for a, p, b, q in cursor.fetchall()}
    print(
        f"reprints: precision {len(found & truth) / max(len(found), 1):.4f}"
        f"  recall {len(found & truth) / len(truth):.4f}  of {len(truth)} planted"
    )


# --- what it costs


def measure_speed(sizes: Sequence[int], home: Path) -> None:
    """Fills to each size in turn and measures there."""
    connection = database.connect()
    writer = Writer(5)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM akhbar.articles WHERE id < %s", (_STORED_FROM,))
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
            _fresh("small", DATABASE).close()
            connection = database.connect()
        print(
            _size_line(connection, size),
            _look_up_line(connection),
            _bands_line(connection, size),
            _search_lines(connection),
            _store_line(connection, writer),
            _export_lines(home),
            sep="\n",
            flush=True,
        )
    connection.close()


def fill(connection: Any, writer: Writer, held: int, size: int) -> None:
    """Rows `held` to `size` into every table, by COPY, the large indexes made at the end."""
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'akhbar' AND indexname = ANY(%s)",
            (list(_LATE),),
        )
        late = cursor.fetchall()
        for name, _ in late:
            cursor.execute(f"DROP INDEX akhbar.{name}")
        cursor.execute("DROP INDEX akhbar.bands_hash")
        cursor.execute(
            "SET session_replication_role = replica"
        )  # the rows are made to fit; no key is checked
        outlets = []
        for slug, country in OUTLETS:
            outlets.append(
                crawls.keep_outlet(cursor, Outlet(slug, country=country, timezone="UTC", slug=slug))
            )
        connection.commit()
        chance = random.Random(size)
        written = min(size, WRITTEN)
        for start in range(held, written, 5_000):
            _copy_rows(cursor, writer, chance, outlets, range(start + 1, min(start + 5_000, written) + 1))
            connection.commit()
        for start in range(max(held, written), size, WRITTEN):
            _repeat_rows(cursor, start, min(size - start, WRITTEN))
            connection.commit()
        cursor.execute("SET session_replication_role = DEFAULT")
        # what is stored between two fills takes other numbers than they do
        cursor.execute(
            f"SELECT setval('akhbar.articles_id_seq', greatest({_STORED_FROM}, max(id))) FROM akhbar.articles"
        )
        cursor.execute("SET maintenance_work_mem = '1GB'")
        for _, definition in late:
            cursor.execute(definition)
        cursor.execute("ALTER INDEX akhbar.articles_search ALTER COLUMN 1 SET STATISTICS 0")
        cursor.execute("CREATE INDEX bands_hash ON akhbar.bands USING hash (hash)")
        cursor.execute("DELETE FROM akhbar.bands_state")
        cursor.execute("INSERT INTO akhbar.bands_state VALUES (0)")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("SELECT akhbar.note_common_words()")
    connection.autocommit = False


_ARTICLE = (
    "id", "outlet_id", "url", "canonical_url", "canonical_hash", "headline", "body", "byline", "authors",
    "published_at", "published_precision", "section", "language", "extractor_version", "content_hash", "word_count",
    "first_seen_at", "last_seen_at", "changed_at", "search", "pairs", "pair_bits",
)  # fmt: skip


def _copy_rows(
    cursor: Any, writer: Writer, chance: random.Random, outlets: Sequence[int], ids: range
) -> None:
    tables: dict[str, tuple[tuple[str, ...], list[str]]] = {
        "articles": (_ARTICLE, []),
        "revisions": (("article_id", "number", "seen_at", "changes", "present"), []),
        "credits": (("article_id", "position", "name", "role", "words"), []),
        "addresses": (("url_hash", "outlet_id", "url", "article_id"), []),
        "signatures": (("article_id", "signature"), []),
        "bands": (("hash", "article_id"), []),
        "occurrences": (("hash", "article_id", "paragraph", "outlet_id"), []),
    }

    def add(table: str, *values: Any) -> None:
        tables[table][1].append("\t".join(map(str, values)))

    for id_ in ids:
        outlet = outlets[id_ % len(outlets)]
        paragraphs = writer.body()
        headline = " ".join(writer.some(9))
        body = "\\n\\n".join(" ".join(words) for words in paragraphs)
        flat = " ".join(word for words in paragraphs for word in words)
        url = f"https://{OUTLETS[id_ % len(OUTLETS)][0]}.example/{id_}"
        key = "\\\\x" + hashlib.sha256(url.encode()).hexdigest()
        at = (NOW - timedelta(seconds=chance.randrange(3 * 365 * 86_400))).isoformat()
        author = f"{writer.one()} {writer.one()}"
        content = "\\\\x" + hashlib.sha256(flat.encode()).hexdigest()
        byline, authors = f"كتب: {author}", '{"' + author + '"}'
        numbers, bit_bytes = word_pairs(headline, flat)
        pairs, bits = "{" + ",".join(map(str, numbers)) + "}", "\\\\x" + bit_bytes.hex()
        add("articles", id_, outlet, url, url, key, headline, body, byline, authors, at, "minute",
            chance.choice(["محليات", "اقتصاد", "رياضة"]), "ar", "1", content, flat.count(" ") + 1, at, at, at,
            search_vector(headline, flat), pairs, bits)  # fmt: skip
        add("revisions", id_, 1, at, "{}", "t")
        add("credits", id_, 1, author, "writer", "{" + author.replace(" ", ",") + "}")
        add("addresses", key, outlet, url, id_)
        signature = chance.randbytes(512)
        add("signatures", id_, "\\\\x" + signature.hex())
        for band in set(stories.band_hashes(signature)):
            add("bands", band, id_)
        for place in range(1, len(paragraphs) + 1):
            add("occurrences", chance.getrandbits(63), id_, place, outlet)
    for table, (columns, lines) in tables.items():
        cursor.copy_expert(
            f"COPY akhbar.{table} ({', '.join(columns)}) FROM STDIN", io.StringIO("\n".join(lines) + "\n")
        )


def _repeat_rows(cursor: Any, above: int, count: int) -> None:
    """The first `count` articles again, `above` added to their numbers."""
    values = {"above": above, "count": count}
    others = {
        "url": f"a.url || '-{above}'", "canonical_url": f"a.canonical_url || '-{above}'", "id": f"a.id + {above}",
        "canonical_hash": f"sha256((a.canonical_url || '-{above}')::bytea)",
        "content_hash": f"sha256(a.content_hash || '{above}'::bytea)",
        "published_at": f"a.published_at + interval '{above // 100} seconds'",
    }  # fmt: skip
    for statement in (
        f"INSERT INTO akhbar.articles ({', '.join(_ARTICLE)}) OVERRIDING SYSTEM VALUE"
        f" SELECT {', '.join(others.get(name, f'a.{name}') for name in _ARTICLE)} FROM akhbar.articles a"
        " WHERE a.id <= %(count)s",
        "INSERT INTO akhbar.revisions (article_id, number, seen_at, changes, present)"
        " SELECT article_id + %(above)s, 1, seen_at, '{}', true FROM akhbar.revisions WHERE article_id <= %(count)s",
        "INSERT INTO akhbar.credits (article_id, position, name, role, words) SELECT article_id + %(above)s, position,"
        " name, role, words FROM akhbar.credits WHERE article_id <= %(count)s",
        "INSERT INTO akhbar.addresses (url_hash, outlet_id, url, article_id) SELECT a.canonical_hash, a.outlet_id,"
        " a.canonical_url, a.id FROM akhbar.articles a WHERE a.id > %(above)s AND a.id <= %(above)s + %(count)s",
        "INSERT INTO akhbar.signatures (article_id, signature) SELECT article_id + %(above)s,"
        " sha512(signature || '1') || sha512(signature || '2') || sha512(signature || '3') || sha512(signature || '4')"
        " || sha512(signature || '5') || sha512(signature || '6') || sha512(signature || '7')"
        " || sha512(signature || '8') FROM akhbar.signatures WHERE article_id <= %(count)s",
        "INSERT INTO akhbar.bands (hash, article_id) SELECT (random() * 4294967295 - 2147483648)::bigint::integer,"
        " a + %(above)s FROM generate_series(1, %(count)s) a, generate_series(1, 42)",
        "INSERT INTO akhbar.occurrences (hash, article_id, paragraph, outlet_id) SELECT (random() * 9e18)::bigint,"
        " article_id + %(above)s, paragraph, outlet_id FROM akhbar.occurrences WHERE article_id <= %(count)s",
    ):
        cursor.execute(statement, values)


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
        small = _other("small")
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
                    stories._meet(cursor, [h for h, _ in pairs], [n for _, n in pairs])
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
                    stories._meet(cursor, flat, [-1] * len(flat))
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
    """Latency of the search as the command does it, snippets included, over 60 queries of each kind."""
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
    lines = []
    for kind, query in kinds.items():
        times = []
        for n in range(60):
            asked, narrowed = query(n), filters[n % len(filters)]
            started = time.perf_counter()
            search(connection, asked, **narrowed)
            times.append((time.perf_counter() - started) * 1000)
        lines.append(
            f"search: {kind:17} median {statistics.median(times):7.1f} ms"
            f"  95 % {_p95(times):7.1f}  most {max(times):7.1f}"
        )
    return "\n".join(lines)


def _store_line(connection: Any, writer: Writer) -> str:
    """Articles stored as a crawl does, in batches of 100 and row by row, in turns; what an article takes by itself.

    The program and its connection's server process work in turns, so that the sum of their processor time for an
    article in a batch is the least that storing it can take.
    """
    crawl = begin(connection, "alef")
    server, program = psutil.Process(connection.info.backend_pid), psutil.Process()
    spent: dict[int, list[float]] = {100: [], 1: []}
    taken: list[tuple[float, float]] = []
    number = int(time.time() * 1000)
    for _ in range(8):  # the first ones read what the exports and searches have driven out of memory
        for size, count in ((100, 400), (1, 60)):
            batch = []
            for _ in range(count):
                number += 1
                batch.append(
                    Submission(article=made(number, text(writer.body()), 1, " ".join(writer.some(9))))
                )
            before = processor(program), processor(server)
            started = time.perf_counter()
            for at in range(0, count, size):
                articles.store(connection, crawl, batch[at : at + size])
            spent[size].append((time.perf_counter() - started) / count)
            if size > 1:
                own, others = processor(program) - before[0], processor(server) - before[1]
                taken.append((own / count * 1000, others / count * 1000))
    crawls.finish(connection, crawl)
    many, one = (1 / statistics.median(spent[size]) for size in (100, 1))
    own, others = (statistics.median(times) for times in zip(*taken, strict=True))
    return (
        f"stored: {many:,.0f} a second in batches of 100, {one:,.0f} row by row: {many / one:.1f} times;"
        f" an article of a batch takes {own:.2f} ms of the processor in the program, {others:.2f} in the server"
    )


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


if __name__ == "__main__":
    sys.exit(main())
