"""Python's garbage collector in processes that read page after page."""

from __future__ import annotations

import gc


def calm() -> None:
    """Have the collector leave alone what is loaded by now, and look at the rest less often.

    Nearly all that is loaded stays; by its own measure the collector would look through it, and through what a few
    pages in hand hold, many times a page: a twentieth of a reader's time, and stops of the event loop.
    """
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
