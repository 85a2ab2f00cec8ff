"""Echorouk Online: WordPress, likely; the date in the page's head is the day of the visit (seen).

Seen: the photo credit "ح.م" after the headline, the lead printed twice, columnists on the tv. host. The
feed is in more than eight public programs, not fetched here. Unverified: /{slug} as the address, JSON-LD.
"""

from crawler.discovery import Feed
from crawler.outlet import Outlet
from crawler.spider import NewsSpider


class EchoroukSpider(NewsSpider):
    name = "echorouk"
    outlet = Outlet(
        "الشروق",
        country="DZ",
        timezone="Africa/Algiers",
        aliases=("الشروق أونلاين", "الشروق اليومي", "Echorouk"),
    )
    allowed_domains = ["echoroukonline.com"]
    sources = [Feed("https://www.echoroukonline.com/feed/")]
    article_url = r"echoroukonline\.com/(?!feed|category|tag|author|page)[^/?#]+/?$"
    daily_articles = range(60, 400)
