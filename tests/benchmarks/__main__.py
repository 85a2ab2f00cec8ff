"""All benchmarks, one after the other: `python -m tests.benchmarks` from the project's root."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

# reading first, whatever else stands in this folder
NAMES = ("reading", "crawl", "rereading", "archive")


def main() -> int:
    """Runs every benchmark that is there; the sum of their exit statuses."""
    here = Path(__file__).parent
    return sum(
        importlib.import_module(f"tests.benchmarks.{name}").main()
        for name in NAMES
        if (here / f"{name}.py").exists()
    )


if __name__ == "__main__":
    sys.exit(main())
