"""Sites that the demo serves: those of the demo outlets, and folders of saved pages."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit
from xml.sax.saxutils import escape

from crawler.extraction.canonical import canonical_url
from crawler.extraction.page import Page

_PACKAGE = Path(__file__).parents[1]
# in a wheel the fixtures lie inside the package, in a checkout beside it
FIXTURES = next(
    (folder for folder in (_PACKAGE / "fixtures", _PACKAGE.parent / "fixtures") if folder.is_dir()),
    _PACKAGE / "fixtures",
)
SITEMAP = "/akhbar-demo-sitemap.xml"


@dataclass(frozen=True, slots=True)
class Document:
    """What one address answers with."""

    body: bytes
    content_type: str
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Site:
    """One outlet's site: its hosts and its documents by path (with the query, percent-encoded)."""

    hosts: list[str]
    documents: dict[str, Document] = field(default_factory=dict)

    def add(self, path: str, document: Document) -> None:
        """Serve a document under a path, however its Arabic letters are written."""
        self.documents[encode_path(path)] = document


def encode_path(path: str) -> str:
    """A path and query as clients send them: UTF-8, percent-encoded once."""
    return quote(path, safe="/?&=%:@!$'()*+,;~-._")


def load_site(folder: Path, edition: int) -> Site:
    """The site that `folder/site.json` describes, as it stands in an edition (1 morning, 2 evening)."""
    description = json.loads((folder / "site.json").read_text(encoding="utf-8"))
    site = Site(hosts=list(description["hosts"]))
    for entry in description["documents"]:
        if edition in entry.get("editions", (1, 2)):
            body = (folder / entry["file"]).read_bytes()
            if entry["path"].endswith(".gz") and not body.startswith(b"\x1f\x8b"):
                body = gzip.compress(body, mtime=0)
            site.add(entry["path"], Document(body, entry["type"], entry.get("status", 200)))
    return site


def sites_of_pages(folder: Path) -> tuple[list[Site], list[tuple[Path, str]]]:
    """Sites for a folder of saved pages, each page under the address that it names itself.

    Returns the sites, one a host, each with a sitemap of its pages at `SITEMAP`, and the files
    that could not be served with the reason.
    """
    addresses: dict[str, dict[str, bytes]] = {}
    left_out: list[tuple[Path, str]] = []
    for path in sorted(folder.rglob("*.htm*")):
        body = path.read_bytes()
        try:
            stated = canonical_url(Page.from_bytes(body))
        except ValueError as error:
            left_out.append((path, str(error)))
            continue
        if stated is None:
            left_out.append((path, "names no canonical link or og:url"))
            continue
        url = stated[0]
        addresses.setdefault(urlsplit(url).netloc, {})[url] = body
    return [_site_of_host(host, pages) for host, pages in addresses.items()], left_out


def _site_of_host(host: str, pages: dict[str, bytes]) -> Site:
    site = Site(hosts=[host])
    for url, body in pages.items():
        parts = urlsplit(url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        # no charset: the page's own declaration is all there is, as for any saved page
        site.add(path, Document(body, "text/html"))
    site.add(SITEMAP, Document(_sitemap(pages), "application/xml"))
    site.add("/robots.txt", Document(b"User-agent: *\nAllow: /\n", "text/plain"))
    return site


def _sitemap(urls: Iterable[str]) -> bytes:
    entries = "".join(f"<url><loc>{escape(url)}</loc></url>" for url in urls)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'
    ).encode()
