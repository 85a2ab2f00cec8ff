"""The search vector of an article, built here and not by Postgres' parser.

The parser of Postgres takes `المادة/5` for a file path and breaks at vowel marks. Folded text is words
parted by single spaces, so a vector of exactly those words is written as text and cast: headline
words weigh A, lead and body words D (the weight without a letter).

The index holds words without their places, so it cannot tell a phrase from its words. It is helped by pairs: each two
words that follow each other go to one of `PAIRS` numbers, which an article's row keeps and the index holds. By other
bits of theirs the row keeps a Bloom filter of the pairs, which sorts out most that only share a number.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from hashlib import md5
from itertools import pairwise

from crawler.arabic.letters import fold
from crawler.items import IndexTerms

WORD_LIMIT = 120  # characters; what is longer is no word (a key, a link run together)
BODY_WORDS = 16_000  # positions of a tsvector end at 16,383, and its size at 1 MB
PAIRS = 4_096  # akhbar.pair_number has the same
PAIR_BITS = 4_096  # akhbar.pair_bit has the same
PREFIXES = "وفبلكا"  # the letters of all that is written onto a word (akhbar.attached_forms)
GAP = 16  # positions between headline and body, so that no phrase spans both


def index_terms(headline: str, lead: str | None, body: str, folded: Sequence[str]) -> IndexTerms:
    """What the index holds of an article; `folded` are the paragraphs of its body in search form."""
    words, text = fold(headline), " ".join(filter(None, folded))
    if lead and not body.startswith(lead):
        text = f"{fold(lead)} {text}"
    pairs, bits = word_pairs(words, text)
    return IndexTerms(
        search=search_vector(words, text), pairs=f"{{{','.join(map(str, pairs))}}}", pair_bits=bits
    )


_PLACES = tuple(map(str, range(16_384)))


def search_vector(headline: str, text: str) -> str:
    """The text form of a tsvector over the words of a folded headline and a folded text, for `::tsvector`."""
    words = headline.split()
    body = text.split()[:BODY_WORDS]
    places: dict[str, str] = {}
    for place, word in enumerate(words, 1):
        places[word] = f"{places[word]},{place}A" if word in places else f"{place}A"
    first = len(words) + GAP
    for word, body_place in zip(body, _PLACES[first : first + len(body)], strict=False):
        if word in places:
            places[word] += "," + body_place
        else:
            places[word] = body_place
    if len(max(places, key=len, default="")) > WORD_LIMIT:
        places = {word: at for word, at in places.items() if len(word) <= WORD_LIMIT}
    if not places:
        return ""
    if "'" in text or "\\" in text or "'" in headline or "\\" in headline:
        places = {_escaped(word): at for word, at in places.items()}
    return "'" + " '".join(["':".join(entry) for entry in places.items()])


def word_pairs(headline: str, text: str) -> tuple[list[int], bytes]:
    """The pairs of words that follow each other in a folded headline or text: their numbers, in order, and their bits.

    The first word of a pair counts without any letter that may be written onto it, so that one number stands for
    all the forms in which a phrase may begin. `akhbar.pair_number` and `akhbar.pair_bit` in SQL give the same.
    """
    pairs: set[int] = set()
    for words in (headline.split(), text.split()[:BODY_WORDS]):
        shares = [_shares(word) for word in words]
        pairs.update([first + second for (first, _), (_, second) in pairwise(shares)])
    bits = bytearray(PAIR_BITS // 8)
    for pair in pairs:
        bit = (pair >> _BIT_AT) % PAIR_BITS
        bits[bit >> 3] |= 1 << (bit & 7)
    return sorted({pair % PAIRS for pair in pairs}), bytes(bits)


_BIT_AT = 13  # in a pair: below it two numbers under PAIRS are added


@lru_cache(maxsize=50_000)
def _shares(word: str) -> tuple[int, int]:
    """What a word gives to a pair as its first and as its second: to its number and, above, to its bit.

    Small numbers, so that a pair is no more than their sum.
    """
    first, second = _number(word.lstrip(PREFIXES)), _number(word)
    return (
        31 * first % PAIRS + (31 * (first // PAIRS) % PAIR_BITS << _BIT_AT),
        second % PAIRS + (second // PAIRS % PAIR_BITS << _BIT_AT),
    )


def _number(word: str) -> int:
    return int.from_bytes(md5(word.encode(), usedforsecurity=False).digest()[:4], "big")


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("'", "''")
