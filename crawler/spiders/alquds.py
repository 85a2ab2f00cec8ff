"""Al-Quds Al-Arabi: WordPress, likely; the whole article may stand in one paragraph.

Seen: "لندن ـ «القدس العربي»:" and "دمشق ‘القدس العربي’ ـ من NAME:" open the text (the tatweel is a dash);
a twin host, alqudsalarabi.co.uk; no day in addresses. Unverified: the feed (in public code), JSON-LD, the
form of dates.
"""

from crawler.discovery import Feed
from crawler.outlet import Outlet
from crawler.spider import NewsSpider


class AlqudsSpider(NewsSpider):
    name = "alquds"
    outlet = Outlet(
        "القدس العربي",
        country="GB",
        timezone="Europe/London",
        aliases=("صحيفة القدس العربي", "Al-Quds Al-Arabi"),
    )
    allowed_domains = ["alquds.co.uk", "alqudsalarabi.co.uk"]
    sources = [Feed("https://www.alquds.co.uk/feed/")]
    article_url = r"\.co\.uk/(?!feed|category|tag|author|page)[^/?#]+/?$"
    daily_articles = range(60, 400)
