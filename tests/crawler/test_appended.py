from __future__ import annotations

import pytest

from crawler.extraction.appended import split_appended
from crawler.extraction.blocks import walk
from crawler.extraction.page import Page

OPENING = (
    "دعا مستشار النقل البحري في الإقليم فارس الدوري، اليوم الأحد، الشركات إلى تسريع العمل في الميناء الجديد."
)
SECOND = "وأضاف الدوري أن العمل في الرصيف الثالث سينتهي قبل حلول الشتاء المقبل بأسبوعين."
OTHER = "فريق المدينة يفوز بالكأس للمرة الثالثة على التوالي"


def split(*inner: str) -> tuple[list[str], list[tuple[str, str]]]:
    page = Page.from_text(f"<body>{''.join(inner)}</body>")
    own, stories = split_appended(walk(page.tree, lambda _: False))
    return [block.text for block in own], [(story.headline, story.body) for story in stories]


def p(text: str) -> str:
    return f"<p>{text}</p>"


@pytest.mark.parametrize("heading", [f"<h2>{OTHER}</h2>", f"<p><strong>{OTHER}</strong></p>"])
def test_another_today_parts_the_page(heading: str) -> None:
    story = (
        "فاز فريق المدينة، اليوم الثلاثاء، بكأس الإقليم بعد مباراة مثيرة امتدت إلى ركلات الترجيح أمام ضيفه."
    )
    assert split(p(OPENING), p(SECOND), heading, p(story), p(SECOND)) == (
        [OPENING, SECOND],
        [(OTHER, f"{story}\n\n{SECOND}")],
    )


def test_another_dateline_parts_the_page() -> None:
    first = "المرفأ اليوم - الشمال: " + SECOND
    story = "المرفأ اليوم - الجنوب: فاز فريق المدينة بكأس الإقليم بعد مباراة مثيرة امتدت إلى ركلات الترجيح أمام ضيفه."
    assert split(p(first), p(SECOND), f"<h3>{OTHER}</h3>", p(story))[1] == [(OTHER, story)]


def test_dateline_on_its_own_line_parts_the_page() -> None:
    inner = [
        p("المرفأ اليوم - الشمال"),
        p(SECOND),
        f"<h3>{OTHER}</h3>",
        p("المرفأ اليوم - الجنوب"),
        p(SECOND),
    ]
    assert split(*inner)[1] == [(OTHER, f"المرفأ اليوم - الجنوب\n\n{SECOND}")]


def test_actor_introduced_again_parts_the_page() -> None:
    story = "أكد مستشار النقل البحري في الإقليم فارس الدوري أن سياسة الميناء قائمة على الشراكة مع الجميع دون استثناء."
    heading = "<h2>الدوري: سياسة الميناء قائمة على الشراكة مع الجميع</h2>"
    assert len(split(p(OPENING), p(SECOND), heading, p(story))[1]) == 1


def test_two_stories_below() -> None:
    story = "فاز فريق المدينة، اليوم {}، بكأس الإقليم بعد مباراة مثيرة امتدت إلى ركلات الترجيح أمام ضيفه."
    own, stories = split(
        p(OPENING),
        f"<h2>{OTHER}</h2>",
        p(story.format("الثلاثاء")),
        "<h2>أسعار القمح تتراجع في الأسواق</h2>",
        p(story.format("الأربعاء")),
    )
    assert own == [OPENING]
    assert [headline for headline, _ in stories] == [OTHER, "أسعار القمح تتراجع في الأسواق"]


@pytest.mark.parametrize(
    "section",
    [
        "وتعود حكاية الميناء إلى عقود مضت، حين كانت السفن ترسو في عرض البحر وينزل البحارة بالقوارب الصغيرة.",
        "وأكد الدوري، اليوم الأحد، أن العمل في الميناء الجديد مستمر ليلا ونهارا على الرغم من الأمطار الغزيرة.",
        "ويقول صياد عجوز إن البحر كان، يوم الثلاثاء الماضي، هادئا كما لم يره أحد من أهل المدينة منذ سنوات.",
        "قال الدوري إن الشركات وعدت بتسليم المشروع في موعده وإنها لن تطلب زيادة في الكلفة مهما طال العمل.",
    ],
)
def test_a_long_read_with_subheadings_is_whole(section: str) -> None:
    own, stories = split(
        p(OPENING), p(SECOND), "<h2>حكاية ميناء قديم</h2>", p(section), "<h2>ماذا بعد؟</h2>", p(SECOND)
    )
    assert stories == []
    assert len(own) == 6
