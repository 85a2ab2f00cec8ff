"""Fingerprint: what makes two texts the same, and what makes them alike."""

from __future__ import annotations

import hashlib
import struct
from typing import Any

from rensa import RMinHash

from crawler.arabic.letters import fold_paragraphs
from crawler.items import Article

PERMUTATIONS = 128
# of 250 pairs with 15 % of the words changed, 42 bands of 3 bring .996 together over two-word shingles and
# .93 over three-word ones; corpus.stories confirms over the same shingles
SHINGLE_WORDS = 2
_SEED = 1


class Fingerprint:
    """Sets `content_hash` (SHA-256 of the folded body), `signature` (MinHash of its word shingles) and `folded`.

    By the setting READER_JUDGES the reader processes have done so already.
    """

    def process_item(self, item: Any) -> Any:
        if isinstance(item, Article) and item.content_hash is None:
            item.folded = fold_paragraphs(item.body)
            folded = " ".join(filter(None, item.folded))
            item.content_hash = hash_text(folded)
            item.signature = sign_text(folded)
        return item


def hash_text(folded: str) -> bytes:
    """SHA-256 of a folded text: equal for texts that differ only in spelling habits, vowels or tatweel."""
    return hashlib.sha256(folded.encode()).digest()


def sign_text(folded: str) -> bytes | None:
    """The MinHash of a folded text: 128 little-endian 32-bit numbers; None for a text shorter than a shingle.

    Two signatures agree in about the share of places in which the texts share shingles (Broder 1997).
    """
    words = folded.split()
    if len(words) < SHINGLE_WORDS:
        return None
    shingles = list(map(" ".join, zip(*(words[at:] for at in range(SHINGLE_WORDS)), strict=False)))
    minhash = RMinHash(num_perm=PERMUTATIONS, seed=_SEED)
    minhash.update(shingles)
    return struct.pack(f"<{PERMUTATIONS}I", *minhash.digest())
