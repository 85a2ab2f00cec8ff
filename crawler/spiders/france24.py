"""France 24 Arabic: the feed worked on 2025-10-27 by a third party's log.

Unverified: the sitemap (in public code), articles at /ar/{section}/YYYYMMDD-{slug}, "فرانس24/ أ ف ب" as
the credit, "نشرت في: … آخر تحديث: …" as the form of dates.
"""

from crawler.discovery import Feed, Sitemap
from crawler.outlet import Outlet
from crawler.spider import NewsSpider


class France24Spider(NewsSpider):
    name = "france24"
    outlet = Outlet("فرانس 24", country="FR", timezone="Europe/Paris", aliases=("فرانس24", "France 24"))
    allowed_domains = ["france24.com"]
    sources = [
        Feed("https://www.france24.com/ar/rss"),  # worked on 2025-10-27, third party
        Sitemap("https://www.france24.com/ar/sitemap.xml"),  # listed in public code
    ]
    article_url = r"/ar/.+/\d{8}-"
    daily_articles = range(30, 250)
