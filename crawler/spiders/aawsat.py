"""Asharq Al-Awsat: "استمع إلى المقالة" and a bare "TT" (the font tool) stand inside the text.

Seen: /node/{id} (old), "لندن: «الشرق الأوسط»" and "لندن: NAME" in the print edition. In public code: the
feeds (six programs), /home/article/{id}/…; unverified: /{section}/{id}-{slug}, the zone (Europe/London or
Asia/Riyadh), the form of dates. Pages under /files/pdf/ are broken PDF text and are not wanted.
"""

from crawler.discovery import Feed
from crawler.outlet import Outlet
from crawler.spider import NewsSpider


class AawsatSpider(NewsSpider):
    name = "aawsat"
    outlet = Outlet(
        "الشرق الأوسط",
        country="GB",
        timezone="Europe/London",
        aliases=("صحيفة الشرق الأوسط", "Asharq Al-Awsat"),
    )
    allowed_domains = ["aawsat.com"]
    sources = [
        Feed("https://aawsat.com/feed"),
        Feed("https://aawsat.com/feed/arab-world"),
    ]
    article_url = r"/node/\d+|/home/article/\d+|aawsat\.com/(?!files/).+/\d+-"
    daily_articles = range(80, 500)
