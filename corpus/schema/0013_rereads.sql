-- The archive read again by the workers: what was asked for, a row a WARC file with what came of it, and samples
-- of what would change. Only the last one is kept. See corpus/rereads.py.

CREATE TABLE akhbar.rereads (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    outlet       text,
    since        timestamptz,
    reader       text NOT NULL,
    state        text NOT NULL DEFAULT 'reading' CHECK (state IN
                 ('reading', 'read', 'applying', 'applied', 'refused', 'cancelled')),
    apply        boolean NOT NULL,
    force        boolean NOT NULL,
    not_archived bigint NOT NULL DEFAULT 0,
    asked_at     timestamptz NOT NULL DEFAULT now(),
    ended_at     timestamptz
);
CREATE UNIQUE INDEX rereads_one_running ON akhbar.rereads ((true)) WHERE state IN ('reading', 'applying');

-- `done` is of the present step; `differing` and `revisions` go together: the articles that the new reader reads
-- otherwise, and the revision that it was compared with. `absent`: machines that do not have the file.
CREATE TABLE akhbar.reread_files (
    reread_id bigint NOT NULL REFERENCES akhbar.rereads ON DELETE CASCADE,
    file      text NOT NULL,
    articles  bigint[] NOT NULL,
    done      boolean NOT NULL DEFAULT false,
    tries     smallint NOT NULL DEFAULT 0,
    absent    text[] NOT NULL DEFAULT '{}',
    sums      jsonb,
    differing bigint[] NOT NULL DEFAULT '{}',
    revisions integer[] NOT NULL DEFAULT '{}',
    kept      integer NOT NULL DEFAULT 0,
    host      text,
    read_at   timestamptz,
    PRIMARY KEY (reread_id, file),
    CHECK (cardinality(differing) = cardinality(revisions))
);
CREATE INDEX reread_files_left ON akhbar.reread_files (reread_id, file) WHERE NOT done;

-- Texts of articles: a takedown takes them, too.
CREATE TABLE akhbar.reread_samples (
    reread_id  bigint NOT NULL REFERENCES akhbar.rereads ON DELETE CASCADE,
    article_id bigint NOT NULL REFERENCES akhbar.articles ON DELETE CASCADE,
    field      text NOT NULL,
    before     text NOT NULL,
    after      text NOT NULL,
    PRIMARY KEY (reread_id, field, article_id)
);
CREATE INDEX ON akhbar.reread_samples (article_id);
