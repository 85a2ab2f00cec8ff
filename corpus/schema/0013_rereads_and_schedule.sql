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

-- A site without an outlet file is crawled by its address: scheme and host of what its last crawl read.
ALTER TABLE akhbar.schedule ADD COLUMN address text;

-- When each outlet is crawled next, for data teams and the web page.
CREATE VIEW corpus.schedule AS
SELECT o.slug AS outlet,
       CASE WHEN s.started_at > coalesce(s.ended_at, '-infinity') THEN 'running'
            WHEN s.paused_at IS NOT NULL THEN 'paused'
            WHEN s.due_at <= now() THEN 'due'
            ELSE 'waiting' END AS state,
       s.every, CASE WHEN s.paused_at IS NULL THEN s.due_at END AS due_at, s.paused_at, s.priority,
       s.started_at, s.ended_at, s.status, s.tries, s.note
FROM akhbar.schedule s JOIN akhbar.outlets o ON o.id = s.outlet_id
WHERE NOT o.taken_down;
COMMENT ON VIEW corpus.schedule IS 'When an outlet is crawled next, and how its last scheduled crawl ended.';
COMMENT ON COLUMN corpus.schedule.outlet IS 'The outlet.';
COMMENT ON COLUMN corpus.schedule.state IS 'running, paused, due or waiting.';
COMMENT ON COLUMN corpus.schedule.every IS 'The interval that a person has set; empty where it follows the outlet''s rhythm.';
COMMENT ON COLUMN corpus.schedule.due_at IS 'When it is due next; empty while it is paused.';
COMMENT ON COLUMN corpus.schedule.paused_at IS 'When it was paused; empty where it is not.';
COMMENT ON COLUMN corpus.schedule.priority IS 'The higher, the sooner where work piles up.';
COMMENT ON COLUMN corpus.schedule.started_at IS 'When its last scheduled crawl began.';
COMMENT ON COLUMN corpus.schedule.ended_at IS 'When that ended; empty while it runs.';
COMMENT ON COLUMN corpus.schedule.status IS 'The exit status of the last one that ended.';
COMMENT ON COLUMN corpus.schedule.tries IS 'How many have failed in a row.';
COMMENT ON COLUMN corpus.schedule.note IS 'Why the last one failed, or was cut short.';

SELECT akhbar.grant_reader();
