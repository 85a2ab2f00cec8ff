"""The byline reader on invented credits in the shapes of every Arab country's press."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.extraction.byline import MOST_CHARACTERS, read_byline
from crawler.outlet import Outlet

SAMPLES = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "bylines.jsonl"


@pytest.mark.parametrize(
    ("raw", "authors", "organisations", "dateline"),
    [
        # lead words, each with its shapes
        ("كتب زياد المرعشي", ["زياد المرعشي"], [], None),
        ("كتبت -لمياء صفوان:", ["لمياء صفوان"], [], None),
        ("بقلم | هدى الدرويش", ["هدى الدرويش"], [], None),
        ("بقلم: أ.د. نزار عبد المعين", ["نزار عبد المعين"], [], None),
        ("بقلم / د.نزار القيسي", ["نزار القيسي"], [], None),
        ("الكاتبة : د. منال الصيرفي", ["منال الصيرفي"], [], None),
        ("كاتب العنزي", ["كاتب العنزي"], [], None),
        ("تحقيق/ أميرة النحاس", ["أميرة النحاس"], [], None),
        ("حاورها في مسقط / سعد الكندي -", ["سعد الكندي"], [], "مسقط"),
        ("ترجمة: ليلى بركات", ["ليلى بركات"], [], None),
        # several authors; names that begin with waw
        ("فهد الكوّاز وعلي الرسام", ["فهد الكوّاز", "علي الرسام"], [], None),
        ("محمود وائل عبد السميع", ["محمود وائل عبد السميع"], [], None),
        ("سعيد وهبة ووليد الشماس", ["سعيد وهبة", "وليد الشماس"], [], None),
        ("سالم ولد البشير", ["سالم ولد البشير"], [], None),
        ("نادر الحايك، وسارة كنعان", ["نادر الحايك", "سارة كنعان"], [], None),
        ("نادر الحايك\nسارة كنعان", ["نادر الحايك", "سارة كنعان"], [], None),
        ("By Adam Fields and Mary Stone", ["Adam Fields", "Mary Stone"], [], None),
        # places and organisations beside a name
        ("بغداد – واع – سلام الجبوري", ["سلام الجبوري"], ["واع"], "بغداد"),
        ("الغربية ــ رامي عادل", ["رامي عادل"], [], "الغربية"),
        ("سامر الحمصي - القاهرة", ["سامر الحمصي"], [], "القاهرة"),
        ("عبدالله الزامل (جدة) zamil90@", ["عبدالله الزامل"], [], "جدة"),
        ("لندن ـ «القدس العربي» من كمال الصقال:", ["كمال الصقال"], ["القدس العربي"], "لندن"),
        ("مرايا الضفة – سليمان أبو ليل", ["سليمان أبو ليل"], ["مرايا الضفة"], None),
        ("حنان الزرقا ووكالات", ["حنان الزرقا"], ["وكالات"], None),
        # organisations and places alone
        ("حلب اليوم- إدلب", [], ["حلب اليوم"], "إدلب"),
        ("(عمّان- د.ب.أ، رويترز)", [], ["د.ب.أ", "رويترز"], "عمّان"),
        ("رويترز وأ ف ب", [], ["رويترز", "أ ف ب"], None),
        ("تونس في 9 جوان 2021 (وات)", [], ["وات"], "تونس"),
        ("الدوحة - قنا", [], ["قنا"], "الدوحة"),
        ("قنا - سامح الأسواني", ["سامح الأسواني"], [], "قنا"),
        ("كتبت صحيفة “المرصاد”:", [], ["المرصاد"], None),
        ("كشـ24 | و.م.ع", [], ["كش24", "و.م.ع"], None),
        ("المصدر : RT + وكالات", [], ["RT", "وكالات"], None),
        ("متابعات-", [], [], None),
        # nobody
        ("المحرر", [], [], None),
        ("كتب: المحرر السياسي", [], [], None),
        ("admin", [], [], None),
        ("ع.ق", [], [], None),
        ("أحمد ووليد", [], [], None),
        ("كاتب وباحث أردني", [], [], None),
        # dates, clocks and headlines are not names
        ("كتب : نادر علي | الإثنين ٣ مايو ٢٠٢١ - ٠٥:٣٠ م", ["نادر علي"], [], None),
        ("نادر علي 20-10-2020 10:30", ["نادر علي"], [], None),
        ("الرياض 5 رجب 1442 هـ الموافق 17 فبراير 2021 م واس", [], ["واس"], "الرياض"),
        ("رانية الحلو تكتب: نادر علي ومواسم المطر", ["رانية الحلو"], [], None),
        ("ظل الكلام | رانية الحلو:تكتب..", ["رانية الحلو"], [], None),
        ("حكاية سعيد الكبير / بقلم نادر صبري", ["نادر صبري"], [], None),
        ("نادر صبري غيوم 3 نادر صبري الأحد 1-2-2020 00:10", ["نادر صبري"], [], None),
        ("محمـــــد صبــري", ["محمد صبري"], [], None),
    ],
)
def test_reads(raw: str, authors: list[str], organisations: list[str], dateline: str | None) -> None:
    read = read_byline(raw)
    assert (read.authors, read.organisations, read.dateline) == (authors, organisations, dateline)


@pytest.mark.parametrize(
    ("raw", "roles"),
    [
        (
            "إعداد هاني شوقي للنشرة العربية - تحرير رامز فؤاد",
            [("هاني شوقي", "translator"), ("رامز فؤاد", "editor")],
        ),
        ("تقرير: هاني شوقي", [("هاني شوقي", "reporter")]),
        ("إعداد: هاني شوقي", [("هاني شوقي", "compiler")]),
        ("أدار الحوار : الصحفية رنا شوقي", [("رنا شوقي", "interviewer")]),
        ("هاني شوقي - رويترز", [("هاني شوقي", "writer"), ("رويترز", "agency")]),
        ("هاني شوقي - الجزيرة نت", [("هاني شوقي", "writer"), ("الجزيرة نت", "organisation")]),
        ("كتبت - رنا شوقي وتصوير - هاني فؤاد", [("رنا شوقي", "writer"), ("هاني فؤاد", "photographer")]),
    ],
)
def test_roles(raw: str, roles: list[tuple[str, str]]) -> None:
    assert [(credit.name, credit.role) for credit in read_byline(raw).credits] == roles


def test_photographer_is_no_author() -> None:
    assert read_byline("الدوحة - فهد النجار تصوير: كريم سالم").authors == ["فهد النجار"]


def test_agency_is_the_named_wire_before_the_plural() -> None:
    assert read_byline("المصدر: وكالات، رويترز").agency == "رويترز"
    assert read_byline("المصدر: وكالات").agency == "وكالات"
    assert read_byline("الجزيرة نت").agency is None


def test_outlet_is_an_organisation_whatever_it_is_called() -> None:
    outlet = Outlet("سمر الحكاية", country="EG", timezone="Africa/Cairo", aliases=("نبض القرى",))
    assert read_byline("سمر الحكاية", outlet=outlet).authors == []
    glued = read_byline("دينا صالح نبض القرى", outlet=outlet)
    assert (glued.authors, glued.organisations) == (["دينا صالح"], ["نبض القرى"])


def test_one_word_is_a_name_only_in_a_field_of_names() -> None:
    assert read_byline("فيروز").authors == []
    assert read_byline("فيروز", structured=True).authors == ["فيروز"]
    assert read_byline("بغداد", structured=True).authors == []


def test_a_long_text_is_no_credit() -> None:
    assert read_byline("كتب نادر علي " * MOST_CHARACTERS).credits == []


@given(st.text(alphabet="كتب محمد علي و،:-/|()«».ـ12\n\u200fأ د رويترز بغداد@\x00\ud800", max_size=200))
def test_never_raises_and_names_only_what_is_printed(raw: str) -> None:
    read = read_byline(raw)
    assert read.raw == raw
    assert all(author.strip() for author in read.authors)


@pytest.mark.parametrize("piece", ["أ.", "12/", "محمد ", "ـ", "a@", '"', "كتب ", "بغداد - ", "و "])
def test_hostile_repetition_is_quick(piece: str) -> None:
    raw = (piece * MOST_CHARACTERS)[:MOST_CHARACTERS]
    started = time.perf_counter()
    read_byline(raw)
    assert time.perf_counter() - started < 0.5


@pytest.mark.parametrize(
    ("raw", "credits"),
    [
        ("بقلم: المستشار القانوني نادر الحايك", [("نادر الحايك", "writer")]),
        ("بقلم: الكاتبة والمحللة السياسية رنا كنعان", [("رنا كنعان", "writer")]),
        (
            "تقرير: رنا كنعان - كاميرا: نادر الحايك",
            [("رنا كنعان", "reporter"), ("نادر الحايك", "photographer")],
        ),
        ("تقرير: رنا كنعان - هندسة البث: نادر الحايك", [("رنا كنعان", "reporter")]),
        (
            "(إعداد رنا كنعان للنشرة العربية - تحرير شمعة سراجي)",
            [("رنا كنعان", "translator"), ("شمعة سراجي", "editor")],
        ),
        ("نص: رنا كنعان", [("رنا كنعان", "writer")]),
        (
            "يورونيوز مع أ ف ب، رويترز",
            [("يورونيوز", "organisation"), ("أ ف ب", "agency"), ("رويترز", "agency")],
        ),
        ("الجسر اليوم", [("الجسر اليوم", "organisation")]),
        ("الأردن اليوم", [("الأردن اليوم", "organisation")]),
        ("الحرة - ترجمات", [("الحرة", "organisation")]),
        ("متابعة: رنا كنعان يقود فريقا", [("رنا كنعان", "reporter")]),
        ("على عبد العال", [("على عبد العال", "writer")]),
    ],
)
def test_roles_and_companions(raw: str, credits: list[tuple[str, str]]) -> None:
    assert [(credit.name, credit.role) for credit in read_byline(raw).credits] == credits


@pytest.mark.parametrize(
    "raw",
    [
        "معلومات المقال",
        "علوم وتكنولوجيا",
        "كلمات مفتاحية",
        "أسواق المال",
        "تغطية خاصة",
        "صباح العالم",
        "على فكرة",
        "الكاتب السابق",
        "مواقيت الصلاة",
        "اخترنا لكم",
        "القاهرة والرياض",
    ],
)
def test_labels_name_nobody(raw: str) -> None:
    assert read_byline(raw).authors == []


@pytest.mark.skipif(not SAMPLES.exists(), reason="the shared samples are not beside the project")
def test_shared_samples() -> None:
    samples = [json.loads(line) for line in SAMPLES.read_text("utf-8").splitlines()]
    wrong = [s["raw"] for s in samples if read_byline(s["raw"]).authors != s["persons"]]
    assert len(wrong) <= 0.02 * len(samples), wrong
    for sample in samples:
        assert not set(read_byline(sample["raw"]).authors) & {*sample["org"], *sample["place"]}
