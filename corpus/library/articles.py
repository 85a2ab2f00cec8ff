"""One article with its versions and credits, and the stories that articles and their copies make up."""

from __future__ import annotations

from corpus.library.answers import Answer, ask
from corpus.transaction import Cursor

VERSIONS = 200
COPIES = 200


def read_article(cursor: Cursor, id_: int) -> Answer:
    """The article of a number, in its present form."""
    return ask(cursor, "SELECT * FROM corpus.articles WHERE id = %(id)s", {"id": id_})


def read_credits(cursor: Cursor, id_: int) -> Answer:
    """Who is credited in an article, in the order of its byline."""
    return ask(
        cursor,
        "SELECT name, role FROM corpus.credits WHERE article = %(id)s ORDER BY position",
        {"id": id_},
    )


def read_reprints(cursor: Cursor, id_: int) -> Answer:
    """Paragraphs of an article that stood in an earlier one, and where."""
    return ask(
        cursor,
        """
        SELECT paragraph, first_article, first_outlet, first_paragraph, hours_behind
        FROM corpus.reprints WHERE article = %(id)s ORDER BY paragraph LIMIT 100
        """,
        {"id": id_},
    )


def list_versions(cursor: Cursor, id_: int) -> Answer:
    """The versions of an article, the newest first, without their texts."""
    return ask(
        cursor,
        """
        SELECT revision, seen_at, changes, present, word_count, crawl, extractor_version
        FROM corpus.revisions WHERE article = %(id)s ORDER BY seen_at DESC, revision DESC LIMIT %(limit)s
        """,
        {"id": id_, "limit": VERSIONS},
    )


def read_versions(cursor: Cursor, id_: int, numbers: tuple[int, int]) -> Answer:
    """Two versions of an article whole, the earlier first."""
    return ask(
        cursor,
        "SELECT * FROM corpus.revisions WHERE article = %(id)s AND revision = ANY(%(numbers)s)"
        " ORDER BY seen_at, revision",
        {"id": id_, "numbers": list(numbers)},
    )


def read_story(cursor: Cursor, story: int) -> Answer:
    """A cluster of copies; no row where the story is a single article."""
    return ask(cursor, "SELECT * FROM corpus.stories WHERE story = %(story)s", {"story": story})


def list_members(cursor: Cursor, story: int) -> Answer:
    """The articles of a story in the order of time, with what each has in common with the original."""
    return ask(
        cursor,
        """
        SELECT a.id, a.outlet, a.headline, a.published_at, a.published_precision, a.timezone_assumed,
               a.first_seen_at, coalesce(a.published_at, a.first_seen_at) AS at, a.copy_of, a.similarity,
               a.agency, a.word_count, a.language
        FROM corpus.articles a WHERE a.story = %(story)s
        ORDER BY at, a.id LIMIT %(limit)s
        """,
        {"story": story, "limit": COPIES},
    )


def list_stories(cursor: Cursor, limit: int = 50) -> Answer:
    """The stories with the newest copies, these first."""
    return ask(
        cursor,
        """
        WITH newest AS (
            SELECT story FROM corpus.articles WHERE copy_of IS NOT NULL
            ORDER BY coalesce(published_at, first_seen_at) DESC LIMIT 500
        )
        SELECT s.* FROM corpus.stories s WHERE s.story = ANY(ARRAY(SELECT story FROM newest))
        ORDER BY s.last_at DESC LIMIT %(limit)s
        """,
        {"limit": limit},
    )
