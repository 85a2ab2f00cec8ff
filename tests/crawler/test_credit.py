"""The credit found in small pages of every shape; names and outlets are invented."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crawler.extraction.credit import FoundCredit, find_credit
from crawler.extraction.page import Page
from crawler.outlet import Layout, Outlet

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
HEADLINE = "افتتاح جسر المشاة الجديد على النهر وسط المدينة"
LEAD = "افتتحت البلدية صباح اليوم جسرا جديدا للمشاة يصل بين الضفتين بعد عامين من العمل المتواصل."
NEXT = "وقال المهندس المشرف إن الجسر يتسع لمئات العابرين في وقت واحد."


def read(
    above: str = "",
    below: str = "",
    *,
    head: str = "",
    headline: str = HEADLINE,
    paragraphs: tuple[str, ...] = (LEAD, NEXT),
    beside: str = "",
    outlet: Outlet | None = None,
    layout: Layout | None = None,
) -> FoundCredit:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    page = Page.from_text(
        f"<html><head><title>{headline}</title>{head}</head><body>{beside}<article>{above}<h1>{headline}</h1>"
        f"{below}<div class='text'>{text}</div></article></body></html>",
        "https://jisr.example/1",
    )
    return find_credit(page, outlet=outlet, layout=layout, paragraphs=paragraphs)


def json_ld(author: object, **more: object) -> str:
    news = {"@type": "NewsArticle", "headline": HEADLINE, "author": author, **more}
    return f"<script type='application/ld+json'>{json.dumps(news, ensure_ascii=False)}</script>"


@pytest.mark.parametrize(
    ("author", "authors"),
    [
        ({"@type": "Person", "name": "نادر الحايك"}, ["نادر الحايك"]),
        ({"@type": "Person", "name": "نادر الحايك - القاهرة"}, ["نادر الحايك"]),
        (
            [{"@type": "Person", "name": "نادر الحايك"}, {"@type": "Person", "name": "رنا كنعان"}],
            ["نادر الحايك", "رنا كنعان"],
        ),
        ("نادر الحايك @nader_h", ["نادر الحايك"]),
        ({"@type": "Person", "name": "(أبوظبي - البيان)"}, []),
        ({"@type": "Person", "name": "شبكة الجسر الإخبارية"}, []),
        ({"@type": "Person", "name": "admin"}, []),
        ({"@type": "Organization", "name": "سمر الحكاية"}, []),
        ({"@type": "Person", "name": "Jisr https://jisr.example/logo.png"}, []),
    ],
)
def test_json_ld(author: object, authors: list[str]) -> None:
    assert read(head=json_ld(author)).authors == authors


def test_json_ld_reference() -> None:
    graph = {
        "@graph": [
            {"@type": "Article", "headline": HEADLINE, "author": {"@id": "#p"}},
            {"@type": "Person", "@id": "#p", "name": "رنا كنعان"},
        ]
    }
    assert read(head=f"<script type='application/ld+json'>{json.dumps(graph)}</script>").authors == [
        "رنا كنعان"
    ]


@pytest.mark.parametrize(
    "below",
    [
        "<a rel='author' href='/a/1'>رنا كنعان</a>",
        "<span itemprop='author' itemscope><span itemprop='name'>رنا كنعان</span></span>",
        "<div class='post-author'>كتبت <a href='/a/1'>رنا كنعان</a></div>",
        "<div>بقلم: رنا كنعان</div>",
        "<div><span>الكاتب : رنا كنعان</span><span>12 مايو 2021</span></div>",
        "<p>بيروت - رنا كنعان</p>",
    ],
)
def test_printed_near_the_headline(below: str) -> None:
    found = read(below=below)
    assert found.authors == ["رنا كنعان"]
    assert found.byline and "رنا كنعان" in found.byline
    assert found.provenance["authors"].rule


@pytest.mark.parametrize(
    "beside",
    [
        "<header><div class='author'>رنا كنعان</div></header>",
        "<footer>بقلم: رنا كنعان</footer>",
        "<aside><a rel='author'>رنا كنعان</a></aside>",
        "<div class='sidebar widget'><span class='post-author'><a rel='author'>رنا كنعان</a></span></div>",
    ],
)
def test_frame_is_never_asked(beside: str) -> None:
    assert read(beside=beside).authors == []


def test_masthead_is_nobody_anywhere() -> None:
    officers = "<div><span>رئيس مجلس الإدارة</span><strong>د. ناصر الخياط</strong></div>"
    found = read(
        beside=officers,
        below="<div class='author'>رئيس التحرير فؤاد النساج</div><a rel='author'>ناصر الخياط</a>",
        head=json_ld({"@type": "Person", "name": "ناصر الخياط"}),
    )
    assert found.authors == []
    assert not {"ناصر الخياط", "فؤاد النساج"} & {credit.name for credit in found.credits}


def test_the_outlet_is_byline_but_neither_author_nor_agency() -> None:
    outlet = Outlet("واع", country="IQ", timezone="Asia/Baghdad", aliases=("دار السلام",))
    for name in ("واع", "دار السلام"):
        found = read(
            below=f"<div class='publish'><span>نشر</span><a class='writer'>{name}</a></div>", outlet=outlet
        )
        assert (found.authors, found.agency, found.byline) == ([], None, name)


def test_site_name_that_looks_like_a_person_is_none() -> None:
    found = read(
        head="<meta property='og:site_name' content='نادر الحايك'><meta name='author' content='نادر الحايك'>"
    )
    assert found.authors == []


@pytest.mark.parametrize(
    "content",
    ["MOHTAVA", "https://jisr.example", "info@jisr.example", "admin", "فريق التحرير", "Jisr Web Design"],
)
def test_meta_author_that_is_no_person(content: str) -> None:
    assert read(head=f"<meta name='author' content='{content}'>").authors == []


def test_meta_author_that_is_one() -> None:
    assert read(head="<meta name='author' content='رنا كنعان'>").authors == ["رنا كنعان"]


@pytest.mark.parametrize(
    ("opening", "dateline", "agency"),
    [
        ("بغداد – واع: ", "بغداد", "واع"),
        ("واشنطن (رويترز) - ", "واشنطن", "رويترز"),
        ("دبي، الإمارات العربية المتحدة (CNN) -- ", "دبي، الإمارات العربية المتحدة", None),
        ("لندن: «الشرق الأوسط» - ", "لندن", None),
        ("القاهرة في 5 مايو / أ ش أ / ", "القاهرة", "أ ش أ"),
    ],
)
def test_dateline(opening: str, dateline: str, agency: str | None) -> None:
    found = read(paragraphs=(opening + LEAD, NEXT))
    assert (found.dateline, found.agency, found.authors) == (dateline, agency, [])
    assert found.byline
    assert found.credit_paragraphs == frozenset()


def test_speaker_at_the_opening_is_no_credit() -> None:
    found = read(paragraphs=("نادر الحايك: " + LEAD, NEXT))
    assert (found.authors, found.byline) == ([], None)


def test_last_lines() -> None:
    found = read(paragraphs=(LEAD, NEXT, NEXT + " (أ ف ب)"))
    assert found.agency == "أ ف ب"
    found = read(paragraphs=(LEAD, NEXT, NEXT, "المصدر: رويترز"))
    assert (found.agency, found.credit_paragraphs) == ("رويترز", {3})
    found = read(paragraphs=(LEAD, NEXT, NEXT, "(تحرير: هاني شوقي)"))
    assert [(credit.name, credit.role) for credit in found.credits] == [("هاني شوقي", "editor")]
    assert found.authors == []


def test_first_paragraph_that_is_only_a_credit() -> None:
    found = read(paragraphs=("حوار: رنا كنعان", LEAD, NEXT))
    assert found.authors == ["رنا كنعان"]
    assert found.credit_paragraphs == {0}


def test_printed_byline_outranks_the_account_that_posted() -> None:
    found = read(head=json_ld({"@type": "Person", "name": "سامي محمود"}), below="<p>بقلم: د. رنا كنعان</p>")
    assert found.authors == ["رنا كنعان"]
    assert found.byline == "بقلم: د. رنا كنعان"


def test_opinion_headline_names_its_author_only_in_opinions() -> None:
    headline = "رنا كنعان تكتب: جسر بين ضفتين ومدينة"
    opinion = "<meta property='article:section' content='مقالات'>"
    assert read(headline=headline, head=opinion).authors == ["رنا كنعان"]
    assert read(headline=headline).authors == []
    assert read(headline="نادر الحايك: الجسر يخدم أهل المدينة كلهم", head=opinion).authors == []


def test_picture_credit_is_none() -> None:
    found = read(
        below="<figure><figcaption>تصوير: هاني شوقي</figcaption></figure><i>© REUTERS / Adam Fields</i>"
    )
    assert (found.authors, found.byline, found.agency) == ([], None, None)


def test_layout_decides() -> None:
    found = read(below="<b id='x7'>رنا كنعان</b><p>بقلم: نادر الحايك</p>", layout=Layout(byline="#x7"))
    assert found.authors == ["رنا كنعان"]


@pytest.mark.parametrize(
    "below",
    [
        "<span class='author'>مواقيت الصلاة</span>",
        "<section id='article-byline'><strong id='byline-title'>معلومات المقال</strong></section>",
        "<div class='post-author'>شؤون عربية</div>",
        "<div class='writer'>Super User</div>",
        "<div class='info'>على فكرة</div>",
        "<div class='meta'>وطنية</div>",
        "<div class='info'>استطلاع الرأي</div>",
        "<div class='info'>تقرير: إصابة نجم خطيرة</div>",
        "<div class='info'>جرحى, فيروس نادر</div>",
        "<h3>طلبات من زنجبار</h3><div class='meta'>طلبات من زنجبار</div>",
    ],
)
def test_labels_are_nobody(below: str) -> None:
    found = read(below=below)
    assert found.authors == []
    assert not [credit for credit in found.credits if credit.role != "organisation"]


def test_unfamiliar_name_is_believed_where_it_links_to_an_author() -> None:
    linked = "<div class='author'><a href='/author/7'>قمرنور زمردي</a></div>"
    assert read(below=linked).authors == ["قمرنور زمردي"]
    assert read(below=linked.replace("/author/7", "/c/7")).authors == []


@pytest.mark.parametrize("name", ["Al Jisr", "jisr", "محرر الجسر", "الجسر الإخبارية"])
def test_the_outlet_in_other_spellings_is_no_person(name: str) -> None:
    head = json_ld({"@type": "Person", "name": name}, publisher={"@type": "Organization", "name": "الجسر"})
    assert read(head=head).authors == []


def test_entity_link_that_opens_the_lead_is_nobody() -> None:
    lead = "<a href='/entity/9'>رنا كنعان</a> تفتتح معرضها الجديد في قاعة البلدية مساء الخميس المقبل."
    page = Page.from_text(
        f"<html><head><title>{HEADLINE}</title></head><body><div class='info'><h1>{HEADLINE}</h1>"
        f"<p>{lead}</p><p>{NEXT}</p></div>",
        "https://jisr.example/1",
    )
    paragraphs = ("رنا كنعان تفتتح معرضها الجديد في قاعة البلدية مساء الخميس المقبل.", NEXT)
    assert find_credit(page, paragraphs=paragraphs) == FoundCredit()


def test_credit_below_the_lead() -> None:
    page = Page.from_text(
        f"<html><head><title>{HEADLINE}</title></head><body><article><h1>{HEADLINE}</h1><h2>{LEAD}</h2>"
        f"<div class='from-author'><span class='from-author__name'>بيروت - رويترز</span></div>"
        f"<div class='text'><p>{NEXT}</p></div></article>",
        "https://jisr.example/1",
    )
    found = find_credit(page, paragraphs=(LEAD, NEXT))
    assert (found.byline, found.agency, found.dateline) == ("بيروت - رويترز", "رويترز", "بيروت")


@pytest.mark.parametrize(
    "box",
    [
        "<div class='source'>المصدر: <span>الجزيرة + وكالات</span></div>",
        "<div><span>المصدر :</span> <b>الجزيرة + وكالات</b></div>",
    ],
)
def test_source_below_the_text(box: str) -> None:
    page = Page.from_text(
        f"<html><head><title>{HEADLINE}</title></head><body><main><h1>{HEADLINE}</h1><div><p>{LEAD}</p><p>{NEXT}</p></div>{box}</main>",
        "https://jisr.example/1",
    )
    found = find_credit(page, paragraphs=(LEAD, NEXT))
    assert (found.byline, found.agency, found.authors) == ("الجزيرة + وكالات", "وكالات", [])


def test_photographer_of_a_caption_is_credited_and_no_author() -> None:
    below = "<figure><img src='a.jpg'><figcaption>الجسر عند الغروب - تصوير: رنا كنعان</figcaption></figure>"
    found = read(below=f"<div>بقلم: نادر الحايك</div>{below}")
    assert found.authors == ["نادر الحايك"]
    assert [(credit.name, credit.role) for credit in found.credits] == [
        ("نادر الحايك", "writer"),
        ("رنا كنعان", "photographer"),
    ]


def test_printed_role_outranks_the_machines() -> None:
    found = read(
        below="<span class='author'>حاورتها: رنا كنعان</span>",
        head=json_ld({"@type": "Person", "name": "رنا كنعان"}),
    )
    assert [(credit.name, credit.role) for credit in found.credits] == [("رنا كنعان", "interviewer")]


def test_credits_stand_as_printed() -> None:
    found = read(
        below="<span class='author'>عنب بلدي - رنا كنعان</span>",
        head=json_ld({"@type": "Person", "name": "رنا كنعان"}),
    )
    assert [credit.name for credit in found.credits] == ["عنب بلدي", "رنا كنعان"]


@pytest.mark.parametrize(
    ("line", "agency"),
    [("ع.ط/ س.ن (د ب أ، رويترز)", "د ب أ"), ("ح.ز/ط.أ", None), ("م. م / ع. ج (أ ف ب)", "أ ف ب")],
)
def test_initials_close_the_text(line: str, agency: str | None) -> None:
    found = read(paragraphs=(LEAD, NEXT, NEXT, line))
    assert found.agency == agency
    assert found.authors == []
    assert found.credit_paragraphs == {3}


def test_card_of_author_and_role() -> None:
    found = read(paragraphs=("Author, رنا كنعان", "Role, مراسلة شؤون البيئة", LEAD, NEXT))
    assert found.authors == ["رنا كنعان"]
    assert found.byline == "رنا كنعان"
    assert found.credit_paragraphs == {0, 1}


@pytest.mark.parametrize(
    "opening",
    [
        "وقال المدير الفني لفريق الفيوم: ",
        "الناشط الحقوقي السوداني خالد الحايك لـ«الصباح»: ",
        "وأعلنت منظمة الصحة العالمية يوم 11 مارس/ آذار ",
    ],
)
def test_a_speaker_is_no_dateline(opening: str) -> None:
    found = read(paragraphs=(opening + LEAD, NEXT))
    assert (found.byline, found.dateline, found.credits) == (None, None, [])


@pytest.mark.skipif(not SHARED.exists(), reason="the shared pages are not beside the project")
def test_shared_pages() -> None:
    pages = sorted((SHARED / "pages").glob("*.html"))
    assert pages
    for path in pages:
        gold = json.loads((SHARED / "pages" / "gold" / f"{path.stem}.json").read_text("utf-8"))
        found = find_credit(Page.from_bytes(path.read_bytes()), paragraphs=gold["body"].split("\n\n"))
        assert found.authors == gold["authors"], path.name


@pytest.mark.skipif(not SHARED.exists(), reason="the shared pages are not beside the project")
def test_seed() -> None:
    expected = json.loads((SHARED / "seed" / "expected.json").read_text("utf-8"))
    page = Page.from_bytes((SHARED / "seed" / "page.html").read_bytes(), expected["url"])
    found = find_credit(page, paragraphs=expected["body"].split("\n\n"))
    assert (found.authors, found.agency, found.byline) == ([], None, expected["byline"])
    assert not [credit for credit in found.credits if "العزاوي" in credit.name]


def test_an_outlets_own_line_above_the_text() -> None:
    found = read(below="<div class='text-head'><p>عنب بلدي/ خاص</p></div>")
    assert (found.byline, found.authors) == ("عنب بلدي/ خاص", [])
