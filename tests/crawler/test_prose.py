"""The cheap test that keeps prose from being read as a credit."""

from __future__ import annotations

import pytest

from crawler.extraction.prose import is_prose


@pytest.mark.parametrize(
    "line",
    [
        "وأضاف النجار أن الورش أنجزت عملها، وأن كلفة المشروع بلغت ثلاثة ملايين.",
        "تفقد وزير النقل الطريق الساحلي الجديد مساء السبت برفقة عدد كبير من مهندسي المشروع وعماله",
    ],
)
def test_sentences_are_prose(line: str) -> None:
    assert is_prose(line)


@pytest.mark.parametrize(
    "line",
    [
        "القاهرة - محمد علي، بيروت - سامي حداد، دبي - أحمد خليل (أ ف ب، رويترز)",
        "بغداد - واع - ليلى مراد",
        "سامي حداد يكتب عن السوق الذي أعيد فتحه أمس بعد ترميمه",
        "كيف عاد السوق القديم إلى أهله بعد عامين؟ بقلم سامي حداد",
    ],
)
def test_credits_are_none(line: str) -> None:
    assert not is_prose(line)
