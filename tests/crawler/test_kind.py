# ruff: noqa: E501  (pages are kept on their lines)
from __future__ import annotations

import pytest

from crawler.extraction.reader import read
from crawler.items import Article, Rejection

TITLE = "بلدية السهل تفتتح مكتبة عامة في محطة قديمة"
TEXT = (
    "<p>افتتحت بلدية السهل مكتبة عامة في مبنى محطة القطار القديمة بعد ترميمه، وضمت المكتبة آلاف الكتب للأطفال والكبار.</p>"
    * 3
)
CARDS = "".join(
    f"<div class=c><h3><a href=/n/{i}>عنوان خبر في القائمة يحمل الرقم {i} لا غير</a></h3><p>مقدمة قصيرة</p></div>"
    for i in range(10)
)

LINKED_CARDS = "".join(
    f"<a class=c href=/n/{i}><img src=/{i}.jpg><h3>عنوان خبر في القائمة يحمل الرقم {i} لا غير</h3><span>3 أكتوبر 2024</span></a>"
    for i in range(10)
)


def reason(
    html: str | bytes, url: str = "https://sahl.example/news/88", content_type: str | None = None
) -> str | None:
    data = html if isinstance(html, bytes) else f"<html>{html}</html>".encode()
    answer = read(data, url, content_type=content_type)
    return answer.reason if isinstance(answer, Rejection) else None


def test_an_article_is_one() -> None:
    assert (
        reason(
            f"<head><title>{TITLE}</title></head><body><h1>{TITLE}</h1><div class=entry-content>{TEXT}</div></body>"
        )
        is None
    )


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (b"%PDF-1.7 ...", None),
        (b"\x89PNG\r\n", "image/png"),
        (b'<?xml version="1.0"?><rss version="2.0"><channel></channel></rss>', None),
        (b'{"a": 1}', "application/json"),
        (b"just words", "text/plain"),
        (b"<html></html>", "application/pdf"),
    ],
)
def test_not_html(data: bytes, content_type: str | None) -> None:
    assert reason(data, content_type=content_type) == "not_html"


def test_empty_answer() -> None:
    assert reason(b" \n") == "empty"


def test_too_large() -> None:
    assert reason(b"<html><body>" + b"<p>x</p>" * 1_300_000) == "too_large"


@pytest.mark.parametrize(
    "html",
    [
        "<head><title>Just a moment...</title></head><body><div id=cf-chl-widget></div></body>",
        "<head><title>Access Denied</title></head><body>You don't have permission</body>",
        "<head><title>sahl.example</title></head><body><div class=h-captcha></div>تأكد من أنك لست روبوت</body>",
    ],
)
def test_blocked(html: str) -> None:
    assert reason(html) == "blocked"


@pytest.mark.parametrize(
    "html",
    [
        "<head><title>404 - السهل</title></head><body><h1>404</h1><p>الصفحة غير موجودة</p></body>",
        "<head><title>الصفحة غير موجودة | السهل</title></head><body><h1>عذرا</h1><p>الصفحة المطلوبة غير موجودة، عد إلى الرئيسية.</p></body>",
        "<head><title>Page not found</title></head><body><p>لم يتم العثور على ما تبحث عنه.</p></body>",
    ],
)
def test_soft_404(html: str) -> None:
    assert reason(html) == "soft_404"


def test_an_article_about_a_lost_page_is_one() -> None:
    title = "الصفحة غير موجودة.. حكاية رقم 404 في تاريخ الشبكة"
    long = (
        "<p>في مختبر صغير ولد الرقم الذي يعرفه اليوم كل من فتح متصفحا وضل طريقه بين الصفحات والروابط القديمة.</p>"
        * 15
    )
    assert (
        reason(
            f"<head><title>{title}</title></head><body><h1>{title}</h1><div class=entry-content>{long}</div></body>"
        )
        is None
    )


@pytest.mark.parametrize(
    ("html", "url"),
    [
        (
            f"<head><title>محليات | السهل</title></head><body class=archive><h1>محليات</h1>{CARDS}</body>",
            "https://sahl.example/x",
        ),
        (
            f"<head><title>محليات | السهل</title></head><body><h1>محليات</h1>{CARDS}</body>",
            "https://sahl.example/category/local",
        ),
        (f"<head><title>ملفات</title></head><body><h1>ملفات</h1>{CARDS}</body>", "https://sahl.example/185"),
        (
            f'<head><title>محليات | السهل</title><meta property="og:type" content="article"></head><body class="rtl archive category"><h1 class=page-title>محليات</h1>{CARDS}</body>',
            "https://sahl.example/category/local",
        ),
        (
            f"<head><title>رياضة | السهل</title></head><body><div class=list>{LINKED_CARDS}</div></body>",
            "https://sahl.example/section/12",
        ),
    ],
)
def test_listing(html: str, url: str) -> None:
    assert reason(html, url) == "listing"


def test_a_flash_above_many_cards_is_an_article() -> None:
    flash = "عاجل: بلدية السهل تعلن فتح المكتبة العامة اليوم."
    page = (
        f'<head><title>{TITLE}</title><meta property="og:type" content="article"></head><body><h1>{TITLE}</h1>'
        f"<div class=text><p>{flash}</p></div><div class=x>{LINKED_CARDS}{CARDS}</div></body>"
    )
    assert reason(page, "https://sahl.example/185") is None


def test_home() -> None:
    assert (
        reason(
            f"<head><title>السهل</title></head><body><h1>السهل نيوز</h1>{CARDS}{TEXT}</body>",
            "https://sahl.example/",
        )
        == "home"
    )


def test_persian_is_not_arabic_whatever_lang_says() -> None:
    text = (
        "<p>شهردار شهر در گفت‌وگو با خبرنگاران گفت که این کتابخانه برای همه مردم باز است و کتاب‌های زیادی دارد.</p>"
        * 3
    )
    title = "کتابخانه عمومی شهر برای همه باز شد"
    html = f"<head><title>{title}</title></head><body lang=ar><h1>{title}</h1><div class=entry-content>{text}</div></body>"
    assert reason(html) == "not_arabic"


def test_english_is_not_arabic_and_arabic_labelled_english_is() -> None:
    text = (
        "<p>The town opened a public library in the old railway station after two years of works on it.</p>"
        * 3
    )
    assert (
        reason(
            f"<head><title>Town opens a library</title></head><body><h1>Town opens a library</h1>{text}</body>"
        )
        == "not_arabic"
    )
    answer = read(
        f"<html lang=en><head><title>{TITLE}</title></head><body><h1>{TITLE}</h1>{TEXT}</body></html>".encode()
    )
    assert isinstance(answer, Article)
    assert answer.language == "ar"


def test_video_only() -> None:
    html = f"<head><title>{TITLE}</title><meta property=og:type content=video.other></head><body><h1>{TITLE}</h1><iframe src=https://www.youtube.com/embed/1></iframe></body>"
    assert reason(html) == "video_only"


def test_paywall() -> None:
    ld = (
        '<script type="application/ld+json">{"@type":"NewsArticle","headline":"'
        + TITLE
        + '","isAccessibleForFree":false}</script>'
    )
    assert reason(f"<head><title>{TITLE}</title>{ld}</head><body><h1>{TITLE}</h1></body>") == "paywall"


def test_no_body_and_no_headline() -> None:
    assert reason(f"<head><title>{TITLE}</title></head><body><h1>{TITLE}</h1></body>") == "no_body"
    assert reason(f"<body><div class=entry-content>{TEXT}</div></body>") == "no_headline"


def test_garbled() -> None:
    lost = "<p>" + "\ufffd" * 400 + "</p>"
    assert reason(f"<head><title>{TITLE}</title></head><body>{lost}</body>") == "garbled"
