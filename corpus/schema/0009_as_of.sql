-- The corpus as it was known at a time. It goes by the server's own clock at the writing (recorded_at), never by
-- what a page or a crawl says, and nothing is ever written into the past: the answer stays the same for ever,
-- after later crawls, edits and re-readings too. A takedown alone takes an article out of every answer.

CREATE VIEW corpus.story_moves AS
SELECT m.article_id AS article, m.recorded_at, m.story_id AS story, m.copy_of, m.similarity
FROM akhbar.story_moves m;
COMMENT ON VIEW corpus.story_moves IS 'Every change of an article''s place in a story: joined, or given an earlier original.';
COMMENT ON COLUMN corpus.story_moves.article IS 'The article.';
COMMENT ON COLUMN corpus.story_moves.recorded_at IS 'When the corpus found it out.';
COMMENT ON COLUMN corpus.story_moves.story IS 'The story it belonged to from then on; empty when it left one.';
COMMENT ON COLUMN corpus.story_moves.copy_of IS 'The original from then on; empty when it was the original itself.';
COMMENT ON COLUMN corpus.story_moves.similarity IS 'Share of word shingles in common with that original.';

-- What of `at` is not settled: a time to come, or a writer that began before it and has not ended.
CREATE FUNCTION akhbar.unsettled(at timestamptz) RETURNS text
LANGUAGE sql STABLE STRICT
RETURN CASE
    WHEN at > clock_timestamp() THEN 'lies in the future'
    WHEN EXISTS (
        SELECT FROM pg_locks l JOIN pg_stat_activity s USING (pid)
        WHERE l.locktype = 'relation' AND l.mode = 'RowExclusiveLock' AND l.pid <> pg_backend_pid()
          AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND l.relation IN ('akhbar.revisions'::regclass, 'akhbar.story_moves'::regclass)
          AND s.xact_start <= at
    ) THEN 'is still being written; ask again in a moment'
END;

CREATE FUNCTION corpus.is_settled(at timestamptz) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER STRICT
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    why text := akhbar.unsettled(at);
BEGIN
    IF why IS NOT NULL THEN
        RAISE EXCEPTION 'the corpus as of % %', at, why USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    RETURN true;
END
$$;
REVOKE ALL ON FUNCTION corpus.is_settled FROM PUBLIC;
COMMENT ON FUNCTION corpus.is_settled IS
    'True where the corpus as of a time can no longer change; an error that says why where it still may.';

CREATE FUNCTION corpus.as_of(at timestamptz)
RETURNS TABLE (
    id bigint, outlet text, country text, canonical_url text, headline text, lead text, body text, appended jsonb,
    byline text, authors text[], agency text, dateline text, published_text text, published_at timestamptz,
    published_precision text, timezone_assumed boolean, updated_at timestamptz, section text, tags text[],
    language text, image_url text, provenance jsonb, extractor_version text, word_count integer, revision integer,
    first_seen_at timestamptz, seen_at timestamptz, recorded_at timestamptz, story bigint, copy_of bigint,
    similarity real
)
LANGUAGE sql STABLE
AS $$
    SELECT r.article, r.outlet, a.country, a.canonical_url, r.headline, r.lead, r.body, r.appended, r.byline,
           r.authors, r.agency, r.dateline, r.published_text, r.published_at, r.published_precision,
           r.timezone_assumed, r.updated_at, r.section, r.tags, r.language, r.image_url, r.provenance,
           r.extractor_version, r.word_count, r.revision, a.first_seen_at, r.seen_at, r.recorded_at,
           coalesce(m.story, r.article), m.copy_of, m.similarity
    FROM corpus.revisions r
    JOIN corpus.articles a ON a.id = r.article
    LEFT JOIN LATERAL (
        SELECT s.story, s.copy_of, s.similarity FROM corpus.story_moves s
        WHERE s.article = r.article AND s.recorded_at <= at ORDER BY s.recorded_at DESC LIMIT 1
    ) m ON true
    WHERE r.recorded_at <= at AND (r.replaced_at IS NULL OR r.replaced_at > at)
      AND (SELECT corpus.is_settled(at))
$$;
REVOKE ALL ON FUNCTION corpus.as_of FROM PUBLIC;
COMMENT ON FUNCTION corpus.as_of IS
    'The corpus as it was known at a time: each article in the version of then. The same answer for ever.';

SELECT akhbar.grant_reader();
