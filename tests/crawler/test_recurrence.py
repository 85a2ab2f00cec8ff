"""Furniture learned from the pages of one outlet: what counts as recurring, and what does not."""

from __future__ import annotations

import pytest

from crawler.extraction.recurrence import Recurrence, hash_of, holds_any, recurs
from crawler.items import Article

PLEA = "ادعموا صحافتنا المستقلة ببلاغ أو بكتاب أو بكلمة طيبة"
BACKGROUND = (
    "وكانت المدينة قد شهدت قبل عامين فيضانا جرف الجسر القديم وعطل سوقها شهورا طويلة، قبل أن تتكفل جمعيات أهلية "
    "بجمع المال وبناء جسر من خشب يعبره المشاة والدراجات إلى أن ينجز الجسر الجديد"
)


def article(number: int, *lines: str, headline: str | None = None) -> Article:
    body = "\n\n".join((f"افتتح المجلس البلدي رقم {number} دورته الجديدة أمس.", *lines))
    return Article(
        outlet=None,
        url=f"https://saha.example/{number}",
        canonical_url=f"https://saha.example/{number}",
        headline=headline or f"خبر رقم {number} من الساحة",
        lead=None,
        body=body,
    )


def learned(*articles: Article) -> frozenset[int]:
    recurrence = Recurrence()
    for one in articles:
        recurrence.add(one)
    return recurrence.furniture()


def test_a_line_on_several_articles_is_furniture_and_its_spelling_does_not_matter() -> None:
    found = learned(
        article(1, PLEA), article(2, PLEA.replace("أو", "او")), article(3, PLEA + "."), article(4)
    )
    assert found == {hash_of(PLEA)}
    assert holds_any(article(9, PLEA), found)
    assert not holds_any(article(9), found)


def test_two_articles_or_copies_of_one_teach_nothing() -> None:
    assert not learned(article(1, PLEA), article(2, PLEA), article(3))
    assert not learned(*(article(1, PLEA, headline="خبر واحد نشر في ثلاثة مواضع") for _ in range(5)))


def test_the_background_of_a_running_story_stays() -> None:
    running = [article(number, BACKGROUND) for number in range(4)]
    assert not learned(*running, *(article(number) for number in range(10, 16)))


@pytest.mark.parametrize(
    ("articles", "of", "words", "verdict"),
    [
        (3, 3, 8, True),
        (2, 2, 8, False),
        (3, 15, 8, True),
        (3, 16, 8, False),
        (40, 100, 8, True),
        (40, 100, 30, False),
        (50, 100, 30, True),
    ],
)
def test_how_often_is_often(articles: int, of: int, words: int, verdict: bool) -> None:
    assert recurs(articles, of, words) is verdict
