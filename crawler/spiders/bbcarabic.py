"""BBC Arabic: slug-less addresses, no day in them; photo labels fall into the text.

The first feed worked on 2025-10-27 by a third party's log; the second and the sitemap stand in public
code. Seen: /arabic/articles/{id}, and /arabic/{section}-{number} before about 2023; labels "صدر الصورة"
and "التعليق على الصورة"; dual month names in the text. Unverified: "Author, NAME / Role, …" lines.
"""

from crawler.discovery import Feed, Sitemap
from crawler.outlet import Outlet
from crawler.spider import NewsSpider


class BbcArabicSpider(NewsSpider):
    name = "bbcarabic"
    outlet = Outlet(
        "بي بي سي عربي",
        country="GB",
        timezone="Etc/UTC",
        aliases=("بي بي سي", "BBC", "BBC عربي", "BBC Arabic"),
    )
    allowed_domains = ["bbc.com", "bbci.co.uk"]
    sources = [
        Feed("https://feeds.bbci.co.uk/arabic/rss.xml"),  # worked on 2025-10-27, third party
        Feed("https://www.bbc.com/arabic/index.xml"),  # listed in public code
        Sitemap("https://www.bbc.com/arabic/sitemap.xml"),  # listed in public code
    ]
    article_url = r"/arabic/(articles/c\w+|[a-z-]+-\d+)"
    daily_articles = range(20, 150)
