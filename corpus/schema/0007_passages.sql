-- Paragraphs by the hash of their folded text: what recurs on an outlet is furniture, what stood in an
-- earlier article is a reprint.

CREATE TABLE akhbar.passages (
    outlet_id integer NOT NULL REFERENCES akhbar.outlets,
    hash      bigint NOT NULL,
    seen      integer NOT NULL,
    PRIMARY KEY (outlet_id, hash)
);

CREATE TABLE akhbar.occurrences (
    hash       bigint NOT NULL,
    article_id bigint NOT NULL REFERENCES akhbar.articles ON DELETE CASCADE,
    paragraph  smallint NOT NULL,
    PRIMARY KEY (hash, article_id)
);
CREATE INDEX ON akhbar.occurrences (article_id);

CREATE VIEW corpus.reprints AS
WITH placed AS (
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
COMMENT ON VIEW corpus.reprints IS
    'A paragraph that stood in an earlier article: which paragraph, and where it stood first.';
COMMENT ON COLUMN corpus.reprints.article IS 'The article that prints it again.';
COMMENT ON COLUMN corpus.reprints.outlet IS 'Its outlet.';
COMMENT ON COLUMN corpus.reprints.paragraph IS 'Which paragraph of its body, from 1.';
COMMENT ON COLUMN corpus.reprints.first_article IS 'The earliest article known with this paragraph.';
COMMENT ON COLUMN corpus.reprints.first_outlet IS 'The outlet of that article.';
COMMENT ON COLUMN corpus.reprints.first_paragraph IS 'Which paragraph it is there.';
COMMENT ON COLUMN corpus.reprints.hours_behind IS 'Hours from the first printing to this one.';

SELECT akhbar.grant_reader();
