"""Al-Mada: WordPress, likely; leads open with "بغداد/ NAME" (seen through an aggregator).

The feed's texts end in "The post … appeared first on …" (seen). In public code: articles at /{id}/ and at
/Y/M/D/…; neither the feed nor the form of dates has been looked at.
"""

from crawler.discovery import Feed
from crawler.outlet import Outlet
from crawler.spider import NewsSpider


class AlmadaSpider(NewsSpider):
    name = "almada"
    outlet = Outlet("المدى", country="IQ", timezone="Asia/Baghdad", aliases=("جريدة المدى", "صحيفة المدى"))
    allowed_domains = ["almadapaper.net"]
    sources = [Feed("https://almadapaper.net/feed")]
    article_url = r"\.net/\d+/?$|/\d{4}/\d{1,2}/\d{1,2}/"
    daily_articles = range(20, 200)
