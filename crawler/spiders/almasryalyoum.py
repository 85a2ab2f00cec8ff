"""Al-Masry Al-Youm: the writer's name stands twice, before and after the headline.

Seen: /news/details/{id} (also on a ww. host), dates like "الأربعاء 30-10-2019 00:32", in print "المنيا
-NAME:". Unverified: the feed (in public code). Cloudflare stands in front, and we do not go round it.
"""

from crawler.discovery import Feed
from crawler.outlet import Outlet
from crawler.spider import NewsSpider


class AlmasryAlyoumSpider(NewsSpider):
    name = "almasryalyoum"
    outlet = Outlet(
        "المصري اليوم", country="EG", timezone="Africa/Cairo", aliases=("المصرى اليوم", "Al-Masry Al-Youm")
    )
    allowed_domains = ["almasryalyoum.com"]
    sources = [Feed("https://www.almasryalyoum.com/rss/rssfeed")]
    article_url = r"/news/details/\d+"
    daily_articles = range(100, 800)
