-- Articles in their present form, every earlier version, credits, and the addresses that lead to them.

CREATE TABLE akhbar.articles (
    id                  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    outlet_id           integer NOT NULL REFERENCES akhbar.outlets,
    url                 text NOT NULL,
    canonical_url       text NOT NULL,
    canonical_hash      bytea NOT NULL,
    headline            text NOT NULL,
    lead                text,
    body                text NOT NULL,
    appended            jsonb NOT NULL DEFAULT '[]',
    body_truncated      boolean NOT NULL DEFAULT false,
    byline              text,
    authors             text[] NOT NULL DEFAULT '{}',
    agency              text,
    dateline            text,
    published_text      text,
    published_at        timestamptz,
    published_precision text,
    timezone_assumed    boolean NOT NULL DEFAULT false,
    updated_at          timestamptz,
    section             text,
    tags                text[] NOT NULL DEFAULT '{}',
    language            text,
    image_url           text,
    provenance          jsonb NOT NULL DEFAULT '{}',
    extractor_version   text NOT NULL DEFAULT '',
    content_hash        bytea NOT NULL,
    word_count          integer NOT NULL,
    revision            integer NOT NULL DEFAULT 1,
    first_seen_at       timestamptz NOT NULL,
    last_seen_at        timestamptz NOT NULL,
    changed_at          timestamptz NOT NULL,
    gone_at             timestamptz,
    crawl_id            bigint REFERENCES akhbar.crawls,
    story_id            bigint,
    copy_of             bigint,
    similarity          real,
    search              tsvector NOT NULL,
    UNIQUE (outlet_id, canonical_hash)
);
CREATE INDEX ON akhbar.articles (content_hash);
CREATE INDEX articles_at ON akhbar.articles ((coalesce(published_at, first_seen_at)) DESC);
CREATE INDEX articles_outlet_at ON akhbar.articles (outlet_id, (coalesce(published_at, first_seen_at)) DESC);
CREATE INDEX ON akhbar.articles (story_id) WHERE story_id IS NOT NULL;
CREATE INDEX articles_search ON akhbar.articles USING gin (search);
-- The planner must know how common a word is: a rare one is looked up, a common one met among the newest.
ALTER TABLE akhbar.articles ALTER COLUMN search SET STATISTICS 1000;

-- One row a version. The text of the present version stands in akhbar.articles only; it is moved here
-- when a newer one replaces it, so that an unrevised article is stored once. `seen_at` is when the page was
-- fetched; `recorded_at` and `replaced_at` are this server's clock at the writing: what corpus.as_of goes by.
CREATE TABLE akhbar.revisions (
    article_id          bigint NOT NULL REFERENCES akhbar.articles ON DELETE CASCADE,
    number              integer NOT NULL,
    seen_at             timestamptz NOT NULL,
    recorded_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    replaced_at         timestamptz,
    crawl_id            bigint REFERENCES akhbar.crawls,
    changes             text[] NOT NULL,
    present             boolean NOT NULL,
    headline            text,
    lead                text,
    body                text,
    appended            jsonb,
    byline              text,
    authors             text[],
    agency              text,
    dateline            text,
    published_text      text,
    published_at        timestamptz,
    published_precision text,
    timezone_assumed    boolean,
    updated_at          timestamptz,
    section             text,
    tags                text[],
    language            text,
    image_url           text,
    provenance          jsonb,
    extractor_version   text,
    content_hash        bytea,
    word_count          integer,
    PRIMARY KEY (article_id, number),
    CHECK (present = (body IS NULL)),
    CHECK (present = (replaced_at IS NULL))
);
CREATE INDEX ON akhbar.revisions (seen_at);

CREATE TABLE akhbar.credits (
    article_id bigint NOT NULL REFERENCES akhbar.articles ON DELETE CASCADE,
    position   smallint NOT NULL,
    name       text NOT NULL,
    role       text NOT NULL,
    words      text[] NOT NULL,
    PRIMARY KEY (article_id, position)
);
CREATE INDEX credits_words ON akhbar.credits USING gin (words);

CREATE TABLE akhbar.addresses (
    url_hash   bytea NOT NULL,
    outlet_id  integer NOT NULL REFERENCES akhbar.outlets,
    url        text NOT NULL,
    article_id bigint NOT NULL REFERENCES akhbar.articles ON DELETE CASCADE,
    seen_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (url_hash, outlet_id)
);
CREATE INDEX ON akhbar.addresses (article_id);

ALTER TABLE akhbar.candidates ADD FOREIGN KEY (article_id) REFERENCES akhbar.articles ON DELETE SET NULL;
