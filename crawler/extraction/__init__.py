"""From the bytes of a page to an Article. Pure: no Scrapy, no network, no clock of its own."""
