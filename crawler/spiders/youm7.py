"""Youm7: the page's header prints a running clock in the very format of the article's date.

Seen: articles at /story/YYYY/M/D/{slug or -}/{id}; on its group's site parlmany.com also "كتب NAME" and dates
like "الإثنين، 19 مايو 2025 01:11 م". The feeds stand in many public programs; nobody here has fetched them.
Unverified: the address of the news sitemap, JSON-LD. Reported: passing 503 answers, and Cloudflare in front.
"""

from crawler.discovery import Feed, NewsSitemap
from crawler.outlet import Outlet
from crawler.spider import NewsSpider


class Youm7Spider(NewsSpider):
    name = "youm7"
    outlet = Outlet("اليوم السابع", country="EG", timezone="Africa/Cairo", aliases=("Youm7",))
    allowed_domains = ["youm7.com"]
    sources = [
        NewsSitemap("https://www.youm7.com/news-sitemap.xml"),  # unverified
        *(Feed(f"https://www.youm7.com/rss/SectionRss?SectionID={section}") for section in (65, 203, 297)),
    ]
    article_url = r"/story/\d{4}/\d{1,2}/\d{1,2}/[^/]+/\d+"
    daily_articles = range(100, 1000)
