"""Where an outlet announces articles: a response in, Candidates out. Pure: no Scrapy, no network."""

from crawler.discovery.backfill import DateArchive, IdRange
from crawler.discovery.feed import Feed
from crawler.discovery.section import Section
from crawler.discovery.sitemap import NewsSitemap, Sitemap
from crawler.discovery.source import Listing, Source

__all__ = ["DateArchive", "Feed", "IdRange", "Listing", "NewsSitemap", "Section", "Sitemap", "Source"]
