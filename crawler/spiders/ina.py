"""Iraqi News Agency (واع): DataLife Engine by its upload paths, as Baghdad Today.

Unverified: both feeds (in public code, and they conflict), the shape of article addresses (a newer
/ar/{section}/… and an older {id}--.html), "بغداد – واع – NAME" as the opening, the form of dates.
"""

from crawler.discovery import Feed
from crawler.outlet import Outlet
from crawler.spider import NewsSpider


class InaSpider(NewsSpider):
    name = "ina"
    outlet = Outlet("وكالة الأنباء العراقية", country="IQ", timezone="Asia/Baghdad", aliases=("واع", "INA"))
    allowed_domains = ["ina.iq"]
    sources = [
        Feed("https://www.ina.iq/rss.xml"),
        Feed("https://ina.iq/rss.ashx"),
    ]
    article_url = r"/ar/[^/]+/\d|/\d+-[^/]*\.html"
    daily_articles = range(60, 400)
