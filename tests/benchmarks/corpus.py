"""The corpus measured: who is found to copy whom, and what storing, look-up, search and export cost as it grows.

Run with `python -m tests.benchmarks.corpus [--articles 10000 100000 …] [--only quality|speed]` from the project's
root. It works in an embedded server of its own, in a temporary folder, and prints; nothing is kept.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from corpus import database
from tests.benchmarks.corpus_quality import measure_quality
from tests.benchmarks.corpus_speed import measure_speed


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


if __name__ == "__main__":
    sys.exit(main())
