# ruff: noqa: E501  (pages are kept on their lines)
"""The body on pages in the shapes of the platforms that Arabic outlets use; all text is invented."""

from __future__ import annotations

import pytest

from crawler.extraction.body import find_body, hash_of
from crawler.extraction.page import Page
from crawler.outlet import Layout

HEADLINE = "بلدية المرفأ تعيد فتح السوق القديم بعد ترميم استمر عامين"
ONE = "أعادت بلدية المرفأ، صباح الأحد، فتح السوق القديم أمام الزوار بعد أعمال ترميم استمرت نحو عامين وشملت السقوف الخشبية."
TWO = "وقال رئيس البلدية سامر النجار إن «الورش أنجزت عملها قبل الموعد»، مضيفا أن كلفة المشروع بلغت ثلاثة ملايين."
THREE = "من جانبه، أوضح التاجر فؤاد الحلبي أن المحال الأربعين عادت إلى أصحابها، وأن الإيجارات بقيت على حالها."
FOUR = "يذكر أن السوق بني قبل قرنين، واحترق جزء منه في شتاء قاس قبل أن تتبرع أسر المدينة بإعادة بنائه."
TEXT = [ONE, TWO, THREE, FOUR]
P = "".join(f"<p>{t}</p>" for t in TEXT)
MENU = "".join(f'<li><a href="/s/{i}">قسم رقم {i}</a></li>' for i in range(9))
CARDS = "".join(
    f'<div class="c"><a href="/n/{i}"><img src="/t{i}.jpg"><h3>خبر آخر لا صلة له بالموضوع رقم {i} من صفحة المحليات</h3></a></div>'
    for i in range(6)
)
HEAD = f'<head><title>{HEADLINE} | جريدة المرفأ</title><meta property="og:site_name" content="جريدة المرفأ"></head>'


def page_of(body: str, head: str = HEAD, attributes: str = "") -> str:
    return f"<!DOCTYPE html><html lang=ar>{head}<body {attributes}>{body}</body></html>"


SHAPES = {
    "wordpress": page_of(
        f"""<div id=page class="site has-sidebar"><header id=masthead class=site-header><nav class=main-navigation><ul>{MENU}</ul></nav></header>
        <div id=content class="site-content sidebar-right"><main><article class="post-77 post type-post tag-ads category-local">
        <header class=entry-header><h1 class=entry-title>{HEADLINE}</h1><div class=entry-meta><time class=published>3 أكتوبر 2024</time>
        <span class=author>ليلى مراد</span></div></header>
        <div class=post-thumbnail><img src=a.jpg alt="السوق"><p class=wp-caption-text>السوق بعد الترميم</p></div>
        <div class="entry-content no-share">{P}<div class="sharedaddy sd-sharing-enabled"><a href=#>فيسبوك</a></div>
        <div id=jp-relatedposts class=jp-relatedposts><h3>مقالات ذات صلة</h3>{CARDS}</div></div>
        <footer class=entry-footer><a rel=tag href=/t/1>السوق</a></footer></article>
        <div id=comments class=comments-area><h2>التعليقات</h2><p>تعليق طويل من قارئ غاضب لا يمت إلى نص الخبر بصلة وقد كتب في منتصف الليل.</p></div></main>
        <aside class=widget-area><ul>{MENU}</ul></aside></div><footer>جميع الحقوق محفوظة © جريدة المرفأ 2024</footer></div>"""
    ),
    "tagdiv": page_of(
        f"""<div class="td-main-content-wrap td-container-wrap"><div class="td-pb-row"><div class="td-pb-span8 td-main-content"><div class="td-ss-main-content">
        <article class="post"><div class=td-post-header><ul class=td-category><li><a href=/c>محليات</a></li></ul><header class=td-post-title><h1 class=entry-title>{HEADLINE}</h1></header></div>
        <div class=td-post-sharing-top><a href=#>شارك</a></div><div class="td-post-content tagdiv-type">
        <p>{ONE}</p><p>{TWO}</p><div class="td-a-rec td-a-rec-id-content_inline"><a href=/ad>إعلان</a></div><p>{THREE}</p><p><strong>اقرأ أيضا:</strong> <a href=/n/2>خبر آخر لا صلة له بالموضوع</a></p><p>{FOUR}</p></div>
        <div class="td_block_related_posts">{CARDS}</div></article></div></div></div></div>"""
    ),
    "elementor": page_of(
        f"""<div class="elementor elementor-12"><section class="elementor-section"><div class="elementor-widget elementor-widget-heading"><h1>{HEADLINE}</h1></div></section>
        <section class="elementor-section"><div class="elementor-element elementor-widget elementor-widget-theme-post-content"><div class="elementor-widget-container">{P}</div></div>
        <div class="elementor-widget elementor-widget-share-buttons"><span>واتساب</span></div><div class="elementor-widget elementor-widget-posts">{CARDS}</div></section></div>"""
    ),
    "drupal": page_of(
        f"""<div class="region region-content"><h1 class="page-header">{HEADLINE}</h1><article class="node node--type-article"><div class="content">
        <div class="field field--name-field-date"><time>أحد, 01/12/2019 - 14:51</time></div>
        <div class="field field--name-body field--type-text-with-summary">{P}</div><ul class="links inline"><li><a href=/c>أضف تعليق</a></li></ul></div></article></div>
        <div class="region region-sidebar-second">{CARDS}</div>"""
    ),
    "aspnet": page_of(
        f"""<form method=post action="./details.aspx" id=aspnetForm><input type=hidden name=__VIEWSTATE value=abc><div id=ctl00_menu>{MENU}</div>
        <div id=ctl00_main><span id=ctl00_lblTitle class=NewsTitle>{HEADLINE}</span><div><span id=ctl00_lblDate>30-9-2021 | 21:51</span></div>
        <img src=/x.jpg><div id=ctl00_lblBody><p>{ONE}</p><p>{TWO}</p><p>{THREE}</p><p>{FOUR}</p></div></div><div id=ctl00_more>{CARDS}</div></form>"""
    ),
    "datalife": page_of(
        f"""<div class=topbar>{MENU}</div><div id=dle-content><div class=fullstory><h1>{HEADLINE}</h1><div class=story-info>محليات | 7-12-2021, 17:48 |</div><div>+A -A</div>
        <div class=full-text>{ONE}<br><br>{TWO}<br><br>{THREE}<br><br>{FOUR}</div><div class=social><a href=#>طباعة</a></div></div></div>"""
    ),
    "tables": page_of(
        f"""<table width=980><tr><td colspan=3><table><tr><td><a href=/>الرئيسية</a></td><td><a href=/a>محليات</a></td></tr></table></td></tr>
        <tr><td width=160>{MENU}</td><td><table><tr><td class=title><font size=5><b>{HEADLINE}</b></font></td></tr><tr><td align=justify><font face=Arial>{ONE}<br>{TWO}<br>{THREE}<br>{FOUR}</font></td></tr></table></td>
        <td width=160><a href=/n/1>خبر جانبي أول عن الطقس في نهاية الأسبوع</a><br><a href=/n/2>خبر جانبي ثان عن أسعار الخضر</a></td></tr>
        <tr><td colspan=3>جميع الحقوق محفوظة</td></tr></table>"""
    ),
    "hashed": page_of(
        f"""<div id=__next><div class="sc-1x"><div class="css-9a"><a href=/>الرئيسية</a><a href=/a>محليات</a></div></div><div class=sc-77><div class=css-1><h1 class=css-h>{HEADLINE}</h1>
        <div class=css-2><div class=css-3>{"".join(f"<div class=css-p><span>{t}</span></div>" for t in TEXT)}</div></div></div><div class=css-6>{CARDS}</div></div></div>"""
    ),
    "lead in its own container": page_of(
        f"""<main><h1>{HEADLINE}</h1><div class=deck-x><p>{ONE}</p></div><figure><img src=a.jpg><figcaption>السوق القديم</figcaption></figure><div class=article-body>{P.replace(f"<p>{ONE}</p>", "")}</div></main>"""
    ),
    "parts parted by boxes": page_of(
        f"""<div class=wrap><h1>{HEADLINE}</h1><div class=part><p>{ONE}</p><p>{TWO}</p></div><div class=box><h4>ذات صلة</h4><ul><li><a href=/1>عنوان قديم عن موضوع آخر تماما</a></li></ul></div>
        <div class=part><p>{THREE}</p><p>{FOUR}</p></div><h3>الأكثر قراءة</h3>{CARDS}</div>"""
    ),
    "next article below": page_of(
        f"""<main><article><h1>{HEADLINE}</h1><div class=entry-content>{P}</div></article><article><h1>خبر ثان يحمل عند التمرير إلى أسفل الصفحة</h1>
        <div class=entry-content>{"".join(f"<p>فقرة طويلة من الخبر الثاني الذي لا علاقة له بالأول إطلاقا وفيها جملة رقم {i} كاملة.</p>" for i in range(9))}</div></article></main>"""
    ),
    "plain comments": page_of(
        f"""<div><h1>{HEADLINE}</h1><div class=txt>{P}</div><div><h3>التعليقات</h3><div>قارئ: كلام كثير لا ينتهي عن أيام السوق القديمة وعن الناس الطيبين الذين رحلوا.</div></div></div>"""
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_reads_exactly_the_four_paragraphs(shape: str) -> None:
    assert find_body(Page.from_text(SHAPES[shape]), headline=HEADLINE).paragraphs == TEXT


def body_of(inner: str, headline: str | None = HEADLINE, **options: object) -> list[str]:
    html = page_of(f"<main><h1>{HEADLINE}</h1><div class=entry-content>{inner}</div></main>")
    return find_body(Page.from_text(html), headline=headline, **options).paragraphs  # type: ignore[arg-type]


def test_inline_links_keep_their_words() -> None:
    text = f'<p>قال <a href="/x">رئيس البلدية</a> إن <b>العمل</b> انتهى، وإن <a href=/y>السوق</a> مفتوح منذ الصباح للجميع.</p>{P}'
    assert body_of(text)[0] == "قال رئيس البلدية إن العمل انتهى، وإن السوق مفتوح منذ الصباح للجميع."


def test_repeated_paragraph_survives() -> None:
    assert body_of(f"<p>{ONE}</p><p>{TWO}</p><p>{ONE}</p><p>{THREE}</p>") == [ONE, TWO, ONE, THREE]


def test_zero_width_non_joiner_survives() -> None:
    line = "وكتب على اللافتة عبارة می‌خواهم بالفارسية إلى جانب ترجمتها العربية الموجزة."
    assert line in body_of(f"<p>{ONE}</p><p>{line}</p>")


def test_lists_quotations_and_tables_are_whole() -> None:
    inner = (
        f"<p>{ONE}</p><ul><li>البند الأول من الخطة</li><li>البند الثاني من الخطة</li></ul>"
        f"<blockquote>{TWO}</blockquote><table><tr><th>السنة</th><th>الزوار</th></tr><tr><td>2022</td><td>1500</td></tr>"
        f"<tr><td>2023</td><td>2700</td></tr></table><p>{FOUR}</p>"
    )
    assert body_of(inner) == [
        ONE, "البند الأول من الخطة", "البند الثاني من الخطة", TWO, "السنة | الزوار", "2022 | 1500", "2023 | 2700", FOUR,
    ]  # fmt: skip


def test_one_line_flash_is_a_body() -> None:
    line = "عاجل: إعادة فتح السوق القديم في مدينة المرفأ."
    assert body_of(f"<p>{line}</p>") == [line]


def test_single_breaks_inside_a_sentence_join_it() -> None:
    assert body_of(
        "أعادت البلدية فتح السوق<br>القديم أمام الزوار صباح الأحد بعد عامين.<br>وقال رئيسها إن العمل انتهى."
    ) == [
        "أعادت البلدية فتح السوق القديم أمام الزوار صباح الأحد بعد عامين.",
        "وقال رئيسها إن العمل انتهى.",
    ]


def test_subheadings_stay() -> None:
    assert body_of(f"<p>{ONE}</p><h2>كلفة المشروع</h2><p>{TWO}</p>") == [ONE, "كلفة المشروع", TWO]


@pytest.mark.parametrize(
    "line",
    [
        "<p><a href=/1>خبر آخر لا صلة له بالموضوع</a></p>",
        "<p>اقرأ أيضاً: <a href=/1>خبر آخر لا صلة له بالموضوع</a></p>",
        "<p>إقرأ أيضا</p><ul><li><a href=/1>خبر آخر</a></li><li><a href=/2>خبر ثالث عن الطقس</a></li></ul>",
        "<div class=share-bar><span>شارك الخبر</span><a href=#>تويتر</a></div>",
        "<p>تابعوا آخر أخبارنا عبر قناتنا على تلغرام</p>",
        "<div>تم نسخ الرابط</div>",
        "<div class=img><img src=a.jpg><div>زوار في السوق القديم</div></div>",
        "<p>صورة من: وكالة المرفأ</p>",
        "<p>© وكالة المرفأ. زوار السوق</p>",
        "<div style='display: none'>نص مخفي لا يراه القارئ على الصفحة أبدا.</div>",
        "<script>var x = 'نص';</script><style>p{}</style><noscript>شغل الجافاسكريبت</noscript>",
    ],
)
def test_furniture_between_paragraphs_goes(line: str) -> None:
    assert body_of(f"<p>{ONE}</p><p>{TWO}</p>{line}<p>{THREE}</p>") == [ONE, TWO, THREE]


def test_headline_date_and_caption_kept_as_text_go() -> None:
    assert body_of(f"<p>{HEADLINE}</p><p>الأحد 3 أكتوبر 2024 - 10:20</p><p>{ONE}</p>") == [ONE]


def test_learned_furniture_goes() -> None:
    slogan = "المرفأ جريدة الساحل الأولى وصوت أهل البحر منذ التأسيس."
    assert body_of(f"<p>{ONE}</p><p>{slogan}</p>", furniture=frozenset({hash_of(slogan)})) == [ONE]
    assert slogan in body_of(f"<p>{ONE}</p><p>{slogan}</p>")


@pytest.mark.parametrize("end", ["اقرأ المزيد", "تتمة...", "هذا المقال مخصص للمشتركين"])
def test_truncated_page_says_so(end: str) -> None:
    html = page_of(f"<main><h1>{HEADLINE}</h1><div class=entry-content><p>{ONE}</p><p>{end}</p></div></main>")
    body = find_body(Page.from_text(html), headline=HEADLINE)
    assert (body.paragraphs, body.truncated) == ([ONE], True)


def test_layout_selects_and_prunes() -> None:
    html = page_of(
        f"<h1>{HEADLINE}</h1><div class=a>{P}</div><div class=b><p>{TWO}</p><p class=x>{FOUR}</p></div>"
    )
    layout = Layout(article=".b", prune=[".x"])
    assert find_body(Page.from_text(html), headline=HEADLINE, layout=layout).paragraphs == [TWO]


def test_empty_document_has_no_body() -> None:
    assert find_body(Page.from_text(""), headline=None).paragraphs == []
