"""HTML text to a tree, whatever the text: empty, broken, or nested a hundred thousand levels deep."""

from __future__ import annotations

import re

import lxml.html
from lxml import etree
from lxml.html import HtmlElement

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_ELEMENTS = etree.ElementDefaultClassLookup(element=HtmlElement)
"""lxml.html looks the class of every element up in Python; ours are one class, known in C: 2.5 times as fast."""

_DEEPEST = 120
_NESTING = re.compile(r"<(/?)[a-z][\w-]*\b[^>]*>", re.I)
_VOID = re.compile(
    r"<(?:area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr|p|li|dt|dd|option)\b", re.I
)


def without_controls(html: str) -> str:
    """The text without the characters that no HTML document may hold."""
    return _CONTROLS.sub("", html)


def parse(html: str) -> HtmlElement:
    """The tree of a document. libxml2 stops at 256 levels; a deeper page is flattened and parsed again."""
    tree, deep = _parse_once(html)
    if deep:
        html = _flatten(html)
        tree, _ = _parse_once(html)
    if tree.find("body") is None:  # HTML5 lets <body> be left out; libxml2 knows no <main> that could open it
        tree, _ = _parse_once(f"<body>{html}")
    return tree


def _parse_once(html: str) -> tuple[HtmlElement, bool]:
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    parser.set_element_class_lookup(_ELEMENTS)
    try:
        tree = lxml.html.document_fromstring(html.encode("utf-8"), parser=parser)
    except etree.ParserError:  # an empty document, by lxml's own rule
        return lxml.html.document_fromstring("<html><body></body></html>"), False
    return tree, any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log)


def _flatten(html: str) -> str:
    """The document without the tags deeper than `_DEEPEST`; their text stays."""
    depth = 0

    def keep(tag: re.Match[str]) -> str:
        nonlocal depth
        if _VOID.match(tag.group()) or tag.group().endswith("/>"):
            return tag.group() if depth < _DEEPEST else " "
        if tag.group(1):
            depth = max(0, depth - 1)
            return tag.group() if depth < _DEEPEST else " "
        depth += 1
        return tag.group() if depth <= _DEEPEST else " "

    return _NESTING.sub(keep, html)
