"""CNN Arabic: "دبي، الإمارات العربية المتحدة (CNN)--" opens the text.

Seen: in 2012 articles at /YYYY/{section}/D/M/{slug}/index.html (the day before the month) and dates like
"الثلاثاء، 05 حزيران/يونيو 2012، آخر تحديث 09:00 (GMT+0400)". Unverified: the feed and the sitemap (in
public code), today's addresses, JSON-LD.
"""

from crawler.discovery import Feed, Sitemap
from crawler.outlet import Outlet
from crawler.spider import NewsSpider


class CnnArabicSpider(NewsSpider):
    name = "cnnarabic"
    outlet = Outlet(
        "CNN بالعربية",
        country="AE",
        timezone="Asia/Dubai",
        aliases=("CNN", "سي ان ان", "سي إن إن", "CNNArabic"),
    )
    allowed_domains = ["arabic.cnn.com"]
    sources = [
        Feed("https://arabic.cnn.com/api/v1/rss/rss.xml"),
        Sitemap("https://arabic.cnn.com/sitemap.xml"),
    ]
    article_url = r"//arabic\.cnn\.com/[^/]+/(article|\d{4})/|/\d{4}/[a-z_.-]+/\d{1,2}/\d{1,2}/"
    daily_articles = range(20, 150)
