from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extraction.encoding import decode, repair

SENTENCE = "أعلنت إدارة الميناء أن السفينة وصلت فجرا إلى الرصيف الثالث وعلى متنها حمولة من القمح"
PAGE = f"<html><head><title>{SENTENCE}</title></head><body><p>{SENTENCE}.</p><p>{SENTENCE}.</p></body></html>"
LABELS = [
    None,
    *(f"text/html; charset={c}" for c in ("utf-8", "windows-1256", "iso-8859-6", "iso-8859-1", "nonsense")),
]


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-8-sig", "windows-1256", "iso-8859-6", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_bytes_decide_against_any_header(codec: str, label: str | None) -> None:
    assert decode(PAGE.encode(codec), label)[0] == PAGE


@pytest.mark.parametrize("meta", ["utf-8", "windows-1256", "iso-8859-1"])
@pytest.mark.parametrize("codec", ["utf-8", "windows-1256", "iso-8859-6"])
def test_bytes_decide_against_any_meta(codec: str, meta: str) -> None:
    page = PAGE.replace("<head>", f'<head><meta charset="{meta}">')
    assert decode(page.encode(codec))[0] == page


def test_names_the_encoding_it_used() -> None:
    assert decode(PAGE.encode("utf-8"))[1] == "utf-8"
    assert decode(PAGE.encode("windows-1256"))[1] == "windows-1256"
    assert decode(PAGE.encode("iso-8859-6"))[1] == "iso-8859-6"


def test_cut_last_character_is_dropped() -> None:
    assert decode("بحر".encode()[:-1])[0] == "بح"


def test_few_broken_bytes_leave_the_rest_utf8() -> None:
    data = PAGE.encode()
    text, encoding = decode(data[:60] + b"\xff" + data[60:])
    assert encoding == "utf-8"
    assert text.count("\ufffd") == 1
    assert f"<p>{SENTENCE}.</p>" in text


def _as_windows_1252(data: bytes) -> str:
    return "".join(
        bytes([b]).decode("cp1252") if b not in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else chr(b) for b in data
    )


@pytest.mark.parametrize(
    "broken",
    [
        _as_windows_1252(PAGE.encode()),
        PAGE.encode().decode("latin-1"),
        PAGE.encode().decode("windows-1256"),
        PAGE.encode("windows-1256").decode("latin-1"),
    ],
    ids=["utf-8 as windows-1252", "utf-8 as latin-1", "utf-8 as windows-1256", "windows-1256 as latin-1"],
)
def test_stored_mojibake_is_undone(broken: str) -> None:
    assert repair(broken) == PAGE
    assert decode(broken.encode())[0] == PAGE


def test_right_text_beside_mojibake_survives() -> None:
    assert repair(f"{SENTENCE} | {SENTENCE.encode().decode('windows-1256')}") == f"{SENTENCE} | {SENTENCE}"


@pytest.mark.parametrize(
    "text", ["Déjà vu à l'été, où çà", "طء ظ§ واحد", "Ø is a letter of Norwegian: Øl", PAGE]
)
def test_right_text_is_left_alone(text: str) -> None:
    assert repair(text) == text


@given(st.binary(max_size=400), st.text(max_size=30))
def test_any_bytes_give_text(data: bytes, label: str) -> None:
    assert isinstance(decode(data, label)[0], str)
