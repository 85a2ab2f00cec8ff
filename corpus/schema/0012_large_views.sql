-- What one article's page asks must not read a million others.

-- Read twice, a CTE is written out whole first: every paragraph of the corpus, for the reprints of one article.
CREATE OR REPLACE VIEW corpus.reprints AS
WITH placed AS NOT MATERIALIZED (
    SELECT x.hash, x.paragraph, a.id, o.slug, coalesce(a.published_at, a.first_seen_at) AS at
    FROM akhbar.occurrences x JOIN akhbar.articles a ON a.id = x.article_id
    JOIN akhbar.outlets o ON o.id = a.outlet_id
)
SELECT later.id AS article, later.slug AS outlet, later.paragraph, first.id AS first_article,
       first.slug AS first_outlet, first.paragraph AS first_paragraph,
       round((extract(epoch FROM later.at - first.at) / 3600)::numeric, 2) AS hours_behind
FROM placed later
CROSS JOIN LATERAL (
    SELECT p.* FROM placed p WHERE p.hash = later.hash ORDER BY p.at, p.id LIMIT 1
) first
WHERE first.id <> later.id;

-- The newest copies, for the page of stories.
CREATE INDEX articles_copies ON akhbar.articles ((coalesce(published_at, first_seen_at)) DESC)
    WHERE copy_of IS NOT NULL;
