"""Where an outlet announces articles: a response in, Candidates out. Pure: no Scrapy, no network."""
