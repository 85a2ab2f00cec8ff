-- When each outlet is crawled, who crawls, and what was warned of. What is under way stands in the job queue
-- (schema procrastinate, see corpus/queue.py); these tables say what people set and what they are shown.

-- `every` is set by a person; without it the interval follows the outlet's own rhythm: articles a week by hour
-- of the week (168 numbers, Monday midnight first, in the outlet's zone), see corpus/rhythm.py.
CREATE TABLE akhbar.schedule (
    outlet_id    integer PRIMARY KEY REFERENCES akhbar.outlets ON DELETE CASCADE,
    every        interval CHECK (every BETWEEN interval '5 minutes' AND interval '24 hours'),
    priority     smallint NOT NULL DEFAULT 0,
    paused_at    timestamptz,
    rhythm       real[] CHECK (cardinality(rhythm) = 168),
    rhythm_weeks real NOT NULL DEFAULT 0,
    learned_at   timestamptz,
    due_at       timestamptz NOT NULL DEFAULT now(),
    queued_at    timestamptz,
    was_due_at   timestamptz,
    started_at   timestamptz,
    ended_at     timestamptz,
    status       smallint,
    note         text,
    tries        smallint NOT NULL DEFAULT 0
) WITH (fillfactor = 70);
CREATE INDEX ON akhbar.schedule (due_at) WHERE paused_at IS NULL;

-- A worker says that it lives; one that stops saying so, and did not stop by itself, is gone.
CREATE TABLE akhbar.workers (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    host        text NOT NULL,
    pid         integer NOT NULL,
    concurrency integer NOT NULL,
    started_at  timestamptz NOT NULL DEFAULT now(),
    seen_at     timestamptz NOT NULL DEFAULT now(),
    stopped_at  timestamptz
);

-- One row a cause, from when it was first seen until it passed; told once each way.
CREATE TABLE akhbar.warnings (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    cause     text NOT NULL,
    subject   text NOT NULL,
    detail    text NOT NULL,
    opened_at timestamptz NOT NULL DEFAULT now(),
    seen_at   timestamptz NOT NULL DEFAULT now(),
    closed_at timestamptz,
    told_at   timestamptz,
    recovery_told_at timestamptz
);
CREATE UNIQUE INDEX warnings_open ON akhbar.warnings (cause, subject) WHERE closed_at IS NULL;
CREATE INDEX warnings_untold ON akhbar.warnings (id) WHERE told_at IS NULL OR recovery_told_at IS NULL;

CREATE INDEX candidates_fetched ON akhbar.candidates (outlet_id, fetched_at);
CREATE INDEX articles_seen ON akhbar.articles (outlet_id, first_seen_at);
