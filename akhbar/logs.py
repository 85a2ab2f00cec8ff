"""The log: one line an event, with crawl and outlet on every line, as text or (AKHBAR_LOG=json) as JSON."""

from __future__ import annotations

import json
import logging
import os
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

# the crawl that runs in the present context: each crawl of a process has its own
current: ContextVar[Crawler | None] = ContextVar("current", default=None)


def configure(level: str = "INFO", *, as_json: bool | None = None) -> None:
    """Send the log to standard error; `as_json` None leaves the form to the environment."""
    if as_json is None:
        as_json = os.environ.get("AKHBAR_LOG") == "json"
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(add_subject)
    handler.setFormatter(JsonLines() if as_json else PlainLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # on the handler, too: Scrapy opens the root logger to everything
    handler.setLevel(level)
    root.setLevel(level)
    # and its own, which makes two records of each page for nobody
    logging.getLogger("scrapy").setLevel(level)
    logging.captureWarnings(True)


def add_subject(record: logging.LogRecord) -> bool:
    """Give the record its outlet and its crawl's number, as far as they are known; always true (a filter)."""
    crawler = current.get() or getattr(getattr(record, "spider", None), "crawler", None)
    if not hasattr(record, "outlet"):
        record.outlet = _outlet_of(crawler)
    if not hasattr(record, "crawl"):
        record.crawl = _number_of(crawler)
    return True


class PlainLines(logging.Formatter):
    """`2026-11-20T10:00:00Z WARNING sarw/17 pipelines.session: …`, newlines escaped."""

    def format(self, record: logging.LogRecord) -> str:
        subject = "/".join(
            str(part)
            for part in (getattr(record, "outlet", None), getattr(record, "crawl", None))
            if part is not None
        )
        parts = (_time_of(record), record.levelname, subject or "-", f"{record.name}:", _text_of(record))
        return " ".join(parts).replace("\r", "").replace("\n", " ⏎ ")


class JsonLines(logging.Formatter):
    """One JSON object a line: at, level, logger, outlet, crawl, text, and error where there is a traceback."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": _time_of(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "outlet": getattr(record, "outlet", None),
            "crawl": getattr(record, "crawl", None),
            "text": record.getMessage(),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def _time_of(record: logging.LogRecord) -> str:
    at = datetime.fromtimestamp(record.created, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _text_of(record: logging.LogRecord) -> str:
    text = record.getMessage()
    if record.exc_info:
        text = f"{text}\n{logging.Formatter().formatException(record.exc_info)}"
    return text


def _outlet_of(crawler: Crawler | None) -> str | None:
    if crawler is None:
        return None
    return str((crawler.spider or crawler.spidercls).name)


def _number_of(crawler: Crawler | None) -> int | None:
    from pipelines.session import Session

    if crawler is None:
        return None
    try:
        session = crawler.get_extension(Session)
    except RuntimeError:  # Scrapy says so while the crawl is being set up
        return None
    return session.crawl.id if session is not None and session.crawl is not None else None
