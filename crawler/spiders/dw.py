"""DW Arabic: the day only, in Arabic-Indic digits ("٥ يناير ٢٠١٧", seen twice).

Seen: /ar/{slug}/a-{id}, also on the m. host; numbered skip links "تخطي إلى المحتوى" open the page; "صورة
من: DW"; a p.dw.com short link printed in the body. Unverified: the feed and the sitemap (in public code),
initials and agencies such as (د ب أ، رويترز) at the end.
"""

from crawler.discovery import Feed, Sitemap
from crawler.outlet import Outlet
from crawler.spider import NewsSpider


class DwSpider(NewsSpider):
    name = "dw"
    outlet = Outlet(
        "DW عربية", country="DE", timezone="Europe/Berlin", aliases=("DW", "دويتشه فيله", "دويتشه فيلله")
    )
    allowed_domains = ["dw.com"]
    sources = [
        Feed("https://rss.dw.com/xml/rss-ar-all"),
        Sitemap("https://www.dw.com/ar/sitemap.xml"),
    ]
    article_url = r"/ar/[^/]+/a-\d+"
    daily_articles = range(15, 120)
