"""Rudaw Arabic: one article may be reached under an old and a new address.

In public code: /arabic/categories/{cat}/{id} (2026) and /arabic/{section}/{DDMMYYYY}{n} (the day is in
the number). Unverified: both feeds (the second on the older host), "رووداو ديجيتال" as the credit, the
form of dates.
"""

from crawler.discovery import Feed
from crawler.outlet import Outlet
from crawler.spider import NewsSpider


class RudawArabiaSpider(NewsSpider):
    name = "rudawarabia"
    outlet = Outlet(
        "رووداو", country="IQ", timezone="Asia/Baghdad", aliases=("رووداو ديجيتال", "رووداو عربية", "Rudaw")
    )
    allowed_domains = ["rudawarabia.net", "rudaw.net"]
    sources = [
        Feed("https://www.rudawarabia.net/rss"),
        Feed("https://www.rudaw.net/arabic/rss"),
    ]
    article_url = r"/arabic/(categories/\d+|[^/]+(/[^/]+)?)/\d+"
    daily_articles = range(40, 300)
