# ruff: noqa: E501  (pages are kept on their lines)
"""Articles in the markup of the themes and platforms of Arabic outlets; all text is invented.

WordPress themes (Jannah, Sahifa, JNews, Newspaper), Joomla and K2, Drupal, Blogger, vBulletin, DataLife Engine, ASP.NET,
SharePoint, Arc, BBC's old and new pages, old table layouts and home-made ones; and what stands in the middle of a text.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import pytest

from crawler.extraction.reader import read
from crawler.items import Article


@dataclass
class Case:
    """A page and what it must give; a line that begins with one of `either` may stand in the body or not."""

    html: str
    body: list[str]
    section: str | None = None
    either: list[str] = field(default_factory=list)
    labelled: bool = False


CASES: dict[str, Case] = {}


def case(
    name: str,
    html: str,
    body: list[str] | None = None,
    *,
    section: str | None = None,
    opt: list[str] | None = None,
    anyhead: int = 0,
) -> None:
    CASES[name] = Case(html, body or TEXT, section, opt or [], bool(anyhead))


HEADLINE = "بلدية المرفأ تعيد فتح السوق القديم بعد ترميم استمر عامين"
LEAD = "أعادت بلدية المرفأ، صباح الأحد، فتح السوق القديم أمام الزوار بعد أعمال ترميم استمرت نحو عامين."
TEXT = [
    "أعلنت بلدية المرفأ أن أعمال الترميم التي بدأت قبل عامين شملت السقوف الخشبية والأقواس الحجرية في السوق كله.",
    "وقال رئيس البلدية سامر النجار إن «الورش أنجزت عملها قبل الموعد»، مضيفا أن كلفة المشروع بلغت ثلاثة ملايين.",
    "من جانبه، أوضح التاجر فؤاد الحلبي أن المحال الأربعين عادت إلى أصحابها، وأن الإيجارات بقيت على حالها.",
    "وأشارت مهندسة المشروع رنا الخطيب إلى أن الحجارة القديمة غسلت بالماء وحده حفاظا على لونها.",
    "وتوقع اتحاد الحرفيين أن يستقبل السوق خمسة آلاف زائر في الأسبوع الأول من افتتاحه.",
    "يذكر أن السوق بني قبل قرنين، واحترق جزء منه في شتاء قاس قبل أن تتبرع أسر المدينة بإعادة بنائه.",
]
PARAGRAPHS = "".join(f"<p>{line}</p>\n" for line in TEXT)
FIRST = "".join(f"<p>{line}</p>\n" for line in TEXT[:3])
SECOND = "".join(f"<p>{line}</p>\n" for line in TEXT[3:])
BREAKS = "<br /><br />".join(TEXT)
MENU = "".join(
    f'<li><a href="/s/{i}">{name}</a></li>'
    for i, name in enumerate(["الرئيسية", "سياسة", "محليات", "اقتصاد", "رياضة", "ثقافة"])
)
HEADER = f'<header class="hd"><div class="logo"><a href="/">جريدة المرفأ</a></div><nav><ul>{MENU}</ul></nav></header>'
FOOTER = "<footer><div>جميع الحقوق محفوظة لجريدة المرفأ</div></footer>"
DATE = "<div class='dd'>3 أكتوبر 2024</div>"
ELSEWHERE = [
    "تفقد وزير النقل الطريق الساحلي الجديد مساء السبت وقال إن الأعمال فيه بلغت مرحلتها الأخيرة.",
    "وأضاف الوزير أن الطريق سيفتح أمام السيارات في نهاية الشهر المقبل بعد تركيب الإشارات.",
]


def cards(n: int = 6) -> str:
    return "".join(
        f'<div class="itm"><a href="/n/{i}"><img src="/t{i}.jpg"></a><h3><a href="/n/{i}">وزير النقل يتفقد الطريق الساحلي الجديد رقم {i} قبل افتتاحه</a></h3><span>{i + 2} أكتوبر 2024</span></div>'
        for i in range(n)
    )


def links(n: int = 6) -> str:
    return (
        "<ul>"
        + "".join(
            f'<li><a href="/n/{i}">فريق الكرة يستعد لمباراة الذهاب رقم {i} على ملعب العاصمة</a></li>'
            for i in range(n)
        )
        + "</ul>"
    )


def rows(n: int) -> str:
    return "".join(
        f'<tr><td><a href="/n/{i}">خبر من الأرشيف عن الطرق والجسور رقم {i}</a></td></tr>' for i in range(n)
    )


def page_of(
    body: str, title: str | None = None, head: str = "", site: str = "جريدة المرفأ", battr: str = ""
) -> str:
    return (
        f'<!DOCTYPE html><html lang="ar" dir="rtl"><head><meta charset="utf-8"><title>{title or HEADLINE + " | " + site}</title>'
        f'<meta property="og:site_name" content="{site}"><meta property="og:title" content="{HEADLINE}">{head}</head><body {battr}>{body}</body></html>'
    )


case(
    "jannah",
    page_of(
        f"""<div class="background-overlay"><div id="tie-container" class="site tie-container"><div id="tie-wrapper">
<header id="theme-header" class="theme-header header-layout-3"><div class="main-nav-wrapper"><ul id="menu-main">{MENU}</ul></div><div class="breaking"><span class="breaking-title">أخبار عاجلة</span><ul><li><a href="/b">رياح قوية تضرب الساحل الشمالي مساء اليوم</a></li></ul></div></header>
<div id="content" class="site-content container"><div id="main-content-row" class="tie-row main-content-row"><div class="main-content tie-col-md-8 tie-col-xs-12" role="main">
<article id="the-post" class="container-wrapper post-content tie-standard"><header class="entry-header-outer"><nav id="breadcrumb"><a href="/">الرئيسية</a><em class="delimiter">/</em><a href="/c/local">محليات</a><em>/</em><span class="current">{HEADLINE}</span></nav>
<div class="entry-header"><span class="post-cat-wrap"><a class="post-cat tie-cat-3" href="/c/local">محليات</a></span><h1 class="post-title entry-title">{HEADLINE}</h1>
<div class="single-post-meta post-meta clearfix"><span class="author-meta single-author with-avatars"><span class="meta-item meta-author-wrapper meta-author-3"><span class="meta-author-avatar"><a href="/author/l"><img alt="صورة ليلى مراد"></a></span><span class="meta-author"><a href="/author/l" class="author-name" title="ليلى مراد">ليلى مراد</a></span></span></span><span class="date meta-item tie-icon">3 أكتوبر، 2024</span><div class="tie-alignright"><span class="meta-views meta-item">1٬024</span><span class="meta-reading-time meta-item">دقيقة واحدة</span></div></div></div></header>
<div id="share-buttons-top" class="share-buttons share-buttons-top"><div class="share-links"><a><span class="social-text">فيسبوك</span></a></div></div>
<div class="featured-area"><figure class="single-featured-image"><img src=x.jpg><figcaption class="single-caption-text">السوق القديم بعد ترميمه</figcaption></figure></div>
<div class="entry-content entry clearfix"><p>{TEXT[0]}</p><div class="stream-item stream-item-in-post"><a href="/ad"><span class="stream-title">إعلان</span></a></div><p>{TEXT[1]}</p>
<div id="inline-related-post" class="mag-box mag-box-inline"><div class="mag-box-title"><h3>مقالات ذات صلة</h3></div><ul class="posts-items posts-list-container">{links(2)}</ul></div>
<p>{TEXT[2]}</p><p>{TEXT[3]}</p><p>{TEXT[4]}</p><p>{TEXT[5]}</p><div class="post-bottom-meta post-bottom-tags post-tags-modern"><div class="post-bottom-meta-title">الوسوم</div><span class="tagcloud"><a href="/tag/a" rel="tag">السوق القديم</a> <a href="/tag/b" rel="tag">ترميم</a></span></div></div>
<div id="post-extra-info"><div class="theiaStickySidebar"><span class="date">3 أكتوبر، 2024</span></div></div></article>
<div class="post-components"><div class="about-author container-wrapper about-author-3"><h3 class="author-name">ليلى مراد</h3><div class="author-bio">صحفية تكتب في شؤون المدينة منذ عشرة أعوام وتهوى التصوير في الأسواق القديمة.</div></div><div id="related-posts" class="container-wrapper has-extra-post"><h3>مقالات ذات صلة</h3>{cards()}</div><div id="comments"><h3 id="reply-title">اترك تعليقاً</h3><p class="comment-notes">لن يتم نشر عنوان بريدك الإلكتروني.</p></div></div></div></div></div></div></div></div>""",
        battr='id="tie-body" class="rtl single single-post wrapper-has-no-grids has-sidebar sidebar-left tie-no-js"',
    ),
    section="محليات",
)
case(
    "sahifa",
    page_of(f"""<div class="wrapper-outer"><div id="wrapper"><header id="theme-header"><ul>{MENU}</ul></header><div id="main-content"><div class="content"><nav id="crumbs"><a href="/">الرئيسية</a> » <a href="/c">محليات</a> » <span class="current">{HEADLINE}</span></nav>
<article class="post-listing post-1 post type-post" id="the-post"><div class="single-post-thumb"><img></div><div class="post-inner"><h1 class="name post-title entry-title" itemprop="itemReviewed"><span itemprop="name">{HEADLINE}</span></h1><p class="post-meta"><span class="post-meta-author"><i></i><a href="/author/x">ليلى مراد</a></span><span class="tie-date">3 أكتوبر، 2024</span><span class="post-cats"><a href="/c" rel="category tag">محليات</a></span><span class="post-comments"><a href="#">اضف تعليق</a></span><span class="post-views">55 زيارة</span></p>
<div class="clear"></div><div class="entry"><div class="share-post"><span class="share-text">شاركها !</span></div><section id="related_posts"><div class="block-head"><h3>مقالات ذات صلة</h3></div>{cards(3)}</section>{PARAGRAPHS}</div><div class="share-post"><span>شاركها !</span><ul><li><a>Tweet</a></li></ul></div></div></article><p class="post-tag">الوسوم <a href="/t" rel="tag">ترميم</a></p>
<section id="author-box"><div class="block-head"><h3>عن ليلى مراد</h3></div></section><div class="post-navigation"><div class="post-previous"><a href="/p"><span>السابق</span> عنوان خبر سابق في الموقع</a></div></div></div><aside id="sidebar">{cards()}</aside></div></div></div>"""),
    section="محليات",
)
case(
    "jnews",
    page_of(f"""<div class="jeg_viewport">{HEADER}<div class="post-wrapper"><div class="jeg_main"><div class="jeg_container"><div class="jeg_content jeg_singlepage"><div class="container"><div class="row"><div class="jeg_main_content col-md-8"><div class="jeg_inner_content">
<div class="entry-header"><h1 class="jeg_post_title">{HEADLINE}</h1><h2 class="jeg_post_subtitle">{LEAD}</h2><div class="jeg_meta_container"><div class="jeg_post_meta jeg_post_meta_1"><div class="meta_left"><div class="jeg_meta_author"><span class="meta_text">بواسطة</span> <a href="/author/a">ليلى مراد</a></div><div class="jeg_meta_date"><a href="/x">أكتوبر 3, 2024</a></div><div class="jeg_meta_category"><span><span class="meta_text">في</span><a href="/c" rel="category tag">محليات</a></span></div></div></div></div></div>
<div class="jeg_featured featured_image"><a href=x.jpg><div class="thumbnail-container"><img alt="السوق"></div></a><p class="wp-caption-text">واجهة السوق القديم صباح الافتتاح</p></div>
<div class="jeg_share_top_container"><div class="jeg_share_button"><a><span>شارك على فيسبوك</span></a></div></div>
<div class="entry-content no-share"><div class="jeg_share_button share-float"></div><div class="content-inner jeg_link_underline"><p>{TEXT[0]}</p><p>{TEXT[1]}</p><div class="jnews_inline_related_post_wrapper left half"><div class='jnews_inline_related_post'><div class="jeg_postblock_28"><h3 class="jeg_block_title"><span>متعلق <strong>مقالات</strong></span></h3>{cards(2)}</div></div></div><p>{TEXT[2]}</p><div class="jeg_ad jeg_ad_article jnews_content_inline_ads"><div class="ads-wrapper"><span class="ads-text">ADVERTISEMENT</span></div></div><p>{TEXT[3]}</p><p>{TEXT[4]}</p><p>{TEXT[5]}</p><div class="jeg_post_tags"><span>الوسوم:</span> <a href="/t/1" rel="tag">ترميم</a></div></div></div>
<div class="jnews_prev_next_container"><div class="jeg_prevnext_post"><a href="/p"><span class="caption">المقال السابق</span><h3 class="post-title">خبر سابق عن افتتاح المكتبة العامة</h3></a></div></div><div class="jnews_related_post_container">{cards(4)}</div></div></div></div></div></div></div></div></div></div>"""),
    body=[LEAD, *TEXT],
    section="محليات",
)
case(
    "k2",
    page_of(f"""<div id="t3-wrapper">{HEADER}<div id="k2Container" class="itemView"><div class="itemHeader"><span class="itemDateCreated">الخميس, 03 تشرين1/أكتوير 2024 10:15</span><h2 class="itemTitle">{HEADLINE}</h2><span class="itemAuthor">كتبه <a rel="author" href="/u">ليلى مراد</a></span></div>
<div class="itemToolbar"><ul><li><span class="itemTextResizerTitle">حجم الخط</span></li><li><a class="itemPrintLink"><span>طباعة</span></a></li><li><a class="itemEmailLink"><span>البريد الإلكتروني</span></a></li></ul></div><div class="itemRatingBlock"><span>قيم الموضوع</span><ul class="itemRatingList"><li><a>1</a></li><li><a>2</a></li></ul><div class="itemRatingLog">(0 أصوات)</div></div>
<div class="itemBody"><div class="itemImageBlock"><span class="itemImage"><img></span></div><div class="itemIntroText"><p>{LEAD}</p></div><div class="itemFullText">{PARAGRAPHS}</div><div class="itemContentFooter"><span class="itemHits">قراءة <b>455</b> مرات</span><span class="itemDateModified">آخر تعديل على الجمعة, 04 تشرين1 2024 11:20</span></div></div>
<div class="itemLinks"><div class="itemCategory"><span>نشرت في</span> <a href="/c">محليات</a></div><div class="itemTagsBlock"><span>موسومة تحت</span><ul class="itemTags"><li><a href="/t">ترميم</a></li></ul></div></div><div class="itemAuthorLatest"><h3>أحدث مقالات ليلى مراد</h3>{links(4)}</div><div class="itemNavigation"><span class="itemNavigationTitle">المزيد في هذه الفئة :</span><a class="itemPrevious" href="/p">« خبر سابق عن المكتبة العامة</a></div><div class="itemBackToTop"><a>العودة إلى الأعلى</a></div></div>{FOOTER}</div>"""),
    body=[LEAD, *TEXT],
    section="محليات",
)
case(
    "joomla",
    page_of(
        f"""{HEADER}<div class="item-page" itemscope itemtype="https://schema.org/Article"><div class="page-header"><h2 itemprop="headline">{HEADLINE}</h2></div><dl class="article-info muted"><dt class="article-info-term">التفاصيل</dt><dd class="createdby">كتب بواسطة: <span itemprop="name">ليلى مراد</span></dd><dd class="category-name">المجموعة: <a href="/c" itemprop="genre">محليات</a></dd><dd class="published"><time datetime="2024-10-03T10:00:00+03:00">نشر بتاريخ: 03 تشرين1/أكتوير 2024</time></dd><dd class="hits">الزيارات: 77</dd></dl><div itemprop="articleBody">{PARAGRAPHS}</div><ul class="pager pagenav"><li class="previous"><a href="/p">السابق</a></li><li class="next"><a href="/n">التالي</a></li></ul></div>"""
    ),
    section="محليات",
)
case(
    "blogger",
    page_of(
        f"""<div class="navbar section"></div>{HEADER}<div id="main-wrapper"><div class="main section"><div class="widget Blog" id="Blog1"><div class="blog-posts hfeed"><div class="post hentry uncustomized-post-template"><h3 class="post-title entry-title" itemprop="name">{HEADLINE}</h3><div class="post-header"><div class="post-header-line-1"></div></div><div class="post-body entry-content" id="post-body-1" itemprop="description articleBody"><div dir="rtl" style="text-align: right;"><div class="separator"><a href="x.jpg"><img src="x.jpg"></a></div><br />{BREAKS}</div><div style="clear: both;"></div></div><div class="post-footer"><span class="post-author vcard">مرسلة بواسطة <span class="fn">ليلى مراد</span></span> <span class="post-timestamp">في <abbr class="published" title="2024-10-03T10:00:00+03:00">10:00 ص</abbr></span></div></div><div class="comments" id="comments"><h4>ليست هناك تعليقات:</h4><div>إرسال تعليق</div></div><div class="blog-pager"><a class="blog-pager-newer-link">رسالة أحدث</a></div></div></div></div></div><div class="sidebar section"><div class="widget PopularPosts"><h2>المشاركات الشائعة</h2>{links()}</div></div>"""
    ),
)
case(
    "bbc_simorgh",
    page_of(f"""<div id="root"><header role="banner"><div><a href="#content"><span class="bbc-1">إذهب الى المحتوى</span></a></div><nav><ul>{MENU}</ul></nav></header><div class="ebmt73l0"><main role="main"><div class="bbc-1151pbn"><h1 class="bbc-14gqcmb" id="content" tabindex="-1">{HEADLINE}</h1></div><div class="bbc-a"><figure class="bbc-f"><div><div><img alt="السوق"><p role="text" class="bbc-c"><span class="visually-hidden">صدر الصورة، </span><span lang="en-GB">Getty Images</span></p></div></div><figcaption><span class="visually-hidden">التعليق على الصورة، </span><p>السوق القديم في صباح الافتتاح</p></figcaption></figure></div>
<section role="region" aria-labelledby="article-byline" class="bbc-by"><strong class="bbc-vh" id="article-byline">Article information</strong><ul role="list"><li role="listitem"><span role="text"><span class="bbc-vh">Author, </span><span class="bbc-n">ليلى مراد</span></span></li><li><span class="bbc-vh">Role, </span><span>بي بي سي نيوز عربي</span></li></ul></section><div class="bbc-ts"><time class="bbc-14xtggo" datetime="2024-10-03">3 أكتوبر/ تشرين الأول 2024</time></div>
<div dir="rtl" class="bbc-19j92fr"><p class="bbc-p" dir="rtl"><b class="bbc-b">{TEXT[0]}</b></p></div><div dir="rtl" class="bbc-19j92fr"><p class="bbc-p">{TEXT[1]}</p></div>
<section role="region" aria-labelledby="podcast-promo" class="bbc-pod"><p><a href="#end-of-podcasts" class="focusIndicatorRemove">تخطى البودكاست وواصل القراءة</a></p><strong>البودكاست</strong><div><h3><a href="/p">مراهقتي</a></h3><p>مراهقتي: بودكاست يقدم لكم نصائح حول تربية الأبناء</p><div>الحلقات</div></div><p id="end-of-podcasts">البودكاست نهاية</p></section>
<div dir="rtl" class="bbc-19j92fr"><p class="bbc-p">{TEXT[2]}</p></div><div class="bbc-h2"><h2 tabindex="-1" class="bbc-h">كلفة قليلة ووقت أقل</h2></div><div dir="rtl" class="bbc-19j92fr"><p class="bbc-p">{TEXT[3]}</p></div>
<section data-e2e="recommendations-heading" role="region" class="bbc-r"><p><a href="#end-of-recommendations">تخطى قصص مقترحة وواصل القراءة</a></p><strong>قصص مقترحة</strong>{links(4)}<p>قصص مقترحة نهاية</p></section>
<div dir="rtl" class="bbc-19j92fr"><p class="bbc-p">{TEXT[4]} <a href="/z" class="focusIndicator">خريطة المدينة</a></p></div><div dir="rtl" class="bbc-19j92fr"><p class="bbc-p">{TEXT[5]}</p></div>
<div class="bbc-x"><section><p>هذا المقال يحتوي على محتوى من X. موافقتكم مطلوبة قبل عرض أي مواد لأنها قد تتضمن ملفات ارتباط (كوكيز) وغيرها من الأدوات التقنية.</p></section></div>
</main><section class="bbc-rel" aria-labelledby="related-content-heading"><h2>اقرأ أيضا</h2>{links(3)}</section><div><h2>اخترنا لكم</h2>{cards()}</div></div></div>"""),
    body=[*TEXT[:3], "كلفة قليلة ووقت أقل", TEXT[3], TEXT[4] + " خريطة المدينة", TEXT[5]],
)
case(
    "bbc_old",
    page_of(f"""<div id="orb-banner"><nav>{MENU}</nav></div><div class="story-body"><h1 class="story-body__h1">{HEADLINE}</h1><div class="byline"><span class="byline__name">ليلى مراد</span><span class="byline__title">بي بي سي - المرفأ</span></div><div class="with-extracted-share-icons"><div class="story-body__mini-info-list-and-share"><ul class="mini-info-list"><li class="mini-info-list__item"><div class="date date--v2" data-seconds="1727946000">3 أكتوبر/ تشرين الأول 2024</div></li></ul><div class="share"><p>شارك هذه الصفحة عبر</p></div></div></div>
<div class="story-body__inner" property="articleBody"><figure class="media-landscape has-caption full-width lead"><span class="image-and-copyright-container"><img><span class="off-screen">مصدر الصورة</span><span class="story-image-copyright">AFP</span></span><figcaption class="media-caption"><span class="off-screen">Image caption</span><span class="media-caption__text">السوق القديم</span></figcaption></figure><p class="story-body__introduction">{TEXT[0]}</p><p>{TEXT[1]}</p><ul class="story-body__unordered-list"><li class="story-body__list-item"><a href="/n/1" class="story-body__link">أسواق المدن القديمة تستعيد بريقها في المتوسط</a></li><li class="story-body__list-item"><a href="/n/2" class="story-body__link">حرفيون يروون حكاية الخشب في العمارة القديمة</a></li></ul><p>{TEXT[2]}</p><h2 class="story-body__crosshead">كلفة قليلة</h2><p>{TEXT[3]}</p><p>{TEXT[4]}</p><p>{TEXT[5]}</p><p>--------------------</p><p>يمكنكم تسلم إشعارات بأهم الموضوعات بعد تحميل أحدث نسخة من <a href="/a">تطبيق بي بي سي عربي على هاتفكم المحمول.</a></p></div></div><div class="column--secondary">{cards()}</div>"""),
    body=[*TEXT[:3], "كلفة قليلة", *TEXT[3:]],
)
case(
    "aljazeera",
    page_of(f"""<div id="root"><div class="container"><div class="site-header-container"><header>{MENU}</header></div><main id="main-content-area" class="main-content-area"><header class="article-header"><div class="topics"><a href="/news/local/">محليات</a></div><h1>{HEADLINE}</h1><p class="article__subhead css-1"><em>{LEAD}</em></p></header><figure class="article-featured-image"><img><figcaption>السوق القديم (رويترز)</figcaption></figure><div class="article-info-block css-i"><div class="article-b-l"><div class="article-author-name"><span class="article-author-name-item"><a class="author-link" href="/author/l">ليلى مراد</a></span></div><div class="article-dates"><div class="date-simple"><span class="screen-reader-text">Published On 3 Oct 2024</span><span aria-hidden="true">3/10/2024</span></div></div></div><div class="share-icons">شارك</div></div>
<div class="wysiwyg wysiwyg--all-content css-w"><p>{TEXT[0]}</p><p>{TEXT[1]}</p><div class="more-on"><h2 class="more-on__heading">اقرأ أيضا</h2><ul class="more-on__list"><li class="more-on__item"><span>list 1 of 2</span><a href="/n/1"><span>وزير يتفقد الطريق الساحلي الجديد</span></a></li></ul><span>end of list</span></div><p>{TEXT[2]}</p><div class="container--ads"><div>Advertisement</div></div><p>{TEXT[3]}</p><p>{TEXT[4]}</p><p>{TEXT[5]}</p></div><div class="article-source">المصدر: <a href="/s">الجزيرة</a> + وكالات</div><div class="article-tags"><a href="/tag/x">أسواق</a></div></main></div></div>"""),
    body=[LEAD, *TEXT],
    section="محليات",
)
case(
    "aspnet_table",
    page_of(
        f"""<form method=post action="x.aspx"><table width=780><tr><td class=top><table><tr>{"".join(f'<td><a href="/c{i}">باب رقم {i}</a></td>' for i in range(6))}</tr></table></td></tr><tr><td valign=top width=160><table><tr><td><a href="/1">مقال عن الأسواق</a></td></tr><tr><td>{links()}</td></tr></table></td><td valign=top><table width="100%"><tr><td><span id="lblSection" class="sec">محليات</span></td></tr><tr><td align=center><span id="ctl00_lblTitle" class="newsTitle">{HEADLINE}</span></td></tr><tr><td><span id="ctl00_lblDate">03/10/2024</span> عدد القراء: 455</td></tr><tr><td><span id="ctl00_lblBody"><img src=x.jpg align=left><font face="Simplified Arabic" size=4>{"<br><br>".join(TEXT)}</font></span></td></tr><tr><td><a href="print">طباعة</a> | <a href="send">أرسل لصديق</a></td></tr></table></td></tr><tr><td colspan=2>حقوق النشر محفوظة لجريدة المرفأ 2024</td></tr></table></form>"""
    ),
)
case(
    "drupal7",
    page_of(
        f"""{HEADER}<div class="region region-content"><div id="block-system-main" class="block block-system"><div class="content"><div id="node-55" class="node node-news node-promoted clearfix" about="/n"><h1 class="title" id="page-title">{HEADLINE}</h1><div class="submitted">أضيف بواسطة ليلى مراد في خميس, 10/03/2024 - 10:15</div><div class="content clearfix"><div class="field field-name-field-image field-type-image"><img></div><div class="field field-name-field-lead field-type-text-long field-label-hidden"><div class="field-items"><div class="field-item even">{LEAD}</div></div></div><div class="field field-name-body field-type-text-with-summary field-label-hidden"><div class="field-items"><div class="field-item even" property="content:encoded">{PARAGRAPHS}</div></div></div><div class="field field-name-field-tags field-type-taxonomy-term-reference"><div class="field-label">كلمات دلالية:&nbsp;</div><div class="field-items"><div class="field-item"><a href="/t" typeof="skos:Concept">ترميم</a></div></div></div></div><ul class="links inline"><li class="comment-add"><a href="/c">إضافة تعليق جديد</a></li></ul></div></div></div><div id="block-views-related" class="block block-views"><h2>مواضيع ذات صلة</h2>{cards(3)}</div></div>"""
    ),
    body=[LEAD, *TEXT],
)
case(
    "rt",
    page_of(
        f'''{HEADER}<div class="layout__main"><div class="article"><h1 class="heading-article">{HEADLINE}</h1><div class="date">تاريخ النشر:<span>03.10.2024 | 10:15 GMT</span></div><div class="tags"><a href="/focuses/1">أسواق</a></div><div class="lead"><p>{LEAD}</p></div><div class="media"><img alt="{HEADLINE}"><div class="media__copyright">RT</div><div class="article__cover-title">{HEADLINE}</div></div><div class="text article__text"><p>{TEXT[0]}</p><p>{TEXT[1]}</p><div class="read-more"><div class="read-more__title">إقرأ المزيد</div><a class="read-more__link" href="/n/1"><strong class="read-more__title">وزير النقل يتفقد الطريق الساحلي الجديد قبل افتتاحه</strong><p>قال وزير النقل إن الطريق الساحلي الجديد سيفتح أمام السيارات في نهاية الشهر.</p></a></div><p>{TEXT[2]}</p><p>{TEXT[3]}</p><p>{TEXT[4]}</p><p>{TEXT[5]}</p><p>المصدر: "رويترز"</p><p>تابعوا RT على <a href="x"><img></a></p></div></div></div>'''
    ),
    body=[LEAD, *TEXT],
)
case(
    "dw_old",
    page_of(
        f"""<div id="wrapper">{HEADER}<div id="bodyContent"><div class="col3"><h4 class="artikel">محليات</h4><h1>{HEADLINE}</h1><p class="intro">{LEAD}</p><div class="col1"><div class="group"><div class="longText"><div class="picBox full"><a class="overlayLink"><img></a><p>السوق القديم في أول أيام الافتتاح</p></div><p>{TEXT[0]}</p><p>{TEXT[1]}</p><h2><strong>كلفة قليلة</strong></h2><p>{TEXT[2]}</p><div class="picBox medium rechts"><img><p>تجار السوق يستعدون لاستقبال الزوار</p></div><p>{TEXT[3]}</p><p>{TEXT[4]}</p><p>{TEXT[5]}</p><p>ل.م/ ع.ج</p><div class="embed"><h2 class="icon teaser">DW.COM</h2><h2><a href="/x">أسواق المتوسط تستعيد بريقها</a></h2><p>رحلة مصورة في أسواق المتوسط القديمة من طنجة إلى حلب.</p></div></div></div></div><div class="col1"><ul class="smallList"><li><strong>تاريخ</strong> 03.10.2024</li><li><strong>مواضيع</strong> <a href="/t">أسواق</a></li><li><strong>كلمات مفتاحية</strong> <a>ترميم</a></li><li><strong>طباعة</strong> <a>طباعة هذه الصفحة</a></li><li><strong>الرابط</strong> https://p.dw.com/p/abc</li></ul></div></div></div></div>"""
    ),
    body=[LEAD, *TEXT[:2], "كلفة قليلة", *TEXT[2:]],
    section="محليات",
)
case(
    "infinite",
    page_of(
        f"""{HEADER}<div id="scroller"><article class="story"><h1>{HEADLINE}</h1><span class="by">ليلى مراد</span><time datetime="2024-10-03T10:00:00+03:00">3 أكتوبر</time><div class="story-content">{PARAGRAPHS}</div></article><article class="story"><h1>وزير النقل يتفقد الطريق الساحلي قبل افتتاحه</h1><span class="by">سعاد الحكيم</span><time datetime="2024-10-02T10:00:00+03:00">2 أكتوبر</time><div class="story-content"><p>تفقد وزير النقل الطريق الساحلي الجديد مساء السبت وقال إن الأعمال فيه بلغت مرحلتها الأخيرة.</p><p>وأضاف الوزير أن الطريق سيفتح أمام السيارات في نهاية الشهر المقبل بعد تركيب الإشارات.</p><p>وطالب سكان القرى المجاورة بمداخل فرعية تصل قراهم بالطريق الجديد من جهتيه كلتيهما.</p><p>ومن المنتظر أن تختصر الطريق ساعة كاملة من زمن الرحلة بين المدينتين بحسب المهندسين.</p><p>ووعد الوزير بأن تبدأ أعمال الإنارة بعد انتهاء موسم الأمطار مباشرة وبأن تنتهي في شهر.</p><p>كما شكر الوزير الشركات العاملة في المشروع على التزامها بمواعيد التسليم كلها دون تأخير.</p><p>وختم الوزير جولته بلقاء رؤساء البلديات الواقعة على الطريق للاستماع إلى مطالبهم.</p></div></article></div>"""
    ),
)
case(
    "infinite_div",
    page_of(
        f"""{HEADER}<div class="posts"><div class="post-wrap"><h1 class="t">{HEADLINE}</h1><div class="meta">3 أكتوبر 2024</div><div class="txt">{PARAGRAPHS}</div></div><div class="post-wrap"><h2 class="t"><a href="/n/5">وزير النقل يتفقد الطريق الساحلي قبل افتتاحه</a></h2><div class="meta">2 أكتوبر 2024</div><div class="txt"><p>تفقد وزير النقل الطريق الساحلي الجديد مساء السبت وقال إن الأعمال فيه بلغت مرحلتها الأخيرة.</p><p>وأضاف الوزير أن الطريق سيفتح أمام السيارات في نهاية الشهر المقبل بعد تركيب الإشارات.</p><p>وطالب سكان القرى المجاورة بمداخل فرعية تصل قراهم بالطريق الجديد من جهتيه كلتيهما.</p></div></div></div>"""
    ),
)
case(
    "youm7",
    page_of(
        f"""<div class="wrap">{HEADER}<div class="nowDate">الإثنين، 23 نوفمبر 2026 01:11 م</div><div class="cont"><article><div class="breadcumb"><a href="/">الرئيسية</a><a href="/Section/x">محافظات</a></div><h1>{HEADLINE}</h1><div class="newsStoryDate"><span>الخميس، 03 أكتوبر 2024 10:15 ص</span></div><div class="articleImg"><img alt="السوق القديم"><span class="imgCaption">السوق القديم</span></div><span class="writeBy">كتبت ليلى مراد</span><div id="articleBody"><p>{TEXT[0]}</p><p>{TEXT[1]}</p><p><strong><a href="/story/1">المحافظ يستقبل وفد الحرفيين ويبحث معهم تطوير الأسواق</a></strong></p><p>{TEXT[2]}</p><div class="sroty-img"><img alt="زوار السوق"><p>زوار السوق (1)</p></div><p>{TEXT[3]}</p><p>{TEXT[4]}</p><p>{TEXT[5]}</p></div><div class="tags"><h3>الموضوعات المتعلقة</h3>{links(3)}</div></article></div></div>"""
    ),
    section="محافظات",
)
case(
    "masrawy",
    page_of(
        f"""{HEADER}<div class="details"><div class="articleHeader"><h1>{HEADLINE}</h1><div class="keywordsDiv"><div class="time icon-time"><span>10:15 ص</span><span>الخميس 03 أكتوبر 2024</span></div></div></div><div class="image"><img><div class="desc">السوق القديم</div></div><div class="ArticleDetails details"><p>كتبت- ليلى مراد:</p>{FIRST}<p><strong>اقرأ أيضًا:</strong></p><p><a href="/n/1">المحافظ يستقبل وفد الحرفيين ويبحث معهم تطوير الأسواق</a></p><p><a href="/n/2">غدا.. افتتاح معرض الصناعات التقليدية</a></p>{SECOND}</div><div class="keywords"><a href="/k/1">ترميم السوق</a></div><div class="relatedArticles"><h4>محتوي مدفوع</h4>{cards(3)}</div></div>"""
    ),
)
case(
    "hespress",
    page_of(
        f"""{HEADER}<div class="single-page"><ol class="breadcrumb"><li><a href="/">الرئيسية</a></li><li><a href="/c">جهات</a></li></ol><div class="article"><h1 class="post-title">{HEADLINE}</h1><div class="post-thumbnail-wrap"><figure><img><figcaption>صورة: منير امحيمدات</figcaption></figure></div><div class="row"><div class="header-infos"><span class="author"><a href="/author/l">هسبريس - ليلى مراد</a></span><small class="date-post">الخميس 3 أكتوبر 2024 - 10:15</small></div></div><div class="article-content"><p>{TEXT[0]}</p><p>{TEXT[1]}</p><p>{TEXT[2]}</p><p>{TEXT[3]}</p><p>{TEXT[4]}</p><p>{TEXT[5]}</p><section class="box-tags"><a href="/tag/1">ترميم</a><a href="/tag/2">أسواق</a></section></div><div class="newsletter-inline"><h4>النشرة الإخبارية</h4><p>اشترك الآن في النشرة البريدية لجريدة هسبريس، لتصلك آخر الأخبار يوميا</p><p>يرجى التحقق من البريد الإلكتروني لإتمام عملية الاشتراك</p></div><div class="card-footer">شارك المقال</div></div><div id="comments"><h2 class="comments-title">تعليقات الزوار</h2><ul class="comment-list"><li><span class="fn">قارئ</span><div class="comment-text"><p>تعليق طويل يتحدث فيه صاحبه عن غلاء الأسعار في الأسواق القديمة وعن ضيق الأزقة فيها.</p></div></li></ul></div></div>"""
    ),
    section="جهات",
)
case(
    "div_lines",
    page_of(
        f"""{HEADER}<div class="wrapper"><div class="story"><h1>{HEADLINE}</h1><div class="d">2024/10/03 10:15</div><div class="body"><div dir="RTL" style="text-align:justify"><span style="font-size:18px">{TEXT[0]}</span></div><div>&nbsp;</div>{"".join(f'<div dir="RTL"><span style="font-size:18px">{t}</span></div><div><br></div>' for t in TEXT[1:])}</div></div><div class="left">{cards()}</div></div>"""
    ),
)
case(
    "br_in_td",
    page_of(
        f"""<center><table><tr><td>{links()}</td><td><h2>{HEADLINE}</h2><br>نشر بتاريخ 3/10/2024<br><br>{"<br>&nbsp;&nbsp;&nbsp;".join(TEXT)}<br></td></tr></table></center>"""
    ),
)
case(
    "livebox_bullets",
    page_of(
        f"""{HEADER}<main><article><span class="kicker">محليات</span><h1>{HEADLINE}</h1><ul class="article-highlights"><li>السوق يفتح أبوابه بعد عامين من الترميم</li><li>أربعون محلا تعود إلى أصحابها</li></ul><div class="article-body"><p>{TEXT[0]}</p><p>{TEXT[1]}</p><blockquote class="twitter-tweet"><p lang="ar" dir="rtl">السوق القديم يفتح أبوابه اليوم <a href="https://t.co/x">pic.twitter.com/x</a></p>&mdash; بلدية المرفأ (@marfa) <a href="https://twitter.com/marfa/status/1">October 3, 2024</a></blockquote><p>{TEXT[2]}</p><table><tr><th>البند</th><th>الكلفة</th></tr><tr><td>السقوف</td><td>مليون</td></tr><tr><td>الأقواس</td><td>مليونان</td></tr></table><p>{TEXT[3]}</p><ol><li>غسل الحجارة بالماء</li><li>ترميم الأبواب الخشبية</li></ol><p>{TEXT[4]}</p><p>{TEXT[5]}</p></div></article></main>"""
    ),
    body=[
        *TEXT[:3],
        "البند | الكلفة",
        "السقوف | مليون",
        "الأقواس | مليونان",
        TEXT[3],
        "غسل الحجارة بالماء",
        "ترميم الأبواب الخشبية",
        TEXT[4],
        TEXT[5],
    ],
    section="محليات",
    opt=[
        "السوق يفتح أبوابه بعد عامين من الترميم",
        "أربعون محلا تعود إلى أصحابها",
        "السوق القديم يفتح أبوابه اليوم",
        "@marfa",
    ],
)
case(
    "interview",
    page_of(
        f"""{HEADER}<article><h1>{HEADLINE}</h1><div class="post-content"><p>{TEXT[0]}</p>{"".join(f"<p><strong>ما الذي تغير في السوق بعد المرحلة {w} من الترميم؟</strong></p><p>تغير الكثير في هذه المرحلة {w}، فقد عادت الأبواب إلى ألوانها الأولى وصار المرور أسهل.</p>" for w in ("الأولى", "الثانية", "الثالثة"))}<p>{TEXT[5]}</p></div></article>"""
    ),
    body=[TEXT[0]]
    + [
        x
        for w in ("الأولى", "الثانية", "الثالثة")
        for x in (
            f"ما الذي تغير في السوق بعد المرحلة {w} من الترميم؟",
            f"تغير الكثير في هذه المرحلة {w}، فقد عادت الأبواب إلى ألوانها الأولى وصار المرور أسهل.",
        )
    ]
    + [TEXT[5]],
)
case(
    "flash",
    page_of(
        f"""{HEADER}<div class="news"><h1>عاجل | {HEADLINE}</h1><div class="news-date">2024-10-03 10:15</div><div class="news-body"><p>عاجل: بلدية المرفأ تعلن فتح السوق القديم اليوم.</p></div></div><div class="side">{cards()}</div>""",
        title="عاجل | " + HEADLINE,
    ),
    body=["عاجل: بلدية المرفأ تعلن فتح السوق القديم اليوم."],
    anyhead=1,
)
case(
    "h1_is_site",
    page_of(
        f"""<div id=top><h1 class="logo"><a href="/">جريدة المرفأ</a></h1><ul>{MENU}</ul></div><div id=content><h2 class="kicker">السوق القديم</h2><h2 class="title">{HEADLINE}</h2><div class="date">03 أكتوبر 2024</div><div id="article_body_content">{PARAGRAPHS}</div></div>"""
    ),
)
case(
    "title_prefix",
    page_of(
        f"""{HEADER}<div class="single"><div class="post-title-x">{HEADLINE}</div><div class="x1">الخميس 3 أكتوبر 2024</div><div class="x2">{PARAGRAPHS}</div></div>""",
        title=f"جريدة المرفأ | محليات | {HEADLINE}",
    ),
)
case(
    "lead_h2",
    page_of(
        f"""{HEADER}<div class="c"><h1>{HEADLINE}</h1><h2 class="sub_title">{LEAD}</h2><div class="dd">3 أكتوبر 2024</div><div class="article_content">{PARAGRAPHS}</div></div>"""
    ),
    body=[LEAD, *TEXT],
)
case(
    "lead_twice",
    page_of(
        f"""{HEADER}<div class="c"><h1>{HEADLINE}</h1><div class="excerpt">{TEXT[0]}</div><div class="dd">3 أكتوبر 2024</div><div class="article_content">{PARAGRAPHS}</div></div>"""
    ),
)
case(
    "repeat_inside",
    page_of(
        f"""{HEADER}<div class="c"><h1>{HEADLINE}</h1><div class="dd">3 أكتوبر 2024</div><div class="article_content">{PARAGRAPHS}<p>{TEXT[2]}</p><p>{TEXT[4]}</p></div></div>"""
    ),
    body=[*TEXT, TEXT[2], TEXT[4]],
)
case(
    "tagcloud_inside",
    page_of(
        f"""{HEADER}<div class="c"><h1>{HEADLINE}</h1><div class="dd">3 أكتوبر 2024</div><div class="article_content">{PARAGRAPHS}<div class="tg"><a href="/t/1">السوق القديم</a> <a href="/t/2">بلدية المرفأ</a> <a href="/t/3">ترميم الأسواق</a></div><div>شارك الخبر: <a>فيسبوك</a> <a>تويتر</a></div><p>Tags: <a href="/t/9">ترميم</a></p></div></div>"""
    ),
)
case(
    "newsletter_mid",
    page_of(
        f"""{HEADER}<div class="c"><h1>{HEADLINE}</h1><div class="dd">3 أكتوبر 2024</div><div class="article_content">{FIRST}<div class="nl-box"><h4>النشرة البريدية</h4><p>اشترك ليصلك جديد الأخبار على بريدك كل صباح</p><form><input><button>اشترك</button></form></div>{SECOND}</div></div>"""
    ),
)
case(
    "comments_plain",
    page_of(
        f"""{HEADER}<div class="c"><h1>{HEADLINE}</h1><div class="dd">3 أكتوبر 2024</div><div class="article_content">{PARAGRAPHS}</div><div class="cc"><h3>التعليقات (2)</h3><div><b>1 - قارئ</b><p>تعليق طويل يتحدث فيه صاحبه عن غلاء الأسعار في الأسواق القديمة وعن ضيق الأزقة فيها.</p></div><div><b>2 - قارئة</b><p>تعليق ثان أطول من الأول يتحدث فيه صاحبه عن ذكرياته في السوق قبل ثلاثين سنة كاملة.</p></div></div></div>"""
    ),
)
case(
    "cookie_top",
    page_of(
        f"""<div class="cc-window"><span>نحن نستخدم ملفات تعريف الارتباط لنمنحك أفضل تجربة ممكنة على موقعنا. باستمرارك في التصفح فأنت توافق على ذلك.</span><a>موافق</a></div>{HEADER}<div class="c"><h1>{HEADLINE}</h1><div class="dd">3 أكتوبر 2024</div><div class="t">{PARAGRAPHS}</div></div>"""
    ),
)
case(
    "split_mid_divs",
    page_of(
        f"""{HEADER}<div class="c"><h1>{HEADLINE}</h1><div class="dd">3 أكتوبر 2024</div><div class="art"><div class="par">{FIRST}</div><div class="box"><div class="hd">اقرأ أيضاً</div>{cards(2)}</div><div class="par">{SECOND}</div></div></div>"""
    ),
)
case(
    "sections_each_p",
    page_of(
        f"""{HEADER}<div class="c"><h1>{HEADLINE}</h1><div class="dd">3 أكتوبر 2024</div>{"".join(f'<section class="s{i}"><div><p>{t}</p></div></section>' for i, t in enumerate(TEXT))}</div><div class="rel">{cards()}</div>"""
    ),
)
case(
    "jsonld_only",
    page_of(
        f"""{HEADER}<div id="app"><h1>{HEADLINE}</h1><div class="loading">جاري التحميل</div></div>""",
        head='<script type="application/ld+json">'
        + json.dumps(
            {
                "@type": "NewsArticle",
                "headline": HEADLINE,
                "datePublished": "2024-10-03T10:00:00+03:00",
                "articleBody": "\n".join(TEXT),
                "author": {"@type": "Person", "name": "ليلى مراد"},
            },
            ensure_ascii=False,
        )
        + "</script>",
    ),
)
case(
    "arc",
    page_of(
        f"""<div id="fusion-app"><header>{MENU}</header><main><div class="b-header"><a class="c-overline" href="/local/">محليات</a><h1 class="b-headline">{HEADLINE}</h1><h2 class="b-subheadline">{LEAD}</h2></div><div class="ts-byline"><span class="ts-byline__names"><a href="/author/l">ليلى مراد</a></span></div><time class="c-date" datetime="2024-10-03T07:15:00Z">03 أكتوبر 2024 - 10:15</time><article class="b-article-body"><p class="c-paragraph">{TEXT[0]}</p><p class="c-paragraph">{TEXT[1]}</p><div class="b-gallery"><figure><img><figcaption>صورة من السوق</figcaption></figure></div><p class="c-paragraph">{TEXT[2]}</p><h3>وعود قديمة</h3><p class="c-paragraph">{TEXT[3]}</p><div class="arcad-feature">إعلان</div><p class="c-paragraph">{TEXT[4]}</p><p class="c-paragraph">{TEXT[5]}</p></article></main></div>"""
    ),
    body=[LEAD, *TEXT[:3], "وعود قديمة", *TEXT[3:]],
    section="محليات",
)
case(
    "aawsat",
    page_of(
        f"""{HEADER}<div class="main-content"><div class="block-node"><h1 class="node_new_title">{HEADLINE}</h1><h2 class="node_new_subtitle">{LEAD}</h2><div class="node_new_image"><img><div class="node_new_photo_desc">السوق القديم (الشرق الأوسط)</div></div><ul class="node_new_info"><li>المرفأ: <strong>ليلى مراد</strong></li><li>نُشر: 10:15-3 أكتوبر 2024 م ـ 29 ربيع الأول 1446 هـ</li><li>TT</li></ul><div class="node_new_body">{PARAGRAPHS}</div></div><div class="more"><h3>المزيد من محليات</h3>{cards()}</div></div>"""
    ),
    body=[LEAD, *TEXT],
)
case(
    "sharepoint",
    page_of(
        f"""<form id="aspnetForm"><div id="s4-workspace">{HEADER}<div class="art-page"><h1 class="pagetitle"><span>{HEADLINE}</span></h1><div class="pubdate">الخميس 3 أكتوبر 2024</div><div id="ctl00_PlaceHolderMain_ctl01_label" style="display:none">محتوى الصفحة</div><div id="ctl00_PlaceHolderMain_ctl01__ControlWrapper_RichHtmlField" class="ms-rtestate-field" style="display:inline">{BREAKS}</div></div></div></form>"""
    ),
)
case(
    "elkhabar",
    page_of(
        f"""{HEADER}<div class="container"><div class="row"><div class="col-md-8"><div id="article_info"><span class="category-title">محليات</span><h2 id="article_title" class="title">{HEADLINE}</h2><div id="article_img"><img><p class="copyright">ص: الأرشيف</p></div><p class="subinfo"><time class="relative_time">03 أكتوبر 2024 (منذ 2 سنة)</time> - <b>المرفأ: ليلى مراد</b></p></div><div id="article_body"><div id="article_body_content"><p>{TEXT[0]}</p><p>{TEXT[1]}</p><p>{TEXT[2]}</p><p>{TEXT[3]}</p><p>{TEXT[4]}</p><p>{TEXT[5]}</p></div></div><div class="alert">عدد القراءات: 44</div></div><div class="col-md-4">{cards()}</div></div></div>"""
    ),
    section="محليات",
)
case(
    "bold_caption_p",
    page_of(
        f"""{HEADER}<div class="c"><h1>{HEADLINE}</h1><div class="dd">3 أكتوبر 2024</div><div class="article_content"><p><img src=x.jpg></p><p style="text-align:center"><em>السوق القديم في صورة التقطت الأسبوع الماضي</em></p>{FIRST}<p><iframe src="https://www.youtube.com/embed/x"></iframe></p><div class="wp-caption alignnone"><img><p class="wp-caption-text">زوار في السوق</p></div>{SECOND}<p>&copy; أ ف ب</p></div></div>"""
    ),
    opt=["السوق القديم في صورة التقطت الأسبوع الماضي"],
)
case(
    "also_inline_end",
    page_of(
        f"""{HEADER}<div class="c"><h1>{HEADLINE}</h1><div class="dd">3 أكتوبر 2024</div><div class="article_content"><p>{TEXT[0]}</p><p>{TEXT[1]}</p><p>إقرأ أيضا: <a href="/n/1">وزير النقل يتفقد الطريق الساحلي الجديد</a></p><p>{TEXT[2]}</p><p><a href="/n/2"><strong>شاهد.. حرفيون يروون حكاية الخشب في العمارة القديمة</strong></a></p><p>{TEXT[3]}</p><p>{TEXT[4]}</p><p>{TEXT[5]}</p><p>للمزيد من الأخبار تابعوا <a href=x>صفحتنا على فيسبوك</a></p><p>لمتابعة أخبار المدينة أولا بأول عبر قناتنا على <a href=t>تيليجرام</a></p></div></div>"""
    ),
)
case(
    "old_table_font",
    f"""<html><head><meta http-equiv="Content-Type" content="text/html; charset=windows-1256"><title>جريدة المرفأ - {HEADLINE}</title></head><body dir=rtl><table width="100%" border=0><tr><td><img src=logo.gif alt="جريدة المرفأ"></td><td align=left>الاثنين 23 تشرين الثاني 2026</td></tr></table><table><tr><td width=150 valign=top><table>{rows(8)}</table></td><td valign=top><p align=center><font size=5 color=red><b>{HEADLINE}</b></font></p><p align=left><font size=2>03/10/2024</font></p>{"".join(f'<p align="justify"><font size="4" face="Simplified Arabic">{t}</font></p>' for t in TEXT)}</td><td width=150><table>{rows(5)}</table></td></tr></table><p align=center>جميع الحقوق محفوظة 2026 - جريدة المرفأ</p></body></html>""",
)
case(
    "vbulletin",
    page_of(
        f"""<div class="above_body"><div id="navbar"><ul>{MENU}</ul></div></div><div id="pagetitle" class="pagetitle"><h1>الموضوع: <span class="threadtitle"><a href="/t/1">{HEADLINE}</a></span></h1></div><ol id="posts"><li class="postbit"><div class="posthead"><span class="date">10-03-2024, <span class="time">10:15 AM</span></span><a class="postcounter">#1</a></div><div class="userinfo"><a class="username" href="/u">المحرر</a> <dl><dt>تاريخ التسجيل</dt><dd>Jan 2010</dd><dt>المشاركات</dt><dd>1,222</dd></dl></div><div class="postbody"><h2 class="title icon">{HEADLINE}</h2><div class="content"><div id="post_message_1"><blockquote class="postcontent restore">{"<br /><br />".join(TEXT)}</blockquote></div></div></div></li></ol>""",
        title=HEADLINE,
    ),
    anyhead=1,
)
case(
    "wp_next_article_below",
    page_of(
        f"""{HEADER}<main><article class="post"><h1 class="entry-title">{HEADLINE}</h1>{DATE}<div class="entry-content">{PARAGRAPHS}</div></article><nav class="post-navigation"><a href="/p">خبر سابق</a></nav><div class="related-posts-wrap"><article class="post"><h2 class="entry-title"><a href="/x">عنوان خبر آخر من الأرشيف عن الطرق</a></h2><div class="entry-content"><p>{ELSEWHERE[0]}</p></div></article></div></main>"""
    ),
)
case(
    "excerpt_cards_below",
    page_of(
        f"""{HEADER}<div class="single"><h1>{HEADLINE}</h1>{DATE}<div class="details">{PARAGRAPHS}</div><div class="more-list">{"".join(f'<div class="rw"><h4><a href="/n/{i}">عنوان خبر آخر من الأرشيف عن الطرق {i}</a></h4><p>{ELSEWHERE[i % 2]}</p></div>' for i in range(4))}</div></div>"""
    ),
)
case(
    "text_outside_inner",
    page_of(
        f"""{HEADER}<div class="c"><h1>{HEADLINE}</h1>{DATE}<div class="article-body"><p>{TEXT[0]}</p><div class="inner"><p>{TEXT[1]}</p><p>{TEXT[2]}</p><p>{TEXT[3]}</p><p>{TEXT[4]}</p></div><p>{TEXT[5]}</p></div></div>"""
    ),
)
case(
    "drop_cap",
    page_of(
        f"""{HEADER}<div class="c"><h1>{HEADLINE}</h1>{DATE}<div class="article-body"><p><span class="dropcap">أ</span>{TEXT[0][1:]}</p>{"".join(f"<p>{t}</p>" for t in TEXT[1:])}</div></div>"""
    ),
)
case(
    "quote_block",
    page_of(
        f"""{HEADER}<div class="c"><h1>{HEADLINE}</h1>{DATE}<div class="article-body"><p>{TEXT[0]}</p><blockquote><p>{TEXT[1]}</p></blockquote><p>{TEXT[2]}</p><div class="quote">{TEXT[3]}</div><p>{TEXT[4]}</p><p>{TEXT[5]}</p></div></div>"""
    ),
)
case(
    "twocol_br_single",
    page_of(
        f"""{HEADER}<div class="c"><h1>{HEADLINE}</h1>{DATE}<div id="newsbody">{"<br>".join(TEXT)}</div></div>"""
    ),
)
case(
    "span_text",
    page_of(
        f"""{HEADER}<div class="c"><h1>{HEADLINE}</h1>{DATE}<span class="story_text">{"<br/><br/>".join(TEXT)}</span><div><a href="#">شارك</a></div></div>"""
    ),
)
case(
    "linked_names",
    page_of(
        f"""{HEADER}<div class="c"><h1>{HEADLINE}</h1>{DATE}<div class="article-body">{PARAGRAPHS.replace("السوق", "<a href=/t/1>السوق</a>")}</div></div>"""
    ),
)
case(
    "dle",
    page_of(
        f"""<div class="wrap">{HEADER}<div id="dle-content"><article class="full"><div class="story-info"><a href="/local/">محليات</a>, <span>3-10-2024, 10:15</span></div><h1>{HEADLINE}</h1><div class="full-text" id="news-id-55"><div>{"<br><br>".join(TEXT)}</div></div><div class="rate">+12</div></article><div class="rel-news">{links(4)}</div><form id="dle-comments-form"><h3>إضافة تعليق</h3></form></div></div>"""
    ),
    section="محليات",
)
case(
    "amp",
    f"""<!doctype html><html ⚡ lang="ar" dir="rtl"><head><meta charset="utf-8"><title>{HEADLINE}</title><link rel="canonical" href="https://marfa.example/local/2/55"></head><body><amp-sidebar id="sb"><ul>{MENU}</ul></amp-sidebar><header class="h"><a href="/">جريدة المرفأ</a></header><article class="amp-wp-article"><header class="amp-wp-article-header"><h1 class="amp-wp-title">{HEADLINE}</h1><div class="amp-wp-meta amp-wp-byline"><span class="amp-wp-author author vcard">ليلى مراد</span></div><div class="amp-wp-meta amp-wp-posted-on"><time datetime="2024-10-03T10:15:00+03:00">منذ سنتين</time></div></header><amp-img src="x"></amp-img><div class="amp-wp-article-content">{FIRST}<amp-ad width=300><div placeholder>إعلان</div></amp-ad>{SECOND}</div><footer class="amp-wp-article-footer"><div class="amp-wp-meta amp-wp-tax-category">الأقسام: <a href="/c/local" rel="category tag">محليات</a></div></footer></article></body></html>""",
    section="محليات",
)
case(
    "kicker_in_h1",
    page_of(
        f"""{HEADER}<div class="c"><h1><span class="pre">السوق القديم</span> {HEADLINE}</h1>{DATE}<div class="article-body">{PARAGRAPHS}</div></div>"""
    ),
)
case(
    "two_h1",
    page_of(
        f"""<header><h1><a href="/">جريدة المرفأ</a></h1></header><div class="c"><h1>{HEADLINE}</h1>{DATE}<div class="article-body">{PARAGRAPHS}</div></div>"""
    ),
)
case(
    "no_h1_og",
    page_of(
        f"""<div class="c"><span class="ttl2">{HEADLINE}</span>{DATE}<div class="article-body">{PARAGRAPHS}</div></div>""",
        title=HEADLINE + " - جريدة المرفأ",
    ),
)
case(
    "og_short_h1_full",
    page_of(
        f"""{HEADER}<div class="c"><h1>{HEADLINE}</h1>{DATE}<div class="article-body">{PARAGRAPHS}</div></div>""",
        title=HEADLINE[:30] + "... | جريدة المرفأ",
    ),
)
case(
    "live_blog",
    page_of(
        f"""{HEADER}<main><article><h1>{HEADLINE}</h1>{DATE}<div class="article-body"><p>{LEAD}</p><div class="live-updates">{"".join(f'<div class="live-post" id="u{i}"><time datetime="2024-10-03T{10 + i}:00:00+03:00">{10 + i}:00</time><h3><a href="#u{i}">تحديث رقم {i} من ساحة السوق القديم</a></h3><p>{TEXT[i]}</p></div>' for i in range(5))}</div></div></article></main>"""
    ),
    body=[LEAD] + [x for i in range(5) for x in (f"تحديث رقم {i} من ساحة السوق القديم", TEXT[i])],
)
case(
    "ad_words",
    page_of(
        f"""{HEADER}<div class="c"><h1>{HEADLINE}</h1>{DATE}<div class="article-body"><p>{TEXT[0]}</p><p>إعلان</p><p>{TEXT[1]}</p><div>- Advertisement -</div><p>{TEXT[2]}</p><p>{TEXT[3]}</p><p>أعلنت وزارة السياحة عن إعلان جديد للترويج للسوق.</p><p>{TEXT[4]}</p><p>{TEXT[5]}</p><p>اضغط هنا لمتابعة صفحتنا على فيسبوك</p></div></div>"""
    ),
    body=[*TEXT[:4], "أعلنت وزارة السياحة عن إعلان جديد للترويج للسوق.", *TEXT[4:]],
)
case(
    "sudan_box",
    page_of(
        f"""{HEADER}<div class="post"><h1 class="post-title">{HEADLINE}</h1><div class="meta"><a rel="author" href="/a">ليلى مراد</a> - <span>3 أكتوبر، 2024</span></div><div class="entry-content"><p>الخرطوم: ليلى مراد</p>{PARAGRAPHS}<p>نقلا عن صحيفة السوداني</p><div class="whatsapp-join"><a href="x">انضم لقروبات الواتساب لمتابعة الأخبار</a></div></div></div>"""
    ),
    opt=["نقلا عن", "الخرطوم: ليلى"],
)
case(
    "nested_spans_p",
    page_of(
        f"""{HEADER}<div class="c"><h1>{HEADLINE}</h1>{DATE}<div class="article-body">{"".join(f'<p dir="RTL"><span><span style="x"><strong><span>{t[:20]}</span></strong></span></span><span>{t[20:]}</span></p>' for t in TEXT)}</div></div>"""
    ),
)
case(
    "share_title_box",
    page_of(
        f"""{HEADER}<div class="c"><h1>{HEADLINE}</h1>{DATE}<div class="sharing"><span>{HEADLINE}</span><input value="x"></div><div class="article-body">{PARAGRAPHS}<div class="print-only">الرابط المختصر: https://marfa.example/?p=55</div><p>رابط مختصر: <a href=x>https://marfa.example/s/5</a></p></div></div>"""
    ),
)
case(
    "author_box_top",
    page_of(
        f"""{HEADER}<div class="c"><h1>{HEADLINE}</h1><div class="writer-box"><img src=a.jpg><h4><a href="/writer/5">ليلى مراد</a></h4><p>كاتبة وصحفية من المرفأ، تعمل في الصحافة منذ عشرين عاما ولها ثلاثة كتب.</p></div>{DATE}<div class="article-body">{PARAGRAPHS}</div></div>"""
    ),
)
case(
    "summary_list_top",
    page_of(
        f"""{HEADER}<div class="c"><h1>{HEADLINE}</h1>{DATE}<div class="story-summary"><h3>ملخص</h3><ul><li>السوق يفتح أبوابه أمام الزوار بعد عامين من أعمال الترميم المتواصلة.</li><li>أربعون محلا تعود إلى أصحابها والإيجارات تبقى على حالها هذا العام.</li></ul></div><div class="article-body">{PARAGRAPHS}</div></div>"""
    ),
    opt=["السوق يفتح أبوابه", "أربعون محلا", "ملخص"],
)
case(
    "sources_end",
    page_of(
        f"""{HEADER}<div class="c"><h1>{HEADLINE}</h1>{DATE}<div class="article-body">{PARAGRAPHS}<p>المصدر: وكالات</p></div><div class="share">شارك</div></div>"""
    ),
    opt=["المصدر: وكالات"],
)
case(
    "photo_grid",
    page_of(
        f"""{HEADER}<div class="c"><h1>{HEADLINE}</h1>{DATE}<div class="article-body">{FIRST}<div class="gallery"><div class="it"><img><span>السوق من الداخل</span></div><div class="it"><img><span>السوق من الخارج</span></div></div>{SECOND}</div></div>"""
    ),
)
case(
    "poll_mid",
    page_of(
        f"""{HEADER}<div class="c"><h1>{HEADLINE}</h1>{DATE}<div class="article-body">{FIRST}<div class="poll-widget"><h4>هل تزور السوق القديم؟</h4><label>نعم</label><label>لا</label></div>{SECOND}</div></div>"""
    ),
)
case(
    "next_js_hash",
    page_of(
        f"""<div id="__next"><div class="css-1a2b"><div class="css-9z">{MENU}</div></div><div class="css-77"><div class="css-a1"><h1 class="css-h">{HEADLINE}</h1><p class="css-l">{LEAD}</p><div class="css-d"><span>ليلى مراد</span><span>3 أكتوبر 2024</span></div></div><div class="css-b2">{"".join(f'<div class="css-p"><p>{t}</p></div>' for t in TEXT)}</div><div class="css-r">{cards(4)}</div></div></div>"""
    ),
    body=[LEAD, *TEXT],
)
case(
    "alarabiya_old",
    page_of(
        f"""{HEADER}<div class="container"><div class="article"><div class="article-details"><span class="article-category"><a href="/ar/local.html">محليات</a></span><h1 class="headline">{HEADLINE}</h1><div class="highline"><span>{LEAD}</span></div><div class="timeDate">آخر تحديث: الخميس 29 ربيع الأول 1446 هـ - 3 أكتوبر 2024 KSA 10:15 - GMT 07:15</div><div class="source">المصدر: دبي - العربية.نت</div></div><div class="article-body"><div class="articleFullImage"><img><div class="caption">السوق القديم</div></div><p>{TEXT[0]}</p><p>{TEXT[1]}</p><div class="read-also"><p>موضوع يهمك</p><p>?</p><p>تفقد وزير النقل الطريق الساحلي الجديد مساء السبت وقال إن الأعمال فيه بلغت مرحلتها الأخيرة... وزير النقل يتفقد الطريق محليات</p></div><p>{TEXT[2]}</p><p>{TEXT[3]}</p><p>{TEXT[4]}</p><p>{TEXT[5]}</p></div></div><div class="most"><h3>الأكثر قراءة</h3>{links()}</div></div>"""
    ),
    body=[LEAD, *TEXT],
    section="محليات",
)
case(
    "sky",
    page_of(
        f"""{HEADER}<div class="article-container"><h1 class="sna_article_title">{HEADLINE}</h1><div class="article-info"><span class="publish-date">3 أكتوبر 2024 - 10:15 بتوقيت أبوظبي</span></div><div class="article-body-wrap"><div class="article-location">أبوظبي - سكاي نيوز عربية</div><div class="main-media"><img><div class="image-caption">السوق القديم</div></div><div class="article-body"><p>{TEXT[0]}</p><p>{TEXT[1]}</p><div class="sna-related-inline"><h4>أخبار ذات صلة</h4><a href="/n/1">وزير النقل يتفقد الطريق الساحلي</a></div><p>{TEXT[2]}</p><p>{TEXT[3]}</p><p>{TEXT[4]}</p><p>{TEXT[5]}</p></div></div></div>"""
    ),
)
case(
    "alghad",
    page_of(
        f"""{HEADER}<div class="single-content"><h1 class="title">{HEADLINE}</h1><div class="post-info"><span>3 أكتوبر 2024</span></div><div class="content_text"><p><strong>ليلى مراد</strong></p><p><strong>عمان</strong>- {TEXT[0]}</p>{"".join(f"<p>{t}</p>" for t in TEXT[1:])}<p>اقرأ أيضاً:</p><ul><li><a href="/n/1">وزير النقل يتفقد الطريق الساحلي الجديد</a></li></ul></div></div>"""
    ),
    body=["عمان- " + TEXT[0], *TEXT[1:]],
)
case(
    "addustour",
    page_of(
        f"""<div class="main"><div class="row"><div class="col-9"><div class="newsdetail"><h1>{HEADLINE}</h1><div class="infos"><span>تم نشره في الخميس 3 تشرين الأول / أكتوبر 2024. 12:00 صباحاً</span></div><div class="text-news"><br>عمان - الدستور<br><br>{"<br><br>".join(TEXT)}<br></div><div class="fbcomm"></div></div></div><div class="col-3">{links()}</div></div></div>"""
    ),
    opt=["عمان - الدستور"],
)
case(
    "alanba",
    page_of(
        f"""<form id="form1">{HEADER}<div id="pnlStory"><h1 id="lblTitle">{HEADLINE}</h1><div class="dates">الخميس 2024/10/3 المصدر : الأنباء عدد المشاهدات 1226</div><ul class="fsize"><li>A+</li><li>A-</li></ul><ul class="points"><li>أربعون محلا تعود إلى أصحابها</li></ul><div class="post_content"><div>{PARAGRAPHS}</div></div><div class="bottom-share">طباعة ارسال</div></div></form>"""
    ),
    opt=["أربعون محلا تعود"],
)
case(
    "qudscouk",
    page_of(
        f"""{HEADER}<div class="post-content-w"><h1 class="post-title">{HEADLINE}</h1><div class="date"><span>3 أكتوبر 2024</span></div><div class="post-content"><p><strong>لندن ـ «القدس العربي»:</strong> {TEXT[0]}</p>{"".join(f"<p>{t}</p>" for t in TEXT[1:])}<div class="post-tags"><span>كلمات مفتاحية</span><a href="/t">السوق</a></div></div></div><div class="leave"><h3>اترك تعليقاً</h3><p>لن يتم نشر عنوان بريدك الإلكتروني.</p></div>"""
    ),
    body=["لندن ـ «القدس العربي»: " + TEXT[0], *TEXT[1:]],
)
case(
    "hathalyoum",
    page_of(
        f"""{HEADER}<div class="container"><div class="post"><h1>{HEADLINE}</h1><div class="source-line"><a href="/source/x">جريدة المرفأ</a> - 3 أكتوبر 2024</div><div class="article-text">{PARAGRAPHS}<p><a href="https://x.y/z">اقرأ على الموقع الرسمي</a></p><p>هذا المحتوى من «جريدة المرفأ».. اضغط هنا لقراءة الموضوع الأصلي والتعليق عليه.</p></div></div></div>"""
    ),
)
case(
    "libya_td",
    page_of(
        f"""<div id="td-outer-wrap"><div class="td-header-wrap">{MENU}</div><div class="td-container"><div class="td-crumb-container"><div class="entry-crumbs"><span><a class="entry-crumb" href="/">الرئيسية</a></span> <span><a class="entry-crumb" href="/c">محليات</a></span> <span class="td-bred-no-url-last">{HEADLINE}</span></div></div><article class="post td-post-template-2"><div class="td-post-header"><ul class="td-category"><li class="entry-category"><a href="/c">محليات</a></li></ul><h1 class="entry-title">{HEADLINE}</h1><div class="td-module-meta-info"><div class="td-post-author-name"><div class="td-author-by">بواسطة</div> <a href="/author/a">ليلى مراد</a><div class="td-author-line"> - </div></div><span class="td-post-date"><time class="entry-date updated td-module-date" datetime="2024-10-03T10:15:00+02:00">3 أكتوبر 2024</time></span><div class="td-post-views"><span>55</span></div></div></div><div class="td-post-content td-pb-padding-side"><div class="td-post-featured-image"><figure><img><figcaption class="wp-caption-text">السوق</figcaption></figure></div>{FIRST}<div class="td-a-rec td-a-rec-id-content_inline tdi_1 td_block_template_1"><span class="td-adspot-title">- Advertisement -</span></div>{SECOND}</div><footer><div class="td-post-source-tags"><ul class="td-tags td-post-small-box clearfix"><li><span>الكلمات الدلالية</span></li><li><a href="/tag/x">ترميم</a></li></ul></div><div class="td-post-next-prev"><div class="td-post-prev-post"><span>المقالة السابقة</span><a href="/p">خبر سابق</a></div></div><div class="td-author-name vcard author" style="display: none"><span class="fn"><a href="/author/a">ليلى مراد</a></span></div></footer></article></div></div>"""
    ),
    section="محليات",
)
case(
    "one_p_all",
    page_of(
        f"""{HEADER}<div class="c"><h1>{HEADLINE}</h1>{DATE}<p>{" ".join(TEXT)}</p><div class="rl">{cards(4)}</div></div>"""
    ),
    body=[" ".join(TEXT)],
)
case(
    "p_in_p_broken",
    page_of(
        f"""{HEADER}<div class="c"><h1>{HEADLINE}</h1>{DATE}<div class="details-text"><p>{"<p>".join(TEXT)}</div></div>"""
    ),
)
case(
    "unclosed_divs",
    page_of(
        f"""{HEADER}<div class="c"><h1>{HEADLINE}</h1>{DATE}<div class="newsText"><div><div>{"<br /><br />".join(TEXT)}<div class="comments"><h4>التعليقات</h4><p>تعليق طويل يتحدث فيه صاحبه عن غلاء الأسعار في الأسواق القديمة وعن ضيق الأزقة فيها.</p></div>"""
    ),
)
case(
    "ellipsis_bold_first",
    page_of(
        f"""{HEADER}<div class="c"><h1>{HEADLINE}</h1>{DATE}<div class="story"><b>{TEXT[0]}</b><br><br>{"<br><br>".join(TEXT[1:])}</div></div>"""
    ),
)
case(
    "sidebar_first_rich",
    page_of(
        f"""<div class="sidebar-right"><div class="box"><h3>من نحن</h3><p>جريدة المرفأ يومية سياسية مستقلة تأسست قبل أربعين عاما وتصدر في المدينة كل صباح عدا الجمعة، وتعنى بشؤون الناس.</p></div></div><div class="c"><h1>{HEADLINE}</h1>{DATE}<div class="tx">{PARAGRAPHS}</div></div>"""
    ),
)
case(
    "opinion_short",
    page_of(
        f"""{HEADER}<div class="c"><h1>{HEADLINE}</h1><div class="writer">ليلى مراد</div>{DATE}<div class="tx"><p>{TEXT[0]}</p></div><div class="old-articles"><h4>مقالات سابقة للكاتب</h4>{links(10)}</div></div>"""
    ),
    body=[TEXT[0]],
)
case(
    "youtube_mid_text",
    page_of(
        f"""{HEADER}<div class="c"><h1>{HEADLINE}</h1>{DATE}<div class="tx">{FIRST}<div class="video-container"><iframe src="https://youtube.com/embed/1"></iframe></div><p>شاهد الفيديو:</p>{SECOND}<p>#السوق_القديم #المرفأ</p></div></div>"""
    ),
    opt=["#السوق", "شاهد الفيديو"],
)
case(
    "recommended_h_p",
    page_of(
        f"""{HEADER}<div class="c"><h1>{HEADLINE}</h1>{DATE}<div class="tx">{PARAGRAPHS}</div><div class="suggest-box"><h2>قد يعجبك أيضاً</h2>{"".join(f'<div><p><a href="/n/{i}">وزير النقل يتفقد الطريق الساحلي الجديد رقم {i}</a></p><p>{ELSEWHERE[i % 2]}</p></div>' for i in range(3))}</div></div>"""
    ),
)
case(
    "related_after_plain",
    page_of(
        f"""{HEADER}<div class="c"><h1>{HEADLINE}</h1>{DATE}<div class="tx">{PARAGRAPHS}<h3>اقرأ أيضا</h3><h4><a href="/n/1">وزير النقل يتفقد الطريق الساحلي الجديد</a></h4><p>{ELSEWHERE[0]}</p><h4><a href="/n/2">وزير النقل يتفقد الطريق الجبلي الجديد</a></h4><p>{ELSEWHERE[1]}</p></div></div>"""
    ),
    opt=[*ELSEWHERE, "وزير النقل"],
)
ABOUT = [
    "تصدر جريدة المرفأ كل صباح عدا الجمعة وتعنى بشؤون المدينة وأهلها منذ أربعين عاما وأكثر.",
    "يعمل في الجريدة ستون صحفيا ومصورا موزعون على مكاتب في خمس مدن من مدن الساحل.",
    "تطبع الجريدة في مطابعها الخاصة وتوزع مجانا على طلاب المدارس والجامعات في المدينة.",
]
case(
    "notice_after_the_article",
    page_of(
        f"""{HEADER}<div class="row"><div class="k1"><h1>{HEADLINE}</h1>{DATE}<div class="k2">{PARAGRAPHS}</div></div><div class="k3">{"".join(f"<p>{line}</p>" for line in ABOUT)}</div></div>"""
    ),
)
case(
    "two_true_parts",
    page_of(
        f"""{HEADER}<div class="row"><h1>{HEADLINE}</h1>{DATE}<div class="k2">{FIRST}</div><div class="k3">{SECOND}</div></div>"""
    ),
)


@pytest.mark.parametrize("name", CASES)
def test_platform(name: str) -> None:
    expected = CASES[name]
    found = read(expected.html.encode(), f"https://marfa.example/local/2/{name}")
    assert isinstance(found, Article), found
    lines = [
        line
        for line in found.body.split("\n\n")
        if line in expected.body or not any(either in line for either in expected.either)
    ]
    assert lines == expected.body
    assert expected.labelled or found.headline == HEADLINE
    assert found.section == expected.section
    assert not found.appended
    assert found.lead == expected.body[0] or expected.either
