"""Lines that are no text of an article, known by their wording.

Compared in search form (`crawler.arabic.letters.fold`), because hamza, tanwin and punctuation vary from
outlet to
outlet: اقرأ أيضاً, إقرأ أيضا and أقرأ ايضًا are one. Phrases were collected on real pages (ARABIC.md
section 4).
Journalistic connectors (يذكر أن, وفي سياق متصل, من جانبه) are text and in no table.
"""

from __future__ import annotations

import re
from enum import Enum, auto

from crawler.arabic.letters import fold


class Verdict(Enum):
    """What becomes of a line."""

    KEEP = auto()
    CUT = auto()
    RELATED = auto()
    """Cut it, and the lines of nothing but links that follow."""
    END = auto()
    """Cut it and everything below."""
    TRUNCATED = auto()
    """Cut it; if no text follows, the page shows only the beginning of the article."""


def _folded(text: str) -> frozenset[str]:
    return frozenset(fold(line) for line in text.strip().splitlines() if line.strip())


def _openings(text: str) -> re.Pattern[str]:
    phrases = sorted(_folded(text), key=len, reverse=True)
    return re.compile(r"(?:" + "|".join(re.escape(phrase) for phrase in phrases) + r")(?: |$)")


_EXACT = _folded("""
تخطي إلى المحتوى
تخطي إلى القائمة الرئيسية
اذهب إلى المحتوى
الانتقال إلى المحتوى
حجم الخط
الخط
استمع إلى المقالة
استمع إلى المقال
استمع للخبر
استمع إلى الخبر
استمع إلى الملخص
استمع
مشاركة
مشاركة الخبر
شارك
شاركها
شاركنا
شارك الخبر
شارك الخبر على
شارك هذا الخبر
شارك هذه المقالة
شارك المقالة
شارك المقال
شارك عبر
شارك على
شارك الموضوع
انشر
مساحة إعلانية
مادة إعلانية
إعلان
إعلانات
إعلان ممول
محتوى إعلاني
Publicité
Advertisement
صورة أرشيفية
صورة ارشيفية
أرشيفية
ارشيف
صورة تعبيرية
صورة الخبر
لمشاهدة الصور اضغط هنا
ح.م
نشر
نشر في
نشرت في
تاريخ النشر
نشر بتاريخ
تم نشره في
آخر تحديث
تم التحديث
عدلت في
updated
الرئيسية
الرئيسة
Home
مباشر
أقسام مهمة
بحث
Search
Close this search box.
No Result
View All Result
Log in
تسجيل الدخول
البث المباشر
تم نسخ الرابط
تم النسخ
تم نسخ الرابط بنجاح
نسخ الرابط
انسخ الرابط
رابط مختصر
الرابط المختصر
طباعة
طباعة الخبر
اطبع
print
Facebook
Twitter
Email
Telegram
Whatsapp
Messenger
LinkedIn
Pinterest
واتساب
واتس اب
تويتر
فيسبوك
فيس بوك
تلغرام
تيليجرام
تيليغرام
إنستغرام
انستجرام
لينكد إن
بريد إلكتروني
البريد الإلكتروني
back to top
زر الذهاب إلى الأعلى
العودة إلى الأعلى
العودة إلى التوثيق
الخبر السابق
الخبر التالي
المقال السابق
المقال التالي
المقالة السابقة
المقالة التالية
الموضوع السابق
الموضوع التالي
السابق
التالي
يتبع
عودة
إلغاء الاشتراك
اشترك
اشترك الآن
اشتراك
متابعة
تابعنا
تابعونا
شاهد الفيديو
شاهد الصور
شاهد بالفيديو
انضم إلى قناتنا
انضم إلينا
المصدر
المصادر
مصدر
الكلمات المفتاحية
كلمات مفتاحية
كلمات دلالية
الكلمات الدلالية
الوسوم
وسوم
التصنيفات
تصنيفات
تاغات
tags
إضغط هنا للإشتراك
أين يمكنك متابعتنا
هذا المحتوى مقدم من بي بي سي عربي
مقال مؤرشف
موافق
قبول
أوافق
رفض
إغلاق
حسنا
قبول الكل
قراؤنا من مستخدمي إنستجرام
قراؤنا من مستخدمي تويتر
تابع أحدث الأخبار عبر تطبيق google news
اشترك لتصلك أهم الأخبار
TT
A A A
""")
"""The whole line equals it."""

_RELATED = _openings("""
اقرأ أيضا
اقرأ ايضا
اقرأي أيضا
اقرؤوا أيضا
اقرأوا أيضا
واقرأ أيضا
اقرأ كذلك
اقرأ المزيد من
اقرأ أكثر
اقرأ عن
شاهد أيضا
شاهدي أيضا
شاهدوا أيضا
طالع أيضا
طالع أيضاً
تابع أيضا
تصفح أيضا
انظر أيضا
إقرأ في
قد يعجبك أيضا
قد يهمك أيضا
ذات صلة
مقالات ذات صلة
مواضيع ذات صلة
موضوعات ذات صلة
أخبار ذات صلة
خبر ذو صلة
مواد ذات صلة
موضوع ذو صلة
قصص ذات صلة
أخبار متعلقة
مواضيع متعلقة
موضوعات متعلقة
مقالات متعلقة
مواضيع مشابهة
أخبار مشابهة
موضوعات مشابهة
""")
"""The line starts with it. A link, or a headline after a colon, may follow on the same line."""

_RELATED_LABELS = _openings("""
قد يهمك
ربما يهمك
اخترنا لك
اخترنا لكم
موصى به
يوصى بقراءته
نرشح لك
نرشح لكم
لا يفوتك
لا تفوت
اقرأ
إقرئي
طالع
طالعوا
شاهد
بالفيديو
بالصور
مقالات
مواضيع
موضوعات
""")
"""Opens many a true sentence too: a label only where a colon or bar follows at once, or the rest is a
link."""
_LABEL_END = re.compile(r"^\W*[^:|؛»\n]{1,30}[:|»]")

_END = _folded("""
الأكثر قراءة
الأكثر قراءةً
الاكثر مشاهدة
الأكثر تداولا
الأكثر تفاعلا
الأكثر تعليقا
الأكثر مشاركة
المقالات الأكثر قراءة
آخر الأخبار
أخر الأخبار
احدث الاخبار
أخر المواضيع
الاخبار العاجلة
أحدث الموضوعات
أحدث المقالات
أحدث المقالات والأخبار
النشرة البريدية
النشرة الإخبارية
جميع الأخبار
المزيد من الأخبار
أخبار أخرى
مقالات أخرى
موضوعات أخرى
مواضيع أخرى
المزيد من المقالات
المزيد من المواضيع
تغطية مباشرة آخر الأخبار
التعليقات
تعليقات
التعليقات (0)
تعليقات القراء
تعليقات الزوار
أرسل تعليقك
أضف تعليق
أضف تعليقا
اضف تعليقك
إضافة تعليق
إضافة تعليق جديد
اكتب تعليقك
اكتب تعليقا
إرسال التعليق
إرسال تعليق
ليست هناك تعليقات
لا يوجد تعليقات بعد
لا توجد تعليقات
لا تعليقات
اترك تعليقا
اترك تعليق
اترك ردا
اترك رد
اترك تعليقك
اترك ردًا إلغاء الرد
اترك تعليقا إلغاء الرد
شروط التعليق
سياسة التعليق
سياسة التعليقات
التعليقات مغلقة لهذا المقال
التعليقات مغلقة
Leave a Reply
Comments
لن يتم نشر عنوان بريدك الإلكتروني. الحقول الإلزامية مشار إليها بـ *
عن الكاتب
عن المؤلف
نبذة عن الكاتب
""")
"""A block head or a comment form: from here on nothing is the article's. Only where text stands above it."""

_END_OPENINGS = _openings("""
لن يتم نشر عنوان بريدك الإلكتروني
هذا الموقع يستخدم Akismet
جميع الحقوق محفوظة
جميع حقوق النشر محفوظة
كافة الحقوق محفوظة
كل الحقوق محفوظة
الآراء والأفكار المنشورة لا تعبر
الآراء الواردة أدناه لا تعبر
التعليقات المنشورة لا تعبر
التعليقات لا تعبر عن
المقالات المنشورة لا تعبر
عدم الإساءة للكاتب أو للأشخاص
يرجى عدم الإساءة
لا توجد تعليقات على
شكرا لكم سوف يتم مراجعة تعليقك
""")

_CUT_OPENINGS = _openings("""
صدر الصورة
التعليق على الصورة
صورة من
مصدر الصورة
Image copyright
Image caption
المصدر صورة
تصوير
عدسة
تم نشره في
تاريخ النشر
نشر بتاريخ
نشر في
نشرت في
آخر تحديث
تم التحديث
عدد المشاهدات
عدد الزيارات
عدد القراءات
زيارات
مشاهدات
المشاهدات
القراءات
المتواجدون حاليا
كلمات مفتاحية
الكلمات المفتاحية
كلمات دلالية
الكلمات الدلالية
الوسوم
وسوم
التصنيفات
تصنيف
القسم
الرابط المختصر
رابط مختصر
مصدر الخبر
تحميل المزيد
""")
"""Labels: the line starts with it and is short, so that the label's value goes with it."""

_FOLLOW_OPENINGS = _openings("""
تابعوا
تابعونا
تابعنا
تابع
تابعي
تابعوا آخر
تابعوا أخبار
لمتابعة
ولمتابعة
للمزيد
للاشتراك
للإشتراك
اشترك
اشتركوا
اشتركي
انضم
انضموا
انضمي
حمل
حملوا
حمّل تطبيق
يمكنكم الآن متابعة
يمكنكم متابعة
يمكنك متابعة
قراؤنا من مستخدمي
إضغط هنا
اضغط هنا
شاهد
شاهدوا
للتواصل مع
""")
_CHANNEL = re.compile(
    r"(?:google|غوغل|جوجل|قوقل|telegram|تلغرام|تلجرام|تيليجرام|تيليغرام|تليجرام|تليغرام|whatsapp|"
    r"واتساب|واتس|facebook|"
    r"فيسبوك|فيس بوك|twitter|تويتر|instagram|انستغرام|انستجرام|إنستغرام|يوتيوب|youtube|tiktok|"
    r"تيك توك|نبض|تطبيق|تطبيقنا|"
    r"قناتنا|قنواتنا|صفحتنا|حسابنا|حساباتنا|نشرتنا|النشره البريديه|موقعنا|رابط القناه|اضغط هنا|"
    r"لحظه بلحظه|ساوند كلاود|"
    r"بودكاست|البودكاست|اشعارات|الاشعارات|rss|منصه x|منصه اكس)"
)
"""What a line of self-promotion names; `شاهد` or `تابع` alone opens many a true sentence."""

_TRUNCATING = _folded("""
اقرأ المزيد
إقرأ المزيد
قراءة المزيد
أكمل القراءة
إكمال القراءة
متابعة القراءة
تابع القراءة
واصل القراءة
للقراءة
المزيد
المزيد من التفاصيل
التفاصيل
تتمة
تتمة المقال
تتمة الخبر
بقية الخبر
Read more
Continue reading
للاطلاع على التقرير الكامل اضغط هنا
لقراءة الخبر كاملا
لقراءة المقال كاملا
للمزيد
""")
_PAYWALL = _openings("""
هذا المقال مخصص للمشتركين
هذا المحتوى مخصص للمشتركين
هذا المحتوى للمشتركين
هذه المادة للمشتركين
المقال متاح للمشتركين
هذا المحتوى حصري للمشتركين
انضموا إلينا للوصول إلى هذا المقال
اشترك لقراءة
اشترك لمتابعة القراءة
للاستمرار في القراءة
لمواصلة القراءة
لإكمال القراءة
سجل الدخول لقراءة
سجل لقراءة
لديك حساب تسجيل الدخول
لقراءة المقال بالكامل
لقراءة الخبر بالكامل
لمتابعة الخبر اضغط على موقع
""")

_PATTERNS = re.compile(
    r"""(?:
      \d+\s(?:دقيقه|دقاءق|دقيقتان|ثانيه|min)(?:\s(?:ل?لقراءه|قراءه|القراءه|read))? |
      (?:وقت|مده|زمن)\sالقراءه\b.{0,30} | دقيقه(?:\sقراءه)? |
      \d+\s(?:مشاهده|مشاهدات|قراءه|زياره|زيارات|تعليق|تعليقات|views?|comments?) |
      (?:عدد\s)?(?:المشاهدات|مشاهدات|الزيارات|زيارات|القراءات|قراءات|التعليقات|تعليقات)\s\d+ |
      (?:a\s?){1,4} | (?:حجم\s)?الخط(?:\sa){0,3} |
      (?:facebook|twitter|whatsapp|telegram|email|print|linkedin|pinterest|messenger|x|فيسبوك|فيس\sبوك|تويتر|واتساب|
        واتس\sاب|تلغرام|تيليجرام|تيليغرام|لينكدين|لينكد\sان|انستغرام|انستجرام|بريد|طباعه|نسخ|الرابط|نسخ\sالرابط|شارك|
        شاركها|شاركه|مشاركه|pin|interest|whats|app|ايميل|\s)+ |
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
_SHORT = 12
"""Words up to which a line opened by a label is the label's value and not a sentence."""


def judge(line: str, link_share: float = 0.0) -> Verdict:
    """What becomes of a line of the body, by its wording and by how much of it is link.

    `line` is in storage form, `link_share` between 0 and 1.
    """
    if _COPYRIGHT.search(line):
        return Verdict.END
    if _PHOTO_CREDIT.search(line) and len(line) < 120:
        return Verdict.CUT
    text = fold(line)
    if not text:
        return Verdict.CUT
    if text in _EXACT:
        return Verdict.CUT
    if text in _TRUNCATING:
        return Verdict.TRUNCATED
    if _PAYWALL.match(text):
        return Verdict.TRUNCATED
    if _RELATED.match(text):
        return Verdict.RELATED if len(text.split()) <= 40 else Verdict.KEEP
    if _RELATED_LABELS.match(text) and link_share > 0.3 and (link_share > 0.8 or _LABEL_END.match(line)):
        return Verdict.RELATED
    if text in _END or _END_OPENINGS.match(text):
        return Verdict.END
    words = text.count(" ") + 1
    if words <= _SHORT and _CUT_OPENINGS.match(text):
        return Verdict.CUT
    if words <= 30 and _FOLLOW_OPENINGS.match(text) and _CHANNEL.search(text):
        return Verdict.CUT
    if _PATTERNS.fullmatch(text):
        return Verdict.CUT
    return Verdict.END if _POLICY.match(text) else Verdict.KEEP
