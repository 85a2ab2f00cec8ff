"""Al-Amsar: no feed or sitemap is known, so sections announce its articles.

Seen: articles at /{id}, listings at /keyword/{id}, dates like "الخميس 15-12-2022 11:16 م", the outlet's own
name as the credit, and pages that print the label نشر with no date. The chairman stands in the masthead.
Unverified: the time zone (Africa/Cairo or Asia/Baghdad, an hour apart in winter), the numbers of the
sections, JSON-LD, whether the bare or the www host is canonical. The platform is albawabhnews.com's too.
"""

from crawler.discovery import Section
from crawler.outlet import Outlet
from crawler.spider import NewsSpider


class AlamssarSpider(NewsSpider):
    name = "alamssar"
    outlet = Outlet("الأمصار", country="EG", timezone="Africa/Cairo", aliases=("الامصار",))
    allowed_domains = ["alamssar.com"]
    sources = [Section(f"https://alamssar.com/section/{number}") for number in (1, 2, 3)]
    article_url = r"//(www\.)?alamssar\.com/\d+/?$"
    daily_articles = range(40, 400)
