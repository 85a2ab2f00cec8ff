UPDATE akhbar.outlets SET timezone = 'UTC' WHERE timezone = '';  -- days are counted in it from here on

-- Addresses that were looked for among old articles wait until all that was announced as news is done.

ALTER TABLE akhbar.candidates ADD COLUMN backfill boolean NOT NULL DEFAULT false;
CREATE INDEX candidates_pending_news ON akhbar.candidates
    (outlet_id, (coalesce(published_at, updated_at, discovered_at)) DESC) WHERE state = 'pending' AND NOT backfill;
CREATE INDEX candidates_pending_old ON akhbar.candidates
    (outlet_id, (coalesce(published_at, updated_at, discovered_at)) DESC) WHERE state = 'pending' AND backfill;
DROP INDEX akhbar.candidates_pending;

-- What each source listed when it was last read whole: ids of candidates. One row a source, so that reading a
-- sitemap again writes one value and not one row an address.
ALTER TABLE akhbar.sources ADD COLUMN listing bigint[] NOT NULL DEFAULT '{}';

CREATE VIEW corpus.source_coverage AS
SELECT o.slug AS outlet, s.url AS source, s.kind, s.fetched_at, s.changed_at, s.damaged, s.listed,
       cardinality(s.listing) AS seen, coalesce(n.stored, 0)::integer AS stored,
       coalesce(n.duplicate, 0)::integer AS duplicate, coalesce(n.rejected, 0)::integer AS rejected,
       coalesce(n.failed, 0)::integer AS failed, coalesce(n.pending, 0)::integer AS pending,
       coalesce(n.reasons, '{}') AS reasons
FROM akhbar.sources s JOIN akhbar.outlets o ON o.id = s.outlet_id
LEFT JOIN LATERAL (
    SELECT sum(g.articles) FILTER (WHERE g.state IN ('stored', 'unchanged')) AS stored,
           sum(g.articles) FILTER (WHERE g.state = 'duplicate') AS duplicate,
           sum(g.articles) FILTER (WHERE g.state = 'rejected') AS rejected,
           sum(g.articles) FILTER (WHERE g.state = 'failed') AS failed,
           sum(g.articles) FILTER (WHERE g.state IN ('pending', 'fetching')) AS pending,
           jsonb_object_agg(g.state || '/' || g.reason, g.articles)
               FILTER (WHERE g.state IN ('rejected', 'failed')) AS reasons
    FROM (
        SELECT c.state, CASE WHEN c.state IN ('rejected', 'failed') THEN c.reason END AS reason, count(*) AS articles
        FROM unnest(s.listing) AS l (id) JOIN akhbar.candidates c ON c.id = l.id
        GROUP BY 1, 2
    ) g
) n ON s.listing <> '{}'
WHERE NOT o.taken_down;
COMMENT ON VIEW corpus.source_coverage IS
    'What became of all that a source listed when it was last read: seen = stored + duplicate + rejected + failed + pending.';
COMMENT ON COLUMN corpus.source_coverage.outlet IS 'Slug of the outlet.';
COMMENT ON COLUMN corpus.source_coverage.source IS 'Address of the feed, sitemap, section or archive page.';
COMMENT ON COLUMN corpus.source_coverage.kind IS 'Feed, Sitemap, NewsSitemap, Section, DateArchive or IdRange.';
COMMENT ON COLUMN corpus.source_coverage.fetched_at IS 'When it was last asked.';
COMMENT ON COLUMN corpus.source_coverage.changed_at IS 'When it was last read whole (and not answered 304).';
COMMENT ON COLUMN corpus.source_coverage.damaged IS 'Why entries were lost when it was last read; empty for a sound one.';
COMMENT ON COLUMN corpus.source_coverage.listed IS 'Entries it printed then.';
COMMENT ON COLUMN corpus.source_coverage.seen IS
    'Of these, different addresses that may be articles (article_url, wants): rows of the ledger. The rest are none.';
COMMENT ON COLUMN corpus.source_coverage.stored IS 'Of those seen: gave an article.';
COMMENT ON COLUMN corpus.source_coverage.duplicate IS 'Lead to an article that another address gave.';
COMMENT ON COLUMN corpus.source_coverage.rejected IS 'Are no article.';
COMMENT ON COLUMN corpus.source_coverage.failed IS 'Could not be fetched.';
COMMENT ON COLUMN corpus.source_coverage.pending IS 'Still to be fetched.';
COMMENT ON COLUMN corpus.source_coverage.reasons IS 'Why not: how many by state and reason, {"rejected/listing": 3}.';

-- The ledger by day of discovery, kept beside it as rows change, so that corpus.coverage need not read every address.
-- As in akhbar.movements rows are only added while a crawl runs and summed up at its end. `day` is of the outlet's
-- time zone.
CREATE TABLE akhbar.discoveries (
    outlet_id integer NOT NULL REFERENCES akhbar.outlets,
    day       date NOT NULL,
    state     text NOT NULL,
    change    bigint NOT NULL
);
CREATE INDEX ON akhbar.discoveries (outlet_id, day);

CREATE FUNCTION akhbar.count_discoveries(only_outlet integer DEFAULT NULL) RETURNS void
LANGUAGE sql
AS $$
    DELETE FROM akhbar.discoveries WHERE only_outlet IS NULL OR outlet_id = only_outlet;
    INSERT INTO akhbar.discoveries (outlet_id, day, state, change)
    SELECT c.outlet_id, (c.discovered_at AT TIME ZONE o.timezone)::date, c.state, count(*)
    FROM akhbar.candidates c JOIN akhbar.outlets o ON o.id = c.outlet_id
    WHERE only_outlet IS NULL OR c.outlet_id = only_outlet
    GROUP BY 1, 2, 3;
$$;
SELECT akhbar.count_discoveries();

CREATE FUNCTION akhbar.note_discoveries() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
    -- a copy of the corpus brings this table along (corpus/moving.py)
    IF current_setting('akhbar.copying', true) = 'on' THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'INSERT' THEN
        INSERT INTO akhbar.discoveries (outlet_id, day, state, change)
        SELECT c.outlet_id, (c.discovered_at AT TIME ZONE o.timezone)::date, c.state, count(*)
        FROM after_rows c JOIN akhbar.outlets o ON o.id = c.outlet_id GROUP BY 1, 2, 3;
    ELSE
        INSERT INTO akhbar.discoveries (outlet_id, day, state, change)
        SELECT m.outlet_id, (m.discovered_at AT TIME ZONE o.timezone)::date, m.state, sum(m.change)
        FROM (SELECT outlet_id, discovered_at, state, -1 AS change FROM before_rows UNION ALL
              SELECT outlet_id, discovered_at, state, 1 FROM after_rows) m
        JOIN akhbar.outlets o ON o.id = m.outlet_id
        GROUP BY 1, 2, 3 HAVING sum(m.change) <> 0;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER note_inserted AFTER INSERT ON akhbar.candidates
    REFERENCING NEW TABLE AS after_rows FOR EACH STATEMENT EXECUTE FUNCTION akhbar.note_discoveries();
CREATE TRIGGER note_updated AFTER UPDATE ON akhbar.candidates
    REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows
    FOR EACH STATEMENT EXECUTE FUNCTION akhbar.note_discoveries();

-- An outlet's days are those of its zone.
CREATE FUNCTION akhbar.recount_discoveries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM akhbar.count_discoveries(NEW.id);
    RETURN NULL;
END
$$;
CREATE TRIGGER recount_discoveries AFTER UPDATE OF timezone ON akhbar.outlets
    FOR EACH ROW WHEN (OLD.timezone <> NEW.timezone) EXECUTE FUNCTION akhbar.recount_discoveries();

CREATE OR REPLACE VIEW corpus.coverage AS
SELECT o.slug AS outlet, d.day, sum(d.change)::bigint AS discovered,
       coalesce(sum(d.change) FILTER (WHERE d.state = 'stored'), 0)::bigint AS stored,
       coalesce(sum(d.change) FILTER (WHERE d.state = 'unchanged'), 0)::bigint AS unchanged,
       coalesce(sum(d.change) FILTER (WHERE d.state = 'duplicate'), 0)::bigint AS duplicate,
       coalesce(sum(d.change) FILTER (WHERE d.state = 'rejected'), 0)::bigint AS rejected,
       coalesce(sum(d.change) FILTER (WHERE d.state = 'failed'), 0)::bigint AS failed,
       coalesce(sum(d.change) FILTER (WHERE d.state IN ('pending', 'fetching')), 0)::bigint AS pending
FROM akhbar.discoveries d JOIN akhbar.outlets o ON o.id = d.outlet_id
GROUP BY o.slug, d.day HAVING sum(d.change) <> 0;

SELECT akhbar.grant_reader();
