"""What several tests of the corpus stand on."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.embedded import EmbeddedServer


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty home of our own, which is also `AKHBAR_HOME`; its server is stopped at the end."""
    above = Path(tempfile.mkdtemp(prefix="akhbar-"))
    monkeypatch.setenv("AKHBAR_HOME", str(above / "home"))
    monkeypatch.delenv("AKHBAR_DATABASE_URL", raising=False)
    yield above / "home"
    for data in above.rglob("postmaster.pid"):
        EmbeddedServer(data.parents[2]).stop()
    shutil.rmtree(above)
