-- What an outlet says may not be done with a page (crawler/network/optout.py), as of the last time it was fetched.

ALTER TABLE akhbar.articles ADD COLUMN opt_out text[] NOT NULL DEFAULT '{}';
CREATE INDEX articles_opt_out ON akhbar.articles (id) WHERE opt_out <> '{}';

CREATE OR REPLACE VIEW corpus.articles AS
SELECT a.id, o.slug AS outlet, o.country, a.url, a.canonical_url, a.headline, a.lead, a.body, a.appended,
       a.body_truncated, a.byline, a.authors, a.agency, a.dateline, a.published_text, a.published_at,
       a.published_precision, a.timezone_assumed, a.updated_at, a.section, a.tags, a.language, a.image_url,
       a.provenance, a.extractor_version, a.word_count, a.revision, a.first_seen_at, a.last_seen_at,
       a.changed_at, a.gone_at, coalesce(a.story_id, a.id) AS story, a.copy_of, a.similarity, a.opt_out
FROM akhbar.articles a JOIN akhbar.outlets o ON o.id = a.outlet_id;
COMMENT ON COLUMN corpus.articles.opt_out IS
    'What the page says may not be done with it: noindex, nosnippet, noarchive, noai, noimageai, tdm-reservation.';

CREATE OR REPLACE VIEW corpus.originals AS
SELECT * FROM corpus.articles WHERE copy_of IS NULL;
COMMENT ON COLUMN corpus.originals.opt_out IS
    'What the page says may not be done with it: noindex, nosnippet, noarchive, noai, noimageai, tdm-reservation.';

CREATE VIEW corpus.opt_outs AS
SELECT o.slug AS outlet, substring(a.url FROM '^[a-zA-Z]+://(?:[^/@]*@)?([^/:?#]+)') AS host, s.signal,
       count(*) AS articles, min(a.first_seen_at) AS first_seen_at, max(a.last_seen_at) AS last_seen_at
FROM akhbar.articles a JOIN akhbar.outlets o ON o.id = a.outlet_id
CROSS JOIN LATERAL unnest(a.opt_out) AS s (signal)
WHERE a.opt_out <> '{}'
GROUP BY 1, 2, 3;
COMMENT ON VIEW corpus.opt_outs IS 'What each host says may not be done with its pages, and on how many of them.';
COMMENT ON COLUMN corpus.opt_outs.outlet IS 'Slug of the outlet.';
COMMENT ON COLUMN corpus.opt_outs.host IS 'The host that served the pages.';
COMMENT ON COLUMN corpus.opt_outs.signal IS 'noindex, nosnippet, noarchive, noai, noimageai or tdm-reservation.';
COMMENT ON COLUMN corpus.opt_outs.articles IS 'How many of its articles say so.';
COMMENT ON COLUMN corpus.opt_outs.first_seen_at IS 'When the first of them was first fetched.';
COMMENT ON COLUMN corpus.opt_outs.last_seen_at IS 'When one of them was last seen.';

SELECT akhbar.grant_reader();
