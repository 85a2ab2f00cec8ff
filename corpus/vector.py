"""The search vector of an article, built here and not by Postgres' parser.

The parser of Postgres takes `المادة/5` for a file path and breaks at vowel marks. Folded text is words
parted by single spaces, so a vector of exactly those words is written as text and cast: headline
words weigh A, lead and body words D (the weight without a letter).
"""

from __future__ import annotations

WORD_LIMIT = 120  # characters; what is longer is no word (a key, a link run together)
BODY_WORDS = 16_000  # positions of a tsvector end at 16,383, and its size at 1 MB
GAP = 16  # positions between headline and body, so that no phrase spans both


def search_vector(headline: str, text: str) -> str:
    """The text form of a tsvector over the words of a folded headline and a folded text, for `::tsvector`."""
    positions: dict[str, list[str]] = {}
    headline_words = headline.split()
    for place, word in enumerate(headline_words, 1):
        positions.setdefault(word, []).append(f"{place}A")
    for place, word in enumerate(text.split()[:BODY_WORDS], len(headline_words) + GAP):
        if word in positions:
            positions[word].append(str(place))
        else:
            positions[word] = [str(place)]
    return " ".join(
        [
            f"'{word if word.isalnum() else _escaped(word)}':{','.join(places[:255])}"
            for word, places in positions.items()
            if len(word) <= WORD_LIMIT
        ]
    )


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("'", "''")
