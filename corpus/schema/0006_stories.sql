-- Near-duplicates: the MinHash signature of each telling text and its bands, by which alike texts meet.

CREATE TABLE akhbar.signatures (
    article_id bigint PRIMARY KEY REFERENCES akhbar.articles ON DELETE CASCADE,
    signature  bytea NOT NULL,
    linked     boolean NOT NULL DEFAULT false
);
CREATE INDEX signatures_new ON akhbar.signatures (article_id) WHERE NOT linked;

-- A b-tree and not GIN on an array, which is smaller and looks up as fast (docs/scale.md): here a band that
-- thousands share costs no more than one that two share, since each is read up to a limit, and no plan tips over.
-- No foreign key: it would be checked 42 times an article, and what is left over of a vanished article meets nobody.
-- Four bytes for the article make this, the second largest table, a quarter smaller; they last for 2,000 million.
CREATE TABLE akhbar.bands (
    hash       integer NOT NULL,
    article_id integer NOT NULL,
    PRIMARY KEY (hash, article_id)
);

-- What the views call an article's story: without it, the members of one are found by reading all articles.
CREATE INDEX articles_story ON akhbar.articles ((coalesce(story_id, id)));

-- Every change of an article's place in a story, so that corpus.as_of can tell what was known when.
CREATE TABLE akhbar.story_moves (
    article_id  bigint NOT NULL REFERENCES akhbar.articles ON DELETE CASCADE,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    story_id    bigint,
    copy_of     bigint,
    similarity  real
);
CREATE INDEX ON akhbar.story_moves (article_id, recorded_at);
