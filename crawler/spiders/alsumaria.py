"""Alsumaria News: names in the text are links; who drops links leaves holes and orphan commas.

Seen: articles at /news/{section}/{id}/{slug}; no credit printed. Unverified: the feeds (three in public
code, and they conflict), the form of dates.
"""

from crawler.discovery import Feed
from crawler.outlet import Outlet
from crawler.spider import NewsSpider


class AlsumariaSpider(NewsSpider):
    name = "alsumaria"
    outlet = Outlet("السومرية نيوز", country="IQ", timezone="Asia/Baghdad", aliases=("السومرية", "Alsumaria"))
    allowed_domains = ["alsumaria.tv"]
    sources = [
        Feed("https://www.alsumaria.tv/rss"),
        Feed("https://www.alsumaria.tv/rss-feed"),
        Feed("https://www.alsumaria.tv/rss/latest-news"),
    ]
    article_url = r"/news/[^/]+/\d+"
    daily_articles = range(60, 400)
