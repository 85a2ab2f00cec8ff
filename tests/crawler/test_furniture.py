from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extraction.furniture import Verdict, judge


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("اقرأ أيضاً", Verdict.RELATED),
        ("إقرأ أيضا: عنوان آخر", Verdict.RELATED),
        ("أخبار ذات صلة", Verdict.RELATED),
        ("تم نسخ الرابط", Verdict.CUT),
        ("+A -A", Verdict.CUT),
        ("فيسبوك تويتر واتساب", Verdict.CUT),
        ("3 دقائق قراءة", Verdict.CUT),
        ("12 مشاهدة", Verdict.CUT),
        ("إعلان", Verdict.CUT),
        ("كلمات دلالية: ميناء، سفن", Verdict.CUT),
        ("صدر الصورة، وكالة المرفأ", Verdict.CUT),
        ("© وكالة المرفأ", Verdict.CUT),
        ("تابعوا قناتنا على واتساب لمعرفة كل جديد", Verdict.CUT),
        ("The post سوق المدينة appeared first on جريدة المرفأ.", Verdict.CUT),
        ("الأكثر قراءة", Verdict.BOX),
        ("جميع الحقوق محفوظة © جريدة المرفأ 2024", Verdict.END),
        ("لن يتم نشر عنوان بريدك الإلكتروني.", Verdict.END),
        ("اترك تعليقاً", Verdict.END),
        ("ترحب جريدة المرفأ بالنقاش المفيد وتحتفظ بحق مراجعة التعليقات قبل نشرها", Verdict.END),
        ("اقرأ المزيد...", Verdict.TRUNCATED),
        ("هذا المقال مخصص للمشتركين", Verdict.TRUNCATED),
    ],
)
def test_furniture(line: str, verdict: Verdict) -> None:
    assert judge(line) is verdict


@pytest.mark.parametrize(
    "line",
    [
        "يذكر أن السوق بني قبل قرنين.",
        "وفي سياق متصل، أعلنت البلدية خطة للنقل.",
        "من جانبه، قال الوزير إن العمل مستمر.",
        "الجدير بالذكر أن المدينة تضم ثلاثة أسواق.",
        "وأكد أن إعلان النتائج سيكون غدا.",
        "المصدر الأمني أكد لنا أن الطريق مفتوح منذ الصباح وأن حركة السير عادت إلى طبيعتها في المدينة.",
        "وقال إن حقوق العمال محفوظة في القانون الجديد.",
        "تابع الوزير جولته في الميناء ثم عاد إلى مكتبه.",
        "شاهد السكان أعمدة الدخان من بعيد قبل وصول فرق الإطفاء.",
        "نشر الجيش قواته على الحدود بعد منتصف الليل.",
        "اقرأ كتابا في الأسبوع، هكذا نصح الأستاذ طلابه.",
        "التقى رئيس التحرير طلاب الجامعة.",
        "Reuters quoted a source.",
    ],
)
def test_text_of_news_stays(line: str) -> None:
    assert judge(line) is Verdict.KEEP


def test_label_with_a_link_is_related_and_without_is_text() -> None:
    assert judge("شاهد: موسم الحصاد في السهل", 0.8) is Verdict.RELATED
    assert judge("شاهد: موسم الحصاد في السهل", 0.0) is Verdict.KEEP


@given(st.text(max_size=200))
def test_any_line_has_a_verdict(line: str) -> None:
    assert isinstance(judge(line), Verdict)
