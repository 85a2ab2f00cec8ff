-- A page that was fetched before the one that shows the present version (an old archive that is replayed) is kept as
-- a version that is never the present one: written down and replaced at the same instant. Its number is the next
-- free one, for numbers are never given anew; its place in history is its `seen_at`.

COMMENT ON COLUMN corpus.revisions.revision IS
    'Number of the version, from 1, in the order in which they were written down; history goes by seen_at.';
COMMENT ON COLUMN corpus.revisions.replaced_at IS
    'When the corpus wrote down the next one; empty for the present version, recorded_at for one of an older page.';
COMMENT ON COLUMN corpus.revisions.changes IS
    'What differs from the version before: headline, lead, body, byline, published …; reread: the reader changed, not (only) the page; older: found later, in an older page, and never the present version.';
COMMENT ON COLUMN corpus.articles.revision IS 'Number of the present version.';
COMMENT ON COLUMN corpus.originals.revision IS 'Number of the present version.';
COMMENT ON COLUMN corpus.articles.first_seen_at IS 'When its page was first fetched, as far as is known: an older page may turn up.';
COMMENT ON COLUMN corpus.originals.first_seen_at IS 'When its page was first fetched, as far as is known: an older page may turn up.';

-- first_seen_at may move back when an older page turns up: as of a time, it is that of the versions known then.
CREATE OR REPLACE FUNCTION corpus.as_of(at timestamptz)
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
           r.extractor_version, r.word_count, r.revision,
           -- nothing was seen before the first sight, so most articles need no look at their other versions
           CASE WHEN r.seen_at = a.first_seen_at THEN r.seen_at ELSE (
               SELECT min(v.seen_at) FROM corpus.revisions v WHERE v.article = r.article AND v.recorded_at <= at
           ) END,
           r.seen_at, r.recorded_at, coalesce(m.story, r.article), m.copy_of, m.similarity
    FROM corpus.revisions r
    JOIN corpus.articles a ON a.id = r.article
    LEFT JOIN LATERAL (
        SELECT s.story, s.copy_of, s.similarity FROM corpus.story_moves s
        WHERE s.article = r.article AND s.recorded_at <= at ORDER BY s.recorded_at DESC LIMIT 1
    ) m ON true
    WHERE r.recorded_at <= at AND (r.replaced_at IS NULL OR r.replaced_at > at)
      AND (SELECT corpus.is_settled(at))
$$;
