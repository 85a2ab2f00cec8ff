"""Lines that are no text of an article, known by their wording (`phrases`) or their pattern.

Compared in search form (`crawler.arabic.letters.fold`), because hamza, tanwin and punctuation vary from outlet to
outlet: اقرأ أيضاً, إقرأ أيضا and أقرأ ايضًا are one.
"""

from __future__ import annotations

import re
from enum import Enum, auto

from crawler.arabic.letters import fold
from crawler.extraction import phrases


class Verdict(Enum):
    """What becomes of a line."""

    KEEP = auto()
    CUT = auto()
    RELATED = auto()
    """Cut it, and the lines of nothing but links that follow."""
    BOX = auto()
    """Cut it and the rest of the box that it opens."""
    END = auto()
    """Cut it and everything below."""
    TRUNCATED = auto()
    """Cut it; if no text follows, the page shows only the beginning of the article."""


_PATTERNS = re.compile(
    r"""(?:
      \d+\s(?:دقيقه|دقاءق|دقيقتان|ثانيه|min)(?:\s(?:ل?لقراءه|قراءه|القراءه|read))? |
      (?:وقت|مده|زمن)\sالقراءه\b.{0,30} | دقيقه(?:\sقراءه)? |
      (?:التعليقات|تعليقات|تعليق)\s\d+ | list\s\d+\sof\s\d+.{0,200} | end\sof\slist |
      \d+\s(?:مشاهده|مشاهدات|قراءه|زياره|زيارات|تعليق|تعليقات|views?|comments?) |
      (?:عدد\s)?(?:المشاهدات|مشاهدات|الزيارات|زيارات|القراءات|قراءات|التعليقات|تعليقات)\s\d+ |
      (?:a\s?){1,4} | (?:حجم\s)?الخط(?:\sa){0,3} |
      (?:facebook|twitter|whatsapp|telegram|email|print|linkedin|pinterest|messenger|x|فيسبوك|فيس\sبوك|تويتر|واتساب|
        واتس\sاب|تلغرام|تيليجرام|تيليغرام|لينكدين|لينكد\sان|انستغرام|انستجرام|بريد|طباعه|نسخ|الرابط|نسخ\sالرابط|شارك|
        شاركها|شاركه|مشاركه|شارك\sال\w+(?:\sعلي|\sعبر)?|pin|interest|whats|app|ايميل|\s)+ |
      the\spost\s.{1,300}\s?appeared\sfirst\son\s.{1,100} |
      هذا\sالمحتوي\sمن\s.{1,80}اضغط\sهنا.{0,80} |
      (?:هذا\sالموقع|نحن|نستخدم|يستخدم\s\S{1,20}).{0,60}ملفات\sتعريف\sالارتباط.{0,300} |
      .{0,40}\bcookies?\b.{0,200}
    )""",
    re.X,
)
_PHOTO_CREDIT = re.compile(r"^\W*(?:©|\(c\) )", re.I)
_COPYRIGHT = re.compile(
    r"^\W*©\s?(?:copyright\s)?(?:19|20)\d\d|(?:حقوق|rights).{0,60}©|©.{0,60}(?:حقوق|rights)|"
    r"all rights reserved",
    re.I,
)
_POLICY = re.compile(
    r"(?:نرحب|ترحب|يرحب|نرجو|يرجي|يمنع|لا يسمح|يحتفظ|تحتفظ).{0,120}(?:التعليقات|تعليقات|تعليقاتكم|"
    r"التعليق|تعليقك|المشاركات)"
)

_CONSENT = re.compile(
    r"هذا (?:المقال|المحتوي) يحتوي علي محتوي من .{2,300}|.{0,40}لا يمكن عرض هذا المحتوي.{0,80}"
)
_INITIALS = re.compile(
    r"\(?(?:[\u0621-\u064a]\s?[./]\s?){1,4}[\u0621-\u064a]?(?:\s?[-–/،,]\s?(?:[\u0621-\u064a]\s?[./]?\s?){1,4})*\)?\.?"
)
"""Initials of writer and editor that stand alone (DW: ح.ز/ ع.ج); they name nobody."""

_COMMENTS = re.compile(r"(?:التعليقات|تعليقات|تعليقات القراء|تعليقات الزوار|\d+ تعليقات|\d+ تعليق)(?: \d+)?")
"""The head of the comments with their number."""

_SKIP_LINK = re.compile(r"(?:تخطي|تخط|تجاوز) .{2,60} (?:وواصل|واصل|والانتقال|وتابع|ومتابعه)(?: ال?\w+){0,3}")
_SKIPPED = re.compile(r"(?:.{2,60} نهايه|نهايه .{2,60})")


def starts_skipping(folded: str) -> bool:
    """Whether a line (search form) is a link past a box in the text, as BBC prints above its podcasts and embeds."""
    return folded.startswith(("تخط", "تجاوز")) and _SKIP_LINK.fullmatch(folded) is not None


def ends_skipping(folded: str) -> bool:
    """Whether a line (search form) marks the end of such a box: البودكاست نهاية, نهاية X مشاركة."""
    return "نهايه" in folded and folded.count(" ") <= 6 and _SKIPPED.fullmatch(folded) is not None


_SHORT = 12
"""Words up to which a line opened by a label is the label's value and not a sentence."""


def judge(line: str, link_share: float = 0.0, folded: str | None = None) -> Verdict:
    """What becomes of a line of the body, by its wording and by how much of it is link.

    `line` is in storage form, `folded` its search form where that is known, `link_share` between 0 and 1.
    """
    if _COPYRIGHT.search(line):
        return Verdict.END
    if _PHOTO_CREDIT.search(line) and len(line) < 120:
        return Verdict.CUT
    text = fold(line) if folded is None else folded
    if not text:
        return Verdict.CUT
    if text in phrases.EXACT:
        return Verdict.CUT
    if text in phrases.TRUNCATING:
        return Verdict.TRUNCATED
    if phrases.PAYWALL.match(text):
        return Verdict.TRUNCATED
    if phrases.RELATED.match(text):
        return Verdict.RELATED if len(text.split()) <= 40 else Verdict.KEEP
    if (
        phrases.RELATED_LABELS.match(text)
        and link_share > 0.3
        and (link_share > 0.8 or phrases.LABEL_END.match(line))
    ):
        return Verdict.RELATED
    if text in phrases.BOX_HEADS:
        return Verdict.BOX
    if _COMMENTS.fullmatch(text) or text in phrases.END or phrases.END_OPENINGS.match(text):
        return Verdict.END
    words = text.count(" ") + 1
    if words <= _SHORT and phrases.CUT_OPENINGS.match(text):
        return Verdict.CUT
    if words <= 30 and phrases.FOLLOW_OPENINGS.match(text) and phrases.CHANNEL.search(text):
        return Verdict.CUT
    if _PATTERNS.fullmatch(text) or _CONSENT.match(text) or _INITIALS.fullmatch(line):
        return Verdict.CUT
    return Verdict.END if _POLICY.match(text) else Verdict.KEEP
