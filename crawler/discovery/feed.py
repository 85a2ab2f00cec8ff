"""RSS 0.9x, 1.0 and 2.0, and Atom 0.3 and 1.0 (RFC 4287)."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from lxml import etree

from crawler.arabic.letters import clean
from crawler.candidate import Candidate
from crawler.discovery.address import read_address
from crawler.discovery.markup import local_name, read_document, text_of, vocabulary
from crawler.discovery.source import Listing, Source
from crawler.discovery.stamp import read_stamp

_ROOTS = ("rss", "rdf", "feed")
_XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,500}>")
# (vocabulary, local name), the better first; "" and "atom" are the feed's own vocabularies
_PUBLISHED = (("", "pubdate"), ("", "published"), ("dc", "date"), ("", "issued"), ("dcterms", "issued"))
_UPDATED = (("", "updated"), ("", "modified"), ("dcterms", "modified"))

_Fields = dict[tuple[str, str], list[etree._Element]]


@dataclass(frozen=True, slots=True)
class Feed(Source):
    """A feed. An item's address is feedburner:origLink, its link, or a guid that is one."""

    def read(
        self,
        body: bytes,
        url: str,
        *,
        content_type: str | None = None,
        article_url: re.Pattern[str] | None = None,
    ) -> Listing:
        document = read_document(body, content_type, ("item", "entry"))
        found = [_read_entry(entry, url, self.url) for entry in document.entries]
        sound = {candidate.url: candidate for candidate in reversed(found) if candidate}
        candidates = [c for c in reversed(sound.values()) if not article_url or article_url.search(c.url)]
        read = sum(1 for candidate in found if candidate)
        return Listing(
            candidates=candidates,
            damaged=damage(document.fault, document.root, _ROOTS, document.listed, read),
            listed=document.listed,
        )


def damage(fault: str | None, root: str, roots: tuple[str, ...], listed: int, read: int) -> str | None:
    """Why a document is damaged, in a line for the operator; None if it is sound."""
    if root not in roots and not read:
        return f"not a {roots[0]} document: {root or 'no markup'}"
    reasons = [fault] if fault else []
    if read < listed:
        reasons.append(f"{read} of {listed} entries read")
    return ", ".join(reasons) or None


def plain_title(printed: str) -> str | None:
    """A title in storage form on one line: markup and references that were escaped twice are gone."""
    text = html.unescape(_TAG.sub("", html.unescape(printed)))
    return " ".join(clean(text).split()) or None


def _read_entry(entry: etree._Element, url: str, source: str) -> Candidate | None:
    fields: _Fields = {}
    for child in entry:
        kind = vocabulary(child) if isinstance(child.tag, str) else "?"
        key = "" if kind == "atom" else kind, local_name(child).lower()
        fields.setdefault(key, []).append(child)
    address = _address(entry, fields, url)
    if address is None:
        return None
    return Candidate(
        url=address,
        source=source,
        headline=next(
            (title for t in fields.get(("", "title"), ()) if (title := plain_title(text_of(t)))), None
        ),
        published_at=next(
            (at for key in _PUBLISHED for e in fields.get(key, ()) if (at := read_stamp(text_of(e)))), None
        ),
        updated_at=next(
            (at for key in _UPDATED for e in fields.get(key, ()) if (at := read_stamp(text_of(e)))), None
        ),
    )


def _address(entry: etree._Element, fields: _Fields, url: str) -> str | None:
    base = _base(entry, url)
    original = fields.get(("feedburner", "origlink"), [])
    links = fields.get(("", "link"), [])
    printed = [text_of(link) for link in original]
    # RSS prints the address as text, Atom as href; of several, the alternate one in HTML leads
    hrefs = [
        link for link in links if link.get("href") and (link.get("rel") or "alternate").lower() == "alternate"
    ]
    printed += [text_of(link) for link in links if not link.get("href")]
    printed += [
        link.get("href", "")
        for link in sorted(hrefs, key=lambda link: "html" not in link.get("type", "html"))
    ]
    printed += [
        text_of(guid)
        for guid in fields.get(("", "guid"), [])
        if (guid.get("isPermaLink") or guid.get("ispermalink") or "true").strip().lower() == "true"
        and text_of(guid).lower().startswith(("http://", "https://"))
    ]
    printed += [text_of(id_) for id_ in fields.get(("", "id"), []) if text_of(id_).lower().startswith("http")]
    printed.append(entry.get(_RDF_ABOUT, ""))
    return next((address for text in printed if text and (address := read_address(text, base))), None)


def _base(entry: etree._Element, url: str) -> str:
    """xml:base of the entry and what holds it, outermost first, on the feed's own address."""
    bases = [e.get(_XML_BASE) for e in (entry, *entry.iterancestors())]
    for printed in reversed(bases):
        url = read_address(printed, url) or url
    return url
