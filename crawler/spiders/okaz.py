"""Okaz: a writer here is called كاتب الشمري; the word is a name, no label.

Seen: /ampArticle/{id}, a bare name printed twice. The first feed is marked "needs check" (2026-03-14),
the second stands in public code. Unverified: /{section}/{sub}/{id}, "NAME (city)" with a handle, the form
of dates.
"""

from crawler.discovery import Feed
from crawler.outlet import Outlet
from crawler.spider import NewsSpider


class OkazSpider(NewsSpider):
    name = "okaz"
    outlet = Outlet("عكاظ", country="SA", timezone="Asia/Riyadh", aliases=("صحيفة عكاظ", "Okaz"))
    allowed_domains = ["okaz.com.sa"]
    sources = [
        Feed("https://www.okaz.com.sa/rss/news"),  # "needs check" on 2026-03-14
        Feed("https://www.okaz.com.sa/rss"),  # listed in public code
    ]
    article_url = r"/ampArticle/\d+|okaz\.com\.sa/.+/\d+$"
    daily_articles = range(60, 400)
