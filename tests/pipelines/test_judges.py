"""The pipelines that need no database: normalise, require, language, fingerprint."""

from __future__ import annotations

from typing import Any

import pytest
from scrapy.utils.test import get_crawler

from crawler.items import AppendedStory, Article, Credit, Rejection
from pipelines.drop import Drop
from pipelines.fingerprint import PERMUTATIONS, Fingerprint, sign_text
from pipelines.indexing import Indexing
from pipelines.language import Language
from pipelines.normalise import Normalise
from pipelines.require import LONGEST_BODY, LONGEST_HEADLINE, Require

BODY = "افتتح رئيس بلدية وادي السرو جسرا جديدا يربط ضفتي النهر بعد عامين من العمل المتواصل فيه"


def article(**changes: Any) -> Article:
    facts: dict[str, Any] = {
        "url": "https://sarw.example/7",
        "canonical_url": "https://sarw.example/7",
        "headline": "جسر جديد في وادي السرو",
        "body": BODY,
    }
    return Article(**{**facts, **changes})


def test_normalise_brings_every_text_into_storage_form() -> None:
    item = article(
        headline="جســر\x00 جديد",
        body="نص\u200f \ud800واحد",
        authors=["سنـــاء", "\x00"],
        credits=[Credit(name="سنـــاء", role="writer")],
        appended=[AppendedStory(headline="خبـــر", body="قديـــم")],
        byline="\x00",
    )
    item = Normalise().process_item(item)
    assert (item.headline, item.body, item.authors, item.byline) == ("جسر جديد", "نص واحد", ["سناء"], None)
    assert (item.credits[0].name, item.appended[0].headline, item.appended[0].body) == ("سناء", "خبر", "قديم")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"headline": ""}, "no_headline"),
        ({"body": ""}, "no_body"),
        ({"canonical_url": ""}, "no_canonical_url"),
        ({"headline": "ع" * (LONGEST_HEADLINE + 1)}, "headline_too_long"),
        ({"body": "ن" * (LONGEST_BODY + 1)}, "body_too_long"),
    ],
)
def test_require_names_what_is_missing_or_absurd(changes: dict[str, str], reason: str) -> None:
    with pytest.raises(Drop) as drop:
        Require().process_item(article(**changes))
    assert (drop.value.reason, drop.value.state) == (reason, "rejected")


def test_require_lets_the_longest_through() -> None:
    item = article(headline="ع" * LONGEST_HEADLINE)
    assert Require().process_item(item) is item


def test_language_is_judged_by_letters_whatever_the_page_said() -> None:
    judge = Language.from_crawler(get_crawler(settings_dict={"ACCEPTED_LANGUAGES": ["ar"]}))
    assert judge.process_item(article()).language == "ar"
    persian = "این پل جدید که دو سوی رودخانه را به هم می‌پیوندد پس از دو سال کار پیوسته گشایش یافت"
    with pytest.raises(Drop) as drop:
        judge.process_item(article(body=persian))
    assert drop.value.reason == "not_arabic"


def test_fingerprints_see_through_spelling_vowels_and_tatweel() -> None:
    plain = Fingerprint().process_item(article())
    dressed = Fingerprint().process_item(
        article(body=BODY.replace("جسرا", "جِسرًا").replace("رئيس", "رئيـــس").replace("فيه", "فيه."))
    )
    other = Fingerprint().process_item(article(body=BODY.replace("جسرا", "نفقا")))
    assert plain.content_hash == dressed.content_hash != other.content_hash
    assert plain.signature == dressed.signature != other.signature


def test_signatures_agree_in_about_the_share_of_shingles_that_texts_share() -> None:
    words = [f"كلمة{n}" for n in range(400)]
    one, two = sign_text(" ".join(words[:300])), sign_text(" ".join(words[100:400]))
    assert one is not None and two is not None and len(one) == 4 * PERMUTATIONS
    places = [one[at : at + 4] == two[at : at + 4] for at in range(0, len(one), 4)]
    # 299 shingles each, 199 in common: Jaccard 199 / 399 = 0.50; the standard error of 128 places is 0.044
    assert sum(places) / PERMUTATIONS == pytest.approx(0.50, abs=0.16)
    assert sign_text("كلمة") is None


def test_what_is_no_article_passes_untouched() -> None:
    rejection = Rejection(url="https://sarw.example/8", reason="listing")
    for judge in (Normalise(), Require(), Language([]), Fingerprint(), Indexing()):
        assert judge.process_item(rejection) is rejection
