"""Scrapy components that keep the crawl polite, bounded and safe."""
