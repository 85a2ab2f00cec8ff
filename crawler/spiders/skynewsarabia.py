"""Sky News Arabia: one story under /{section}/, /amp/ and the amp host, told apart by its number.

The feed answered 200 on 2026-03-14 by a third party's list; the sitemap stands in public code only. Seen:
"أبوظبي - سكاي نيوز عربية" on a line of its own; AMP pages print "l23 نوفمبر 2023" (a stray l, the day
only).
"""

from crawler.discovery import Feed, Sitemap
from crawler.outlet import Outlet
from crawler.spider import NewsSpider


class SkyNewsArabiaSpider(NewsSpider):
    name = "skynewsarabia"
    outlet = Outlet("سكاي نيوز عربية", country="AE", timezone="Asia/Dubai", aliases=("Sky News Arabia",))
    allowed_domains = ["skynewsarabia.com"]
    sources = [
        Feed("https://www.skynewsarabia.com/rss.xml"),  # HTTP 200 on 2026-03-14, third party
        Sitemap("https://www.skynewsarabia.com/sitemap.xml"),  # listed in public code
    ]
    article_url = r"/[a-z-]+/\d+-"
    daily_articles = range(60, 400)
