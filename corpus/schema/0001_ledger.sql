-- Outlets, crawls, the sources they read, and the ledger of every address ever announced.
-- Schema akhbar is private to the program; data teams read the views of schema corpus.

CREATE TABLE akhbar.outlets (
    id          integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    slug        text NOT NULL UNIQUE,
    name        text NOT NULL,
    country     text NOT NULL,
    timezone    text NOT NULL,
    aliases     text[] NOT NULL DEFAULT '{}',
    hosts       text[] NOT NULL DEFAULT '{}',
    added_at    timestamptz NOT NULL DEFAULT now(),
    taken_down  boolean NOT NULL DEFAULT false
);

CREATE TABLE akhbar.crawls (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    outlet_id   integer NOT NULL REFERENCES akhbar.outlets,
    state       text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'finished', 'stopped', 'died')),
    started_at  timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    verdict     text,
    arguments   jsonb NOT NULL DEFAULT '{}',
    counts      jsonb NOT NULL DEFAULT '{}',
    CHECK ((state = 'running') = (finished_at IS NULL))
);
CREATE INDEX ON akhbar.crawls (outlet_id, started_at DESC);
-- Two crawls of one outlet never run at once, whatever happens to the lease.
CREATE UNIQUE INDEX crawls_one_running ON akhbar.crawls (outlet_id) WHERE state = 'running';

CREATE TABLE akhbar.sources (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    outlet_id     integer NOT NULL REFERENCES akhbar.outlets,
    url           text NOT NULL,
    url_hash      bytea NOT NULL,
    kind          text,
    etag          text,
    last_modified text,
    status        integer,
    damaged       text,
    listed        integer NOT NULL DEFAULT 0,
    new           integer NOT NULL DEFAULT 0,
    fetches       integer NOT NULL DEFAULT 0,
    fetched_at    timestamptz,
    changed_at    timestamptz,
    crawl_id      bigint REFERENCES akhbar.crawls,
    UNIQUE (outlet_id, url_hash)
);

-- A URL over 2,704 bytes cannot be indexed as text: its SHA-256 is.
CREATE TABLE akhbar.candidates (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    outlet_id       integer NOT NULL REFERENCES akhbar.outlets,
    url             text NOT NULL,
    url_hash        bytea NOT NULL,
    source          text NOT NULL,
    headline        text,
    published_at    timestamptz,
    updated_at      timestamptz,
    discovered_at   timestamptz NOT NULL DEFAULT now(),
    state           text NOT NULL DEFAULT 'pending' CHECK (state IN
                    ('pending', 'fetching', 'stored', 'unchanged', 'duplicate', 'rejected', 'failed')),
    reason          text,
    detail          text,
    status          integer,
    attempts        smallint NOT NULL DEFAULT 0,
    checks          smallint NOT NULL DEFAULT 0,
    next_check      timestamptz,
    fetched_at      timestamptz,
    fetched_updated timestamptz,
    etag            text,
    last_modified   text,
    article_id      bigint,
    crawl_id        bigint REFERENCES akhbar.crawls,
    claimed_by      bigint,
    archive         jsonb,
    UNIQUE (outlet_id, url_hash),
    CHECK (state NOT IN ('rejected', 'failed') OR reason IS NOT NULL)
);
CREATE INDEX candidates_pending ON akhbar.candidates
    (outlet_id, (coalesce(published_at, updated_at, discovered_at)) DESC) WHERE state = 'pending';
CREATE INDEX candidates_recheck ON akhbar.candidates (outlet_id, next_check) WHERE next_check IS NOT NULL;
CREATE INDEX candidates_failed ON akhbar.candidates (outlet_id) WHERE state = 'failed';
CREATE INDEX candidates_fetching ON akhbar.candidates (outlet_id) WHERE state = 'fetching';
CREATE INDEX candidates_announced ON akhbar.candidates (outlet_id)
    WHERE article_id IS NOT NULL AND updated_at > coalesce(fetched_updated, fetched_at);
CREATE INDEX ON akhbar.candidates (crawl_id);
CREATE INDEX ON akhbar.candidates (article_id);

-- What each crawl did to the ledger, written beside the rows themselves: how many more (or fewer) addresses
-- stand in a state. Summed up over all crawls they must give what the table holds (corpus/ledger.py).
-- Rows are only added while a crawl runs, so that writers never wait for one another.
CREATE TABLE akhbar.movements (
    outlet_id integer NOT NULL REFERENCES akhbar.outlets,
    crawl_id  bigint REFERENCES akhbar.crawls,
    state     text NOT NULL,
    change    bigint NOT NULL
);
CREATE INDEX ON akhbar.movements (outlet_id, crawl_id);

-- What the crawls of all machines know of a host: robots, pacing, back-off.
CREATE TABLE akhbar.hosts (
    host        text PRIMARY KEY,
    state       jsonb NOT NULL,
    changed_at  timestamptz NOT NULL DEFAULT now()
);
