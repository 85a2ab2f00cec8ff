"""Opt-out signals as outlets print them: in headers, in meta tags, for everybody, for us, for others."""

from __future__ import annotations

import pytest

from crawler.network.optout import read_signals


def page(*metas: str) -> bytes:
    return f"<!DOCTYPE html><html><head>{''.join(metas)}</head><body><p>نص</p></body></html>".encode()


@pytest.mark.parametrize(
    ("tags", "signals"),
    [
        (["noarchive"], ["noarchive"]),
        (["NoIndex, NOFOLLOW , noAI,noimageai"], ["noai", "noimageai", "noindex"]),
        (["none"], ["noindex"]),
        (["all"], []),
        (["noai", "nosnippet"], ["noai", "nosnippet"]),
        # a crawler's name and a colon: the rules up to the next name are that crawler's
        (["googlebot: noarchive"], []),
        (["akhbar: noarchive"], ["noarchive"]),
        (["otherbot: noindex, nosnippet, Akhbar: noai"], ["noai"]),
        (["noai, otherbot: noindex"], ["noai"]),
        (["otherbot: noindex", "noarchive"], ["noarchive"]),
        # these have a colon and are no names; the date of the first has commas and colons of its own
        (["unavailable_after: Sat, 25 Jun 2033 15:00:00 GMT, noarchive"], ["noarchive"]),
        (["max-snippet: 50, max-image-preview: large, nosnippet"], ["nosnippet"]),
    ],
)
def test_headers(tags: list[str], signals: list[str]) -> None:
    assert read_signals(page(), token="Akhbar", robots_tags=tags) == signals


@pytest.mark.parametrize(
    ("metas", "signals"),
    [
        (['<meta name="robots" content="index, follow, max-image-preview:large">'], []),
        (['<META CONTENT="noarchive,noai" NAME="ROBOTS">'], ["noai", "noarchive"]),
        (["<meta name=robots content=noarchive>"], ["noarchive"]),
        (["<meta name='akhbar' content='noindex'>"], ["noindex"]),
        (['<meta name="googlebot" content="noarchive">'], []),
        (['<meta name="robots" content="noai">', '<meta name="akhbar" content="all">'], ["noai"]),
        (['<!-- <meta name="robots" content="noarchive"> -->'], []),
        (['<meta name="description" content="noarchive">'], []),
        (['<meta name="tdm-reservation" content="1">'], ["tdm-reservation"]),
        (['<meta name="tdm-reservation" content="0">'], []),
        (['<meta name="tdm-reservation" content="yes">'], []),
        (["<meta", "<meta name=>", "<meta content='x'>"], []),
    ],
)
def test_meta_tags(metas: list[str], signals: list[str]) -> None:
    assert read_signals(page(*metas), token="Akhbar") == signals


@pytest.mark.parametrize(
    ("header", "meta", "reserved"),
    [
        ("1", None, True),
        ("0", None, False),
        ("2", None, False),
        ("1", "0", False),
        ("0", "1", True),
        ("1", "x", True),
    ],
)
def test_the_meta_tag_of_a_reservation_overrules_its_header(
    header: str, meta: str | None, reserved: bool
) -> None:
    metas = [f'<meta name="tdm-reservation" content="{meta}">'] if meta else []
    found = read_signals(page(*metas), token="Akhbar", tdm_reservation=header)
    assert found == (["tdm-reservation"] if reserved else [])


def test_signals_of_headers_and_meta_tags_add_up_and_bytes_of_any_kind_are_read() -> None:
    metas = '<meta name="robots" content="noarchive">'
    assert read_signals(page(metas), token="Akhbar", robots_tags=["noai"]) == ["noai", "noarchive"]
    assert read_signals(bytes(range(256)) * 9, token="Akhbar", robots_tags=["\xff:::,,"]) == []
