"""Drop: how a pipeline turns an article away, with the reason that the ledger keeps."""

from __future__ import annotations

from scrapy.exceptions import DropItem


class Drop(DropItem):
    """An article that is not kept.

    `reason` is the ledger's word for it, `state` the state its row ends in, `article` the row of
    the corpus that already holds it, where that is why.
    """

    def __init__(
        self, reason: str, *, detail: str | None = None, state: str = "rejected", article: int | None = None
    ):
        super().__init__(f"{reason}: {detail}" if detail else reason, log_level="DEBUG")
        self.reason = reason
        self.state = state
        self.article = article


class Adrift(DropItem):
    """An item given up because the storage is. Its row stays in hand, and is due again in the next crawl."""

    def __init__(self) -> None:
        super().__init__("the storage is not available", log_level="DEBUG")
