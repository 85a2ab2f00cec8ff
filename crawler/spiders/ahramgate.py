"""Ahram Gate: the text of an EU cookie banner was found inside the body (a public scraper's note).

In public code: /News/{id}.aspx and the feeds, which conflict. On the sister site darelhilal.com the
section is glued to the date ("30-9-2021 | 21:51", seen). Unverified: a bare name as the credit.
"""

from crawler.discovery import Feed
from crawler.outlet import Outlet
from crawler.spider import NewsSpider


class AhramGateSpider(NewsSpider):
    name = "ahramgate"
    outlet = Outlet(
        "بوابة الأهرام", country="EG", timezone="Africa/Cairo", aliases=("الأهرام", "بوابة الاهرام", "Ahram")
    )
    allowed_domains = ["gate.ahram.org.eg"]
    sources = [Feed("https://gate.ahram.org.eg/rss.aspx")]
    article_url = r"/News/\d+\.aspx"
    daily_articles = range(100, 800)
