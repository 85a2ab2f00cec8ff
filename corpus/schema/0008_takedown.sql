-- Takedowns: what was removed, when and why, and the tombstones that keep it from coming back.

CREATE TABLE akhbar.takedowns (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    made_at   timestamptz NOT NULL DEFAULT now(),
    kind      text NOT NULL CHECK (kind IN ('url', 'outlet', 'match')),
    asked     text NOT NULL,
    why       text NOT NULL,
    articles  bigint NOT NULL,
    addresses bigint NOT NULL
);

-- An address (or a text) that must not enter again. `archive` is the place of its archived page until the
-- archive has erased it, which sets `erased_at`. Without an outlet it holds for every outlet.
CREATE TABLE akhbar.tombstones (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    takedown_id  bigint NOT NULL REFERENCES akhbar.takedowns,
    outlet_id    integer REFERENCES akhbar.outlets,
    url          text,
    url_hash     bytea,
    content_hash bytea,
    archive      jsonb,
    erased_at    timestamptz,
    CHECK ((url_hash IS NULL) <> (content_hash IS NULL))
);
CREATE INDEX ON akhbar.tombstones (url_hash);
CREATE INDEX ON akhbar.tombstones (content_hash) WHERE content_hash IS NOT NULL;
CREATE INDEX ON akhbar.tombstones (id) WHERE archive IS NOT NULL AND erased_at IS NULL;

CREATE VIEW corpus.takedowns AS
SELECT id AS takedown, made_at, kind, why, articles, addresses FROM akhbar.takedowns;
COMMENT ON VIEW corpus.takedowns IS 'What was removed from the corpus on request, and why.';
COMMENT ON COLUMN corpus.takedowns.takedown IS 'Its number.';
COMMENT ON COLUMN corpus.takedowns.made_at IS 'When.';
COMMENT ON COLUMN corpus.takedowns.kind IS 'url, outlet or match: how the articles were named.';
COMMENT ON COLUMN corpus.takedowns.why IS 'The reason given.';
COMMENT ON COLUMN corpus.takedowns.articles IS 'How many articles were removed.';
COMMENT ON COLUMN corpus.takedowns.addresses IS 'How many addresses were closed.';

SELECT akhbar.grant_reader();
