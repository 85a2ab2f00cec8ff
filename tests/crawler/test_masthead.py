"""Officers of an outlet: told from news about them, and never authors."""

from __future__ import annotations

import pytest

from crawler.arabic.letters import fold
from crawler.extraction.masthead import is_masthead_role, masthead_names
from crawler.extraction.page import Page


@pytest.mark.parametrize(
    "line",
    [
        "رئيس مجلس الإدارة",
        "رئيس مجلسى الإدارة والتحرير",
        "رئيس التحرير: جابر السمان",
        "مدير النشر والتحرير: كمال التازي",
        "المستشارة القانونية: المحامية روحية سعد",
        "رئيس التحريرعبد الرحمن البناء",
        "Editor in chief",
    ],
)
def test_is_masthead(line: str) -> None:
    assert is_masthead_role(line)


@pytest.mark.parametrize(
    "line",
    [
        "قال رئيس التحرير إن الصحيفة باقية",
        "رئيس التحرير قال في كلمته أمام الحضور إن الصحيفة باقية",
        "المدير الفني للفريق: هدفنا الفوز",
        "كتب نادر علي",
        "",
    ],
)
def test_is_no_masthead(line: str) -> None:
    assert not is_masthead_role(line)


def test_names_beside_and_below_their_office() -> None:
    page = Page.from_text(
        "<body><div><span>رئيس مجلس الإدارة</span><strong>د. ناصر الخياط</strong></div>"
        "<p>الإشراف العام : هدى السماك | رئيس التحرير : فؤاد النساج</p>"
        "<p>استقبل المحافظ أمس رئيس التحرير سمير البقال في مكتبه.</p></body>"
    )
    assert masthead_names(page) == {fold("ناصر الخياط"), fold("هدى السماك"), fold("فؤاد النساج")}
