"""Shafaq News: section names in addresses hold tatweel (كوردسـتانيات), which belongs there.

Seen: articles at /ar/{section}/{slug}, "شفق نيوز - اربيل" or, in older ones, "شفق نيوز/ …" opening the
body, an ISO day as the date, and in 2018 a Hijri date printed as ISO in the pubdate tag. Unverified: both
feeds (in public code, and they conflict) and the listing of all news.
"""

from crawler.discovery import Feed
from crawler.outlet import Outlet
from crawler.spider import NewsSpider


class ShafaqSpider(NewsSpider):
    name = "shafaq"
    outlet = Outlet("شفق نيوز", country="IQ", timezone="Asia/Baghdad", aliases=("Shafaq News", "Shafaaq"))
    allowed_domains = ["shafaq.com"]
    sources = [
        Feed("https://shafaq.com/ar/rss"),
        Feed("https://shafaq.com/ar/rss.xml"),
    ]
    article_url = r"/ar/[^/?#]+/[^/?#]+"
    daily_articles = range(60, 400)
