"""Full-text search over folded words, and one article with all that is known of it.

A query is words (all must occur), "phrases", beginnings (كلم*) and exclusions (-كلمة). Every word is
folded, so spelling, vowels, tatweel and digit sets do not matter, and is found also with و ف ب ل ك and
ال written onto it. The query is read and answered by `corpus.search` in SQL: the same answer everywhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any

from corpus.text import mend, mend_url, url_hash
from corpus.transaction import Connection, Cursor, transaction
from crawler.arabic.letters import fold

SNIPPET_WORDS = 30
DIFF_WORDS = 4_000  # longer texts are compared by paragraphs, since comparing grows with the square

Part = tuple[str, bool]
"""A piece of printed text, and whether it is a match."""

_PRINTED = re.compile(r"\S+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is asked of the corpus: words and filters, as `search` takes them."""

    query: str | None = None
    outlet: str | None = None
    author: str | None = None
    section: str | None = None
    country: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One found article. `headline_parts` and `snippet` joined are text exactly as printed."""

    article_id: int
    outlet: str
    headline: str
    published_at: datetime | None
    url: str
    rank: float
    headline_parts: list[Part]
    snippet: list[Part]
    story: int
    copy_of: int | None


@dataclass(frozen=True, slots=True)
class Change:
    """A piece of a word difference: `kind` is same, added or removed."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One version of an article. `headline` and `body` are the differences from the version before."""

    number: int
    seen_at: datetime
    changes: list[str]
    headline: list[Change]
    body: list[Change]
    byline: tuple[str | None, str | None] | None
    published: tuple[str | None, str | None] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An article (columns of `corpus.articles`) with credits, addresses, copies and revisions.

    These in the order in which they were seen.
    """

    article: dict[str, Any]
    credits: list[dict[str, str]]
    addresses: list[str]
    copies: list[dict[str, Any]]
    revisions: list[Revision]


_fold_word = lru_cache(maxsize=50_000)(fold)  # the same words come back in every snippet


class Asked:
    """The folded words of a query that a match shows: whole words, and beginnings."""

    def __init__(self, words: set[str], beginnings: set[str]) -> None:
        self.words, self.beginnings = words, tuple(sorted(beginnings))
        self._answers: dict[str, bool] = {}  # the same words come back in every text

    def has(self, printed: str) -> bool:
        answer = self._answers.get(printed)
        if answer is None:
            answer = self._answers[printed] = any(
                word in self.words or (bool(self.beginnings) and word.startswith(self.beginnings))
                for word in _fold_word(printed).split()
            )
        return answer


def search(
    connection: Connection,
    query: str,
    *,
    outlet: str | None = None,
    author: str | None = None,
    section: str | None = None,
    country: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 20,
    order: str = "rank",
) -> list[Hit]:
    """The articles that match, by rank or by time (newest first). An empty query asks by filters only.

    `outlet` is a slug, `country` ISO alpha-2, `author` any words of a credited name; `since` and `until`
    bound the time of publication (of first sight, where no date is printed). Raises ValueError for an
    unknown order, StorageUnavailable.
    """
    if order not in ("rank", "time"):
        raise ValueError(f"order is rank or time, not {order}")
    query = mend(query)
    with transaction(connection) as cursor:
        cursor.execute(
            """
            SELECT s.id AS article_id, s.outlet_slug AS outlet, s.headline, s.published_at,
                   s.canonical_url AS url, s.rank, a.lead, a.body,
                   coalesce(a.story_id, a.id) AS story, a.copy_of
            FROM corpus.search(%s, %s, %s, %s, %s, %s, %s, %s, %s) WITH ORDINALITY AS s
                 (id, outlet_slug, headline, published_at, canonical_url, rank, place)
            JOIN akhbar.articles a USING (id) ORDER BY s.place
            """,
            (query, outlet, mend(author), mend(section), country, since, until, limit, order),
        )
        rows = _dicts(cursor)
        asked = read_asked(cursor, query)
    hits = []
    for row in rows:
        lead, body = row.pop("lead"), row.pop("body")
        text = body if not lead or body.startswith(lead) else f"{lead}\n\n{body}"
        hits.append(
            Hit(**row, headline_parts=mark_matches(row["headline"], asked), snippet=cut_snippet(text, asked))
        )
    return hits


def show(connection: Connection, reference: int | str) -> Shown | None:
    """The article of a number or of any address that leads to it; None where there is none."""
    with transaction(connection) as cursor:
        if isinstance(reference, int) or reference.strip().isdecimal():
            id_: int | None = int(reference)
        else:
            cursor.execute(
                "SELECT article_id FROM akhbar.addresses WHERE url_hash = %s ORDER BY seen_at LIMIT 1",
                (url_hash(mend_url(reference.strip())),),
            )
            found = cursor.fetchone()
            id_ = found[0] if found else None
        if id_ is None or id_ >= 2**63:
            return None
        cursor.execute("SELECT * FROM corpus.articles WHERE id = %s", (id_,))
        articles = _dicts(cursor)
        if not articles:
            return None
        cursor.execute("SELECT name, role FROM corpus.credits WHERE article = %s ORDER BY position", (id_,))
        credits = _dicts(cursor)
        cursor.execute("SELECT url FROM akhbar.addresses WHERE article_id = %s ORDER BY seen_at, url", (id_,))
        addresses = [url for (url,) in cursor.fetchall()]
        cursor.execute(
            """
            SELECT b.id AS article, o.slug AS outlet, b.headline, b.published_at, b.canonical_url, b.copy_of,
                   b.similarity
            FROM akhbar.articles a JOIN akhbar.articles b ON b.story_id = a.story_id AND b.id <> a.id
            JOIN akhbar.outlets o ON o.id = b.outlet_id
            WHERE a.id = %s ORDER BY coalesce(b.published_at, b.first_seen_at), b.id
            """,
            (id_,),
        )
        copies = _dicts(cursor)
        cursor.execute("SELECT * FROM corpus.revisions WHERE article = %s ORDER BY seen_at, revision", (id_,))
        versions = _dicts(cursor)
    return Shown(
        article=articles[0],
        credits=credits,
        addresses=addresses,
        copies=copies,
        revisions=[
            _revision(after, before) for before, after in zip([None, *versions], versions, strict=False)
        ],
    )


def word_difference(before: str, after: str) -> list[Change]:
    """What was added and removed, in words (in paragraphs where the texts are very long)."""
    pattern = r"\S+\s*" if max(before.count(" "), after.count(" ")) < DIFF_WORDS else r"[^\n]*\n*"
    old, new = re.findall(pattern, before), re.findall(pattern, after)
    # A word at the end of a text has no space after it; it is the same word.
    matcher = SequenceMatcher(None, [w.strip() for w in old], [w.strip() for w in new], autojunk=False)
    changes = []
    for kind, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if kind == "equal":
            changes.append(Change("same", "".join(new[new_start:new_end])))
            continue
        if old_end > old_start:
            changes.append(Change("removed", "".join(old[old_start:old_end])))
        if new_end > new_start:
            changes.append(Change("added", "".join(new[new_start:new_end])))
    return changes


def _revision(after: Mapping[str, Any], before: Mapping[str, Any] | None) -> Revision:
    changes = after["changes"]

    def pair(field: str) -> tuple[str | None, str | None]:
        assert before is not None
        return tuple(str(v[field]) if v[field] is not None else None for v in (before, after))  # type: ignore[return-value]

    return Revision(
        number=after["revision"],
        seen_at=after["seen_at"],
        changes=changes,
        # by the texts themselves: an older version that was found later stands before one that never heard of it
        headline=word_difference(before["headline"], after["headline"])
        if before and before["headline"] != after["headline"]
        else [],
        body=word_difference(before["body"], after["body"])
        if before and before["body"] != after["body"]
        else [],
        byline=pair("byline") if before and "byline" in changes else None,
        published=pair("published_at") if before and "published" in changes else None,
    )


def read_asked(cursor: Cursor, query: str) -> Asked:
    cursor.execute(
        """
        SELECT coalesce(p.prefix, false) AND w.place = cardinality(p.words),
               CASE WHEN w.place = 1 THEN akhbar.attached_forms(w.word) ELSE ARRAY[w.word] END
        FROM akhbar.query_parts(%s) p, unnest(p.words) WITH ORDINALITY AS w (word, place)
        WHERE NOT p.excluded
        """,
        (query,),
    )
    words: set[str] = set()
    beginnings: set[str] = set()
    for is_beginning, forms in cursor.fetchall():
        (beginnings if is_beginning else words).update(forms)
    return Asked(words, beginnings)


def mark_matches(text: str, asked: Asked) -> list[Part]:
    """`text` in pieces, the matching words marked without the punctuation around them."""
    parts: list[Part] = []
    end = 0
    for match in _PRINTED.finditer(text):
        if not asked.has(match[0]):
            continue
        start, stop = match.span()
        while start < stop - 1 and not _belongs_to_a_word(text[start]):
            start += 1
        while stop > start + 1 and not _belongs_to_a_word(text[stop - 1]):
            stop -= 1
        if start > end:
            parts.append((text[end:start], False))
        parts.append((text[start:stop], True))
        end = stop
    if end < len(text):
        parts.append((text[end:], False))
    return parts


def _belongs_to_a_word(character: str) -> bool:
    return character.isalnum() or bool(unicodedata.combining(character))


def cut_snippet(text: str, asked: Asked) -> list[Part]:
    """The stretch of `SNIPPET_WORDS` printed words with the most matches, marked; … for the rest."""
    words = list(_PRINTED.finditer(text))
    hits = [place for place, word in enumerate(words) if asked.has(word[0])]
    start = 0
    if hits:
        best = max(
            hits, key=lambda first: (sum(first <= hit < first + SNIPPET_WORDS - 5 for hit in hits), -first)
        )
        start = max(0, min(best - 5, len(words) - SNIPPET_WORDS))
    window = words[start : start + SNIPPET_WORDS]
    if not window:
        return []
    shown = " ".join(text[window[0].start() : window[-1].end()].split())
    parts = mark_matches(shown, asked)
    if start:
        parts.insert(0, ("… ", False))
    if start + SNIPPET_WORDS < len(words):
        parts.append((" …", False))
    return parts


def _dicts(cursor: Cursor) -> list[dict[str, Any]]:
    names = [column.name for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
