"""Baghdad Today: DataLife Engine; most bodies open with "بغداد اليوم - بغداد".

Seen: articles at /{id}-{slug}.html, the slug often empty (/{id}--.html, /{id}-.html); dates like
"محليات | 7-12-2021, 17:48 |"; the teaser of an unrelated newer story glued to the end of the body.
Unverified: both feeds (in public code, and they conflict), the sitemap (where this system puts it), and a
newer site said to have articles at /YYYY/MM/DD/.
"""

from crawler.discovery import Feed, Sitemap
from crawler.outlet import Outlet
from crawler.spider import NewsSpider


class BaghdadTodaySpider(NewsSpider):
    name = "baghdadtoday"
    outlet = Outlet("بغداد اليوم", country="IQ", timezone="Asia/Baghdad", aliases=("Baghdad Today",))
    allowed_domains = ["baghdadtoday.news"]
    sources = [
        Feed("https://baghdadtoday.news/rss"),
        Feed("https://www.baghdadtoday.news/rss.xml"),
        Sitemap("https://baghdadtoday.news/sitemap.xml"),
    ]
    article_url = r"/\d+-[^/]*\.html|/\d{4}/\d\d/\d\d/"
    daily_articles = range(40, 400)
