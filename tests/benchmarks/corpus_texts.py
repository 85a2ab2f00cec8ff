"""Invented news for the corpus benchmark: articles, copies of them, and what only looks like a copy."""

from __future__ import annotations

import random
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

_LETTERS = "ابتثجحخدذرزسشصضطظعغفقكلمنهوي"
VOCABULARY = 40_000
COMPANY = 60
FOLLOWING = 0.8  # the share of words that follow the one before them by habit


class Writer:
    """Writes texts of words that are as unevenly common as words are (Zipf); the same seed, the same texts.

    Words keep company, too: each has some that follow it more often than chance has it, so that a phrase of two
    common words stands in more articles than two words that were thrown together.
    """

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        made = random.Random(1)
        words = {"".join(made.choices(_LETTERS, k=made.randint(3, 8))): None for _ in range(VOCABULARY)}
        self.words = list(words)
        self._weights = list(accumulate(1 / (rank + 3) for rank in range(len(self.words))))
        self._company: dict[str, list[str]] = {}

    def some(self, count: int) -> list[str]:
        """So many words, common ones often."""
        draw = self.chance.random
        words = self.chance.choices(self.words, cum_weights=self._weights, k=count)
        for place in range(1, count):
            if draw() < FOLLOWING:
                company = self._company.get(words[place - 1]) or self._meet(words[place - 1])
                words[place] = company[int(draw() * len(company))]
        return words

    def _meet(self, word: str) -> list[str]:
        """The company of a word: a few that follow it often, some now and then."""
        chance = random.Random(word)
        company = chance.choices(self.words, cum_weights=self._weights, k=COMPANY)
        often = list(accumulate(1 / (rank + 1) for rank in range(COMPANY)))
        self._company[word] = chance.choices(company, cum_weights=often, k=2 * COMPANY)
        return self._company[word]

    def one(self) -> str:
        return self.words[bisect(self._weights, self.chance.random() * self._weights[-1])]

    def body(self, least: int = 120, most: int = 380) -> list[list[str]]:
        """Paragraphs of 25 to 60 words, as news prints them."""
        words = self.some(self.chance.randint(least, most))
        paragraphs = []
        while words:
            size = self.chance.randint(25, 60)
            paragraphs.append(words[:size])
            words = words[size:]
        return paragraphs


def text(paragraphs: list[list[str]]) -> str:
    return "\n\n".join(" ".join(paragraph) for paragraph in paragraphs)


@dataclass(frozen=True, slots=True)
class Planted:
    """A text; `copy_of` is the number of the text it copies, with the share of words that were changed."""

    kind: str
    body: str
    copy_of: int | None = None
    changed: float = 0.0


def plant(writer: Writer, originals: int) -> list[Planted]:
    """Originals, a copy of each with 0 to 30 % of the words changed, and as many that are no copies."""
    planted: list[Planted] = []
    chance = writer.chance
    for number in range(originals):
        body = writer.body()
        place = len(planted)
        planted.append(Planted("original", text(body)))
        planted.append(_copy(writer, body, place, rate=(number % 7) * 0.05))
        planted.append(Planted("same event", _retell(writer, body)))
        if number % 3 == 0:
            opening, closing = _FORMULAS[number % len(_FORMULAS)]
            anew = writer.body(60, 200)
            planted.append(Planted("same formula", f"{opening} {text(anew)}\n\n{closing}"))
        if number % 4 == 0:
            planted += [Planted(kind, body) for kind, body in _tables(chance, number)]
    return planted


def _copy(writer: Writer, body: list[list[str]], original: int, rate: float) -> Planted:
    """Edits words at a rate; spells otherwise; cuts, moves or joins paragraphs; prints another byline."""
    chance = writer.chance
    total = sum(map(len, body))
    changed = 0
    paragraphs = []
    for paragraph in body:
        words = []
        for word in paragraph:
            if chance.random() >= rate:
                words.append(word)
                continue
            changed += 1
            deed = chance.random()
            if deed < 0.6:
                words.append(writer.one())
            elif deed < 0.8:
                words += [word, writer.one()]
        paragraphs.append(words)
    deed = chance.random()
    if deed < 0.15 and len(paragraphs) >= 5:
        changed += len(paragraphs.pop(chance.randrange(1, len(paragraphs))))
    elif deed < 0.3:
        paragraphs.insert(0, paragraphs.pop())
    elif deed < 0.45 and len(paragraphs) >= 2:
        paragraphs[0] += paragraphs.pop(1)
    if chance.random() < 0.5:
        paragraphs = [[_respell(chance, word) for word in words] for words in paragraphs]
    if chance.random() < 0.5:
        paragraphs.insert(0, ["بغداد", "-", "كتب", *writer.some(2)])
    return Planted("copy", text([words for words in paragraphs if words]), original, changed / total)


def _respell(chance: random.Random, word: str) -> str:
    """The same word as another keyboard writes it: hamza, ya, vowels, tatweel."""
    deed = chance.random()
    if deed < 0.3:
        return word.replace("ا", "أ", 1)
    if deed < 0.5:
        return word[:-1] + "ى" if word.endswith("ي") else word
    if deed < 0.7:
        return word[0] + "\u064e" + word[1:]
    return word[0] + "\u0640\u0640" + word[1:] if deed < 0.8 and len(word) > 1 else word


def _retell(writer: Writer, body: list[list[str]]) -> str:
    """The same event in other words: its names and terms recur, one sentence of 15 words is quoted."""
    chance = writer.chance
    terms = list({word for paragraph in body for word in paragraph if len(word) > 4})
    paragraphs = [
        [chance.choice(terms) if chance.random() < 0.4 else writer.one() for _ in paragraph]
        for paragraph in writer.body(sum(map(len, body)) // 2, sum(map(len, body)))
    ]
    quoted = body[0][:15]
    paragraphs[0][5:5] = quoted
    return text(paragraphs)


_FORMULAS = [
    (
        "بسم الله الرحمن الرحيم عقد مجلس الوزراء جلسته الاعتيادية برئاسة رئيس المجلس وبحضور الاعضاء كافة وناقش "
        "الموضوعات المدرجة على جدول الاعمال واصدر القرارات اللازمة بشأنها",
        "هذا وسيعقد المجلس جلسته المقبلة في موعدها المحدد وعلى الجهات المعنية تنفيذ ما جاء في القرارات اعلاه",
    ),
    (
        "افاد مراسلنا في المدينة نقلا عن مصدر امني فضل عدم الكشف عن اسمه بأن القوات الامنية باشرت صباح اليوم",
        "يذكر أن المدينة شهدت خلال الاسابيع الماضية حوادث مشابهة وفتحت السلطات تحقيقا في ملابساتها",
    ),
]
_CITIES = ["بغداد", "البصرة", "القاهرة", "دمشق", "الرياض", "عمان", "بيروت", "تونس", "الجزائر", "الرباط"]
_TEAMS = ["النسور", "الصقور", "الامواج", "القلعة", "النخيل", "الميناء", "الشعلة", "الهلال", "الوادي", "السهم"]
_GOODS = ["الدولار", "اليورو", "الذهب", "الفضة", "النفط", "القمح", "السكر", "الارز", "الطماطم", "البطاطا"]


def _tables(chance: random.Random, number: int) -> Iterator[tuple[str, str]]:
    city = _CITIES[number // 4 % len(_CITIES)]
    first = [4 * 60 + 40, 6 * 60 + 5, 11 * 60 + 45, 14 * 60 + 50, 17 * 60 + 20, 18 * 60 + 40]
    times = [minute + chance.randint(-25, 25) for minute in first]
    names = ["الفجر", "الشروق", "الظهر", "العصر", "المغرب", "العشاء"]
    lines = " ".join(
        f"ويحين موعد صلاة {name} في الساعة {at // 60}:{at % 60:02}"
        for name, at in zip(names, times, strict=True)
    )
    yield (
        "prayer times",
        f"مواقيت الصلاة في مدينة {city} حسب التوقيت المحلي لليوم. {lines} ونسأل الله القبول من الجميع في كل وقت.",
    )
    prices = " ".join(f"وبلغ سعر {good} {chance.randint(100, 9999)} دينارا" for good in _GOODS)
    yield (
        "prices",
        f"اسعار السوق في {city} صباح اليوم كما اعلنتها الغرفة التجارية. {prices} وتتغير الاسعار بين محل وآخر.",
    )
    teams = _TEAMS[:]
    chance.shuffle(teams)
    rows = " ".join(
        f"{place} {team} لعب {chance.randint(9, 20)} نقاط {chance.randint(5, 50)}"
        for place, team in enumerate(teams, 1)
    )
    yield ("league table", f"ترتيب فرق الدوري الممتاز بعد انتهاء مباريات الجولة الحالية مساء اليوم. {rows}")
