-- Near-duplicates: the MinHash signature of each telling text and its bands, by which alike texts meet.

CREATE TABLE akhbar.signatures (
    article_id bigint PRIMARY KEY REFERENCES akhbar.articles ON DELETE CASCADE,
    signature  bytea NOT NULL,
    linked     boolean NOT NULL DEFAULT false
);
CREATE INDEX signatures_new ON akhbar.signatures (article_id) WHERE NOT linked;

-- A b-tree and not GIN on an array: as fast here, and its plans do not tip into scans of the whole table.
CREATE TABLE akhbar.bands (
    hash       bigint NOT NULL,
    article_id bigint NOT NULL REFERENCES akhbar.articles ON DELETE CASCADE,
    PRIMARY KEY (hash, article_id)
);
CREATE INDEX ON akhbar.bands (article_id);
