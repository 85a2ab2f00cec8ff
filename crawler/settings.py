"""Every Scrapy setting that Akhbar changes, each with its reason.

The values marked "forced" are what a crawl's safety and honesty rest on; `FORCED` names them and
a test fails when one drifts or when Scrapy no longer knows it.
"""

from __future__ import annotations

import os
from typing import Any, Final

from scrapy.settings import default_settings

BOT_NAME = "akhbar"
SPIDER_MODULES = ["crawler.spiders"]
NEWSPIDER_MODULE = "crawler.spiders"
# one broken outlet file must not take the others with it
SPIDER_LOADER_WARN_ONLY = True

# who we are: outlets must be able to reach the person behind a crawl
CONTACT = os.environ.get("AKHBAR_CONTACT", "")
USER_AGENT = f"Akhbar/0.1 (+{CONTACT})" if CONTACT else "Akhbar/0.1"

# the ledger is the queue: this many candidates are in hand at once (see pipelines.admission). A crawl
# that is killed has fetched no more than these in vain
CLAIM_AHEAD = 100
# seconds that pages wait for the outlet's sources to be read, so that the freshest are fetched first
SOURCES_FIRST = 60.0
# the whole crawl; one host is held to one connection by CONCURRENT_REQUESTS_PER_DOMAIN
CONCURRENT_REQUESTS = 16
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 1.0
# of one response, which gives one article: Scrapy starts so many tasks for each response, and a third
# of the event loop's time went into those of 200
CONCURRENT_ITEMS = 1

# sources that name further ones: an index of sitemaps, the next pages of a section
SOURCE_DEPTH = 3
SOURCES_PER_CRAWL = 500

# reading a page: in processes of its own, one for each core (0), within a time in seconds
READER_PROCESSES = 0
READER_TIME_LIMIT = 20.0
# pipelines that need nothing but the article; they run in the reader processes as well as below
READER_JUDGES = [
    "pipelines.normalise.Normalise",
    "pipelines.fingerprint.Fingerprint",
    "pipelines.indexing.Indexing",
]

# what one crawl of an outlet may take: bytes received and seconds; 0 is without end. What is left
# waits for the next crawl
CRAWL_BYTES = 0
CRAWL_SECONDS = 0

# the languages that the corpus keeps, by script and letters
ACCEPTED_LANGUAGES = ["ar"]
# how long, in seconds, a crawl waits for a database that went away before it ends with status 75
STORAGE_PATIENCE = 300.0

# sizes and times: a page of 5 MB is no article; Scrapy's defaults (1 GiB, 180 s) let 455 bytes
# of brotli become 300 MB
DOWNLOAD_MAXSIZE = 5 * 1024**2
DOWNLOAD_WARNSIZE = 0
SOURCE_MAXSIZE = 50 * 1024**2
DOWNLOAD_TIMEOUT = 30
RETRY_TIMES = 2
REDIRECT_MAX_TIMES = 8

# off: each of these is on by default and opens a door or breaks a promise
REMOTE_CONTROL_ENABLED = False  # runs Python that is posted to a local port
TELNETCONSOLE_ENABLED = False  # the same, with the password in the log
DOWNLOAD_VERIFY_CERTIFICATES = True  # the default trusts anyone in the middle
AUTOTHROTTLE_ENABLED = False  # crawler.network.pacing sets the pace, and would be overruled
COOKIES_ENABLED = False  # an article needs no session; a session follows us about
METAREFRESH_ENABLED = False  # a page's text must not send the crawl elsewhere
REFERER_ENABLED = False  # which page led us here is nobody's business
HTTPPROXY_ENABLED = False  # a proxy of the environment would hide the true address from the guard
DOWNLOAD_HANDLERS: dict[str, Any] = {"file": None, "ftp": None, "s3": None, "data": None}
URLLENGTH_LIMIT = (
    0  # the spider middleware drops longer requests without a word; the ledger has a limit of its own
)
# resuming is the ledger's work; Scrapy's JOBDIR is pickle on disk and lost pages after a kill
JOBDIR = None

DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.5",
    "Accept-Language": "ar",
}

# the raw archive: every fetched page and source in WARC files, before it is read
ARCHIVE_ENABLED = True
ARCHIVE_FOLDER = ""  # empty: `archive` under AKHBAR_HOME
ARCHIVE_FILE_SIZE = 200 * 1024**2
ARCHIVE_MIN_FREE = 512 * 1024**2  # with less left on the disk the crawl ends with status 75

# networks and ports that the address guard lets through besides public addresses on 80 and 443
ALLOW_ADDRESSES = os.environ.get("AKHBAR_ALLOW_ADDRESSES", "")
# robots.txt by RFC 9309; the token that its groups are matched with
ROBOTSTXT_OBEY = True
ROBOTSTXT_USER_AGENT = "Akhbar"
# what a host reserves (/.well-known/tdmrep.json), before its first page, once a day
TDMREP_ASK = True

EXTENSIONS: dict[Any, int | None] = {
    # first: no connection is made without it
    "crawler.network.guard.AddressGuard": 0,
    "crawler.network.clock.SteadyReactor": 5,
    "pipelines.session.Session": 10,
    "crawler.network.budget.Budget": 15,
    "pipelines.host_state.HostState": 20,
    "crawler.network.receipt.Receipt": 30,
    "crawler.pulse.Pulse": 40,
}
# these two are off by the settings above. Named above with None they would be imported all the same, and with
# them a web server: a tenth of what a crawl's process takes until its first request
EXTENSIONS_BASE = {
    name: place
    for name, place in default_settings.EXTENSIONS_BASE.items()
    if not name.endswith((".RemoteControl", ".TelnetConsole"))
}
# who writes the receipt and the pulse that are kept with the crawl's counts
CRAWL_RECEIPT = "crawler.network.receipt.Receipt"
CRAWL_PULSE = "crawler.pulse.Pulse"
# what is remembered of a host from one crawl to the next, and who remembers it
HOST_MEMORIES = {
    "pace": "crawler.network.pacing.Pacing",
    "robots": "crawler.network.robots.Robots",
    "reservations": "crawler.network.reservations.Reservations",
}
DOWNLOADER_MIDDLEWARES: dict[Any, int | None] = {
    # ours stand in the places of Scrapy's, which lose redirects, allow all where robots.txt fails, and hide why
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    # of no use to us; each costs every page some hundredths of a millisecond
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    "scrapy.downloadermiddlewares.stats.DownloaderStats": None,
    "crawler.network.offsite.Offsite": 50,
    "crawler.network.robots.Robots": 100,
    "crawler.network.reservations.Reservations": 105,
    "crawler.network.pacing.Pacing": 110,
    # nearer to the spider than retries, unpacking and redirects: it sees each final answer once
    "crawler.network.archive.Archive": 540,
    "crawler.network.optout.OptOut": 545,
    "crawler.network.limits.Limits": 590,
    "crawler.network.redirects.Redirects": 600,
}
SPIDER_MIDDLEWARES: dict[Any, int | None] = {
    # nearest to the spider: what it sees of the ledger is all of the ledger
    "pipelines.admission.Admission": 900,
    # every item would pass each of these; what is followed is bounded by SOURCE_DEPTH
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
    "scrapy.spidermiddlewares.start.StartSpiderMiddleware": None,
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,
}
ITEM_PIPELINES: dict[Any, int | None] = {
    "pipelines.normalise.Normalise": 100,
    "pipelines.require.Require": 200,
    "pipelines.language.Language": 300,
    "pipelines.fingerprint.Fingerprint": 400,
    "pipelines.exact_duplicates.ExactDuplicates": 500,
    "pipelines.indexing.Indexing": 600,
    "pipelines.store.Store": 900,
}

LOG_LEVEL = "INFO"
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
# one line a minute is what a person reads; each dropped item is a row of the ledger
LOGSTATS_INTERVAL = 60.0
DEFAULT_DROPITEM_LOG_LEVEL = "DEBUG"

FORCED: Final[dict[str, Any]] = {
    name: globals()[name]
    for name in (
        "REMOTE_CONTROL_ENABLED",
        "TELNETCONSOLE_ENABLED",
        "DOWNLOAD_VERIFY_CERTIFICATES",
        "COOKIES_ENABLED",
        "METAREFRESH_ENABLED",
        "DOWNLOAD_MAXSIZE",
        "DOWNLOAD_TIMEOUT",
        "DOWNLOAD_HANDLERS",
        "ROBOTSTXT_OBEY",
        "HTTPPROXY_ENABLED",
        "AUTOTHROTTLE_ENABLED",
        "JOBDIR",
        "URLLENGTH_LIMIT",
    )
}
