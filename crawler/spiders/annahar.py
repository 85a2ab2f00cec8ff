"""An-Nahar: articles at /{section}/{id}/{slug} (in public code).

Unverified: both feeds (the first marked "tested" in public code; they conflict), the credit, the form of
dates.
"""

from crawler.discovery import Feed
from crawler.outlet import Outlet
from crawler.spider import NewsSpider


class AnnaharSpider(NewsSpider):
    name = "annahar"
    outlet = Outlet(
        "النهار", country="LB", timezone="Asia/Beirut", aliases=("صحيفة النهار", "النهار العربي", "Annahar")
    )
    allowed_domains = ["annahar.com"]
    sources = [
        Feed("https://www.annahar.com/rss"),
        Feed("https://www.annahar.com/arabic/rss-feed"),
    ]
    article_url = r"annahar\.com/.+/\d+/"
    daily_articles = range(60, 400)
