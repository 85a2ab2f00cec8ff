"""Hespress: a WordPress site; times are +01:00, and +00:00 in Ramadan (the zone database knows).

A public list marked the first feed valid on 2026-03-25; the second stands in other people's code only.
Unverified: the shape of article addresses, JSON-LD, the printed form of dates, how many articles a day.
"""

from crawler.discovery import Feed, Section
from crawler.outlet import Outlet
from crawler.spider import NewsSpider


class HespressSpider(NewsSpider):
    name = "hespress"
    outlet = Outlet("هسبريس", country="MA", timezone="Africa/Casablanca", aliases=("Hespress",))
    allowed_domains = ["hespress.com"]
    sources = [
        Feed("http://www.hespress.com/feed/index.rss"),  # marked valid by an automated list
        Feed("https://www.hespress.com/feed"),  # listed in public code, not fetched
        Section("https://www.hespress.com/regions"),  # unverified
    ]
    article_url = r"-\d+\.html"
    daily_articles = range(40, 400)
