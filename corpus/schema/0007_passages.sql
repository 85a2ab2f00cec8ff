-- Paragraphs by the hash of their folded text: what recurs on an outlet is furniture, what stood in an
-- earlier article is a reprint. No foreign keys: they would be checked for every paragraph.

CREATE TABLE akhbar.passages (
    outlet_id integer NOT NULL,
    hash      bigint NOT NULL,
    seen      integer NOT NULL,
    PRIMARY KEY (outlet_id, hash)
);

CREATE TABLE akhbar.occurrences (
    hash       bigint NOT NULL,
    article_id bigint NOT NULL,
    paragraph  smallint NOT NULL,
    PRIMARY KEY (hash, article_id)
);
CREATE INDEX ON akhbar.occurrences (article_id);

-- The paragraphs of stories that a page printed below its own.
CREATE TABLE akhbar.appended_passages (
    article_id bigint NOT NULL,
    story      smallint NOT NULL,
    hash       bigint NOT NULL,
    PRIMARY KEY (article_id, story, hash)
);
CREATE INDEX ON akhbar.appended_passages (hash);

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

CREATE VIEW corpus.appended AS
SELECT a.id AS article, o.slug AS outlet, s.story::integer AS position, s.printed ->> 'headline' AS headline,
       s.printed ->> 'body' AS body, r.first_article AS repeats,
       coalesce(r.found, 0)::integer AS paragraphs_found,
       (SELECT count(*)::integer FROM akhbar.appended_passages p WHERE p.article_id = a.id AND p.story = s.story)
           AS paragraphs
FROM akhbar.articles a
JOIN akhbar.outlets o ON o.id = a.outlet_id
CROSS JOIN LATERAL jsonb_array_elements(a.appended) WITH ORDINALITY AS s (printed, story)
LEFT JOIN LATERAL (
    SELECT e.id AS first_article, count(*) AS found
    FROM akhbar.appended_passages p
    JOIN akhbar.occurrences x ON x.hash = p.hash AND x.article_id <> a.id
    JOIN akhbar.articles e ON e.id = x.article_id AND e.outlet_id = a.outlet_id
        AND coalesce(e.published_at, e.first_seen_at) <= coalesce(a.published_at, a.first_seen_at)
    WHERE p.article_id = a.id AND p.story = s.story
    GROUP BY e.id ORDER BY count(*) DESC, e.id LIMIT 1
) r ON true
WHERE a.appended <> '[]';
COMMENT ON VIEW corpus.appended IS
    'A story that a page prints below its own, and the earlier article of the outlet that it repeats.';
COMMENT ON COLUMN corpus.appended.article IS 'The article whose page prints it.';
COMMENT ON COLUMN corpus.appended.outlet IS 'Its outlet.';
COMMENT ON COLUMN corpus.appended.position IS 'Its place below the article, from 1.';
COMMENT ON COLUMN corpus.appended.headline IS 'Its headline as printed.';
COMMENT ON COLUMN corpus.appended.body IS 'Its text as printed.';
COMMENT ON COLUMN corpus.appended.repeats IS 'The earlier article with most of its paragraphs; empty while none is known.';
COMMENT ON COLUMN corpus.appended.paragraphs_found IS 'How many of its telling paragraphs stand in that article.';
COMMENT ON COLUMN corpus.appended.paragraphs IS 'How many telling paragraphs it has (12 words or more).';

SELECT akhbar.grant_reader();
