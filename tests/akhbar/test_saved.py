# ruff: noqa: E501  (pages are kept on their lines)
"""A folder of one outlet's pages is read with what recurs on them; one page alone is not."""

from __future__ import annotations

from pathlib import Path

from akhbar.saved import SavedPage, expand, read_pages
from crawler.items import Article

PLEA = "ادعموا صحافتنا المستقلة ببلاغ أو بكتاب أو بكلمة طيبة"
NAMES = ["الميناء", "المكتبة", "الحديقة", "المدرسة", "المتحف", "الملعب"]


def page_of(name: str, host: str = "saha.example") -> str:
    return f"""<!DOCTYPE html><html lang="ar"><head><meta charset="utf-8"><title>{name} تفتح أبوابها للزوار يوم الجمعة</title>
<link rel="canonical" href="https://{host}/{NAMES.index(name) + 100}"></head><body><main><h1>{name} تفتح أبوابها للزوار يوم الجمعة</h1>
<div class="text"><p>أعلنت البلدية أن {name} تستقبل الزوار من صباح الجمعة حتى منتصف الليل بعد صيانة قصيرة.</p><p>{PLEA}</p>
<p>وقالت مديرة {name} إن الدخول مجاني في الأسبوع الأول، وإن المرشدين يعملون بلغتين اثنتين.</p></div></main></body></html>"""


def read_folder(folder: Path) -> list[tuple[SavedPage, Article]]:
    found = list(read_pages([SavedPage(source) for source in expand([str(folder)])]))
    assert all(isinstance(answer, Article) for _, answer in found)
    return [(page, answer) for page, answer in found if isinstance(answer, Article)]


def test_what_recurs_on_a_hosts_pages_is_left_out_and_the_order_stays(tmp_path: Path) -> None:
    for name in NAMES:
        (tmp_path / f"{NAMES.index(name)}.html").write_text(page_of(name), encoding="utf-8")
    found = read_folder(tmp_path)
    assert [Path(page.source).stem for page, _ in found] == [str(n) for n in range(len(NAMES))]
    for name, (_, article) in zip(NAMES, found, strict=True):
        assert PLEA not in article.body
        assert article.headline.startswith(name)
        assert article.body.count("\n\n") == 1


def test_pages_of_different_hosts_teach_each_other_nothing(tmp_path: Path) -> None:
    for name in NAMES:
        page = page_of(name, host=f"{NAMES.index(name)}.example")
        (tmp_path / f"{NAMES.index(name)}.html").write_text(page, encoding="utf-8")
    assert all(PLEA in article.body for _, article in read_folder(tmp_path))


def test_one_page_alone_keeps_its_line(tmp_path: Path) -> None:
    (tmp_path / "0.html").write_text(page_of(NAMES[0]), encoding="utf-8")
    ((_, article),) = read_folder(tmp_path)
    assert PLEA in article.body
