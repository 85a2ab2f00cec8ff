"""A corpus of any size, written past `corpus.articles.store` by COPY, with the same rows in every table.

Texts are invented (tests/benchmarks/corpus_texts.py): words of a Zipf vocabulary, 250 words an article. Only the
signatures are random numbers, as unrelated texts' are. Beyond `WRITTEN` articles the texts begin anew, under other
addresses, times and signatures.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from corpus import crawls, stories
from corpus.bulk import copy_rows
from corpus.vector import index_terms
from crawler.outlet import Outlet
from tests.benchmarks.corpus_sample import NOW, OUTLETS
from tests.benchmarks.corpus_texts import Writer, text

WRITTEN = 100_000
STORED_FROM = 1_000_000_000  # numbers of articles that are stored as a crawl does
# indexes that are cheaper to make at the end of a fill than to keep up during it
_LATE = ("articles_search", "articles_content_hash_idx", "articles_at", "articles_outlet_at")


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
            _write_rows(cursor, writer, chance, outlets, range(start + 1, min(start + 5_000, written) + 1))
            connection.commit()
        for start in range(max(held, written), size, WRITTEN):
            _repeat_rows(cursor, start, min(size - start, WRITTEN))
            connection.commit()
        cursor.execute("SET session_replication_role = DEFAULT")
        # what is stored between two fills takes other numbers than they do
        cursor.execute(
            f"SELECT setval('akhbar.articles_id_seq', greatest({STORED_FROM}, max(id))) FROM akhbar.articles"
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


def _write_rows(
    cursor: Any, writer: Writer, chance: random.Random, outlets: Sequence[int], ids: range
) -> None:
    tables: dict[str, tuple[tuple[str, ...], list[tuple[Any, ...]]]] = {
        "articles": (_ARTICLE, []),
        "revisions": (("article_id", "number", "seen_at", "changes", "present"), []),
        "credits": (("article_id", "position", "name", "role", "words"), []),
        "addresses": (("url_hash", "outlet_id", "url", "article_id"), []),
        "signatures": (("article_id", "signature"), []),
        "bands": (("hash", "article_id"), []),
        "occurrences": (("hash", "article_id", "paragraph", "outlet_id"), []),
    }

    def add(table: str, *values: Any) -> None:
        tables[table][1].append(values)

    for id_ in ids:
        outlet = outlets[id_ % len(outlets)]
        paragraphs = writer.body()
        headline = " ".join(writer.some(9))
        body = text(paragraphs)
        flat = " ".join(word for words in paragraphs for word in words)
        url = f"https://{OUTLETS[id_ % len(OUTLETS)][0]}.example/{id_}"
        key, content = hashlib.sha256(url.encode()).digest(), hashlib.sha256(flat.encode()).digest()
        at = NOW - timedelta(seconds=chance.randrange(3 * 365 * 86_400))
        author = f"{writer.one()} {writer.one()}"
        terms = index_terms(headline, None, body, [flat])
        add("articles", id_, outlet, url, url, key, headline, body, f"كتب: {author}", [author], at, "minute",
            chance.choice(["محليات", "اقتصاد", "رياضة"]), "ar", "1", content, flat.count(" ") + 1, at, at, at,
            terms.search, terms.pairs, terms.pair_bits)  # fmt: skip
        add("revisions", id_, 1, at, [], True)
        add("credits", id_, 1, author, "writer", author.split())
        add("addresses", key, outlet, url, id_)
        signature = chance.randbytes(512)
        add("signatures", id_, signature)
        for band in set(stories.band_hashes(signature)):
            add("bands", band, id_)
        for place in range(1, len(paragraphs) + 1):
            add("occurrences", chance.getrandbits(63), id_, place, outlet)
    for table, (columns, rows) in tables.items():
        copy_rows(cursor, f"akhbar.{table}", columns, rows)


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
