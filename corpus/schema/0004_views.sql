-- What data teams read: schema corpus, by role akhbar_reader.

CREATE SCHEMA IF NOT EXISTS corpus;
COMMENT ON SCHEMA corpus IS 'The corpus of Arabic news: views and functions for reading. Start with corpus.articles.';

CREATE VIEW corpus.outlets AS
SELECT o.slug AS outlet, o.name, o.country, o.timezone, o.hosts, o.added_at,
       (SELECT max(c.started_at) FROM akhbar.crawls c WHERE c.outlet_id = o.id) AS last_crawl_at,
       (SELECT count(*) FROM akhbar.articles a WHERE a.outlet_id = o.id) AS articles
FROM akhbar.outlets o WHERE NOT o.taken_down;

COMMENT ON VIEW corpus.outlets IS
    'The outlets: one row a news site.';
COMMENT ON COLUMN corpus.outlets.outlet IS 'The slug: the outlet''s name in every view and command.';
COMMENT ON COLUMN corpus.outlets.name IS 'How the outlet calls itself.';
COMMENT ON COLUMN corpus.outlets.country IS 'ISO 3166-1 alpha-2.';
COMMENT ON COLUMN corpus.outlets.timezone IS 'IANA zone in which the outlet prints times.';
COMMENT ON COLUMN corpus.outlets.hosts IS 'Hosts that serve it.';
COMMENT ON COLUMN corpus.outlets.added_at IS 'When the corpus first met it.';
COMMENT ON COLUMN corpus.outlets.last_crawl_at IS 'Start of its latest crawl.';
COMMENT ON COLUMN corpus.outlets.articles IS 'How many articles are kept.';

CREATE VIEW corpus.crawls AS
SELECT c.id AS crawl, o.slug AS outlet, c.state, c.verdict, c.started_at, c.finished_at, c.arguments, c.counts
FROM akhbar.crawls c JOIN akhbar.outlets o ON o.id = c.outlet_id;

COMMENT ON VIEW corpus.crawls IS
    'One run of one outlet: its counts and its verdict.';
COMMENT ON COLUMN corpus.crawls.crawl IS 'Number of the crawl.';
COMMENT ON COLUMN corpus.crawls.outlet IS 'Slug of the outlet.';
COMMENT ON COLUMN corpus.crawls.state IS 'running, finished, stopped (by a person or a budget) or died.';
COMMENT ON COLUMN corpus.crawls.verdict IS 'healthy, thin, silent, blocked, relaid or broken.';
COMMENT ON COLUMN corpus.crawls.started_at IS 'Start.';
COMMENT ON COLUMN corpus.crawls.finished_at IS 'End; empty while it runs.';
COMMENT ON COLUMN corpus.crawls.arguments IS 'What it was asked to do.';
COMMENT ON COLUMN corpus.crawls.counts IS 'The ledger''s sum and other counts at its end.';

CREATE VIEW corpus.coverage AS
SELECT o.slug AS outlet, (c.discovered_at AT TIME ZONE o.timezone)::date AS day, count(*) AS discovered,
       count(*) FILTER (WHERE c.state = 'stored') AS stored,
       count(*) FILTER (WHERE c.state = 'unchanged') AS unchanged,
       count(*) FILTER (WHERE c.state = 'duplicate') AS duplicate,
       count(*) FILTER (WHERE c.state = 'rejected') AS rejected,
       count(*) FILTER (WHERE c.state = 'failed') AS failed,
       count(*) FILTER (WHERE c.state IN ('pending', 'fetching')) AS pending
FROM akhbar.candidates c JOIN akhbar.outlets o ON o.id = c.outlet_id
GROUP BY 1, 2;

COMMENT ON VIEW corpus.coverage IS
    'The ledger per outlet and day of discovery: discovered = stored + unchanged + duplicate + rejected + failed + pending.';
COMMENT ON COLUMN corpus.coverage.outlet IS 'Slug of the outlet.';
COMMENT ON COLUMN corpus.coverage.day IS 'Day of discovery in the outlet''s zone.';
COMMENT ON COLUMN corpus.coverage.discovered IS 'Addresses announced for the first time that day.';
COMMENT ON COLUMN corpus.coverage.stored IS 'Gave an article.';
COMMENT ON COLUMN corpus.coverage.unchanged IS 'Gave an article before, and nothing new at the last check.';
COMMENT ON COLUMN corpus.coverage.duplicate IS 'Lead to an article that another address gave.';
COMMENT ON COLUMN corpus.coverage.rejected IS 'Are no article (see the reason in the program).';
COMMENT ON COLUMN corpus.coverage.failed IS 'Could not be fetched.';
COMMENT ON COLUMN corpus.coverage.pending IS 'Still to be fetched.';

CREATE VIEW corpus.articles AS
SELECT a.id, o.slug AS outlet, o.country, a.url, a.canonical_url, a.headline, a.lead, a.body, a.appended,
       a.body_truncated, a.byline, a.authors, a.agency, a.dateline, a.published_text, a.published_at,
       a.published_precision, a.timezone_assumed, a.updated_at, a.section, a.tags, a.language, a.image_url,
       a.provenance, a.extractor_version, a.word_count, a.revision, a.first_seen_at, a.last_seen_at,
       a.changed_at, a.gone_at, coalesce(a.story_id, a.id) AS story, a.copy_of, a.similarity
FROM akhbar.articles a JOIN akhbar.outlets o ON o.id = a.outlet_id;

COMMENT ON VIEW corpus.articles IS
    'Articles in their present form.';
COMMENT ON COLUMN corpus.articles.id IS 'Number of the article, the same for ever.';
COMMENT ON COLUMN corpus.articles.outlet IS 'Slug of the outlet.';
COMMENT ON COLUMN corpus.articles.country IS 'Country of the outlet, ISO 3166-1 alpha-2.';
COMMENT ON COLUMN corpus.articles.url IS 'Address it was fetched from, after redirects.';
COMMENT ON COLUMN corpus.articles.canonical_url IS 'The address that names it.';
COMMENT ON COLUMN corpus.articles.headline IS 'Headline as printed.';
COMMENT ON COLUMN corpus.articles.lead IS 'Lead as printed, where it stands apart.';
COMMENT ON COLUMN corpus.articles.body IS 'Body: paragraphs parted by an empty line, in storage form.';
COMMENT ON COLUMN corpus.articles.appended IS 'Other stories printed below it: a list of headline and body.';
COMMENT ON COLUMN corpus.articles.body_truncated IS 'Whether the outlet printed only a part.';
COMMENT ON COLUMN corpus.articles.byline IS 'Credit line as printed.';
COMMENT ON COLUMN corpus.articles.authors IS 'Persons credited as writers.';
COMMENT ON COLUMN corpus.articles.agency IS 'News agency credited.';
COMMENT ON COLUMN corpus.articles.dateline IS 'Place that opens the text.';
COMMENT ON COLUMN corpus.articles.published_text IS 'Date as printed.';
COMMENT ON COLUMN corpus.articles.published_at IS 'When it was published.';
COMMENT ON COLUMN corpus.articles.published_precision IS 'minute, day or month: how exact published_at is.';
COMMENT ON COLUMN corpus.articles.timezone_assumed IS 'Whether the page printed no zone and the outlet''s was taken.';
COMMENT ON COLUMN corpus.articles.updated_at IS 'When the outlet says it last changed it.';
COMMENT ON COLUMN corpus.articles.section IS 'Section as printed.';
COMMENT ON COLUMN corpus.articles.tags IS 'Tags as printed.';
COMMENT ON COLUMN corpus.articles.language IS 'Language by script: ar, fa, …';
COMMENT ON COLUMN corpus.articles.image_url IS 'Address of its image.';
COMMENT ON COLUMN corpus.articles.provenance IS 'For each field: the rule and the raw text it came from.';
COMMENT ON COLUMN corpus.articles.extractor_version IS 'Version of the reader.';
COMMENT ON COLUMN corpus.articles.word_count IS 'Words of the body, folded.';
COMMENT ON COLUMN corpus.articles.revision IS 'Number of the present version, from 1.';
COMMENT ON COLUMN corpus.articles.first_seen_at IS 'When it was first fetched.';
COMMENT ON COLUMN corpus.articles.last_seen_at IS 'When it was last seen at its address.';
COMMENT ON COLUMN corpus.articles.changed_at IS 'When the present version was first seen.';
COMMENT ON COLUMN corpus.articles.gone_at IS 'When it was found gone from its address; its text is kept.';
COMMENT ON COLUMN corpus.articles.story IS 'Its cluster of copies: the number that all copies of one text share.';
COMMENT ON COLUMN corpus.articles.copy_of IS 'The original it is a copy of; empty for an original.';
COMMENT ON COLUMN corpus.articles.similarity IS 'Share of word shingles it has in common with the original.';

CREATE VIEW corpus.originals AS
SELECT * FROM corpus.articles WHERE copy_of IS NULL;

COMMENT ON VIEW corpus.originals IS
    'The earliest article of each story: the corpus without copies. Columns as in corpus.articles.';
COMMENT ON COLUMN corpus.originals.id IS 'Number of the article, the same for ever.';
COMMENT ON COLUMN corpus.originals.outlet IS 'Slug of the outlet.';
COMMENT ON COLUMN corpus.originals.country IS 'Country of the outlet, ISO 3166-1 alpha-2.';
COMMENT ON COLUMN corpus.originals.url IS 'Address it was fetched from, after redirects.';
COMMENT ON COLUMN corpus.originals.canonical_url IS 'The address that names it.';
COMMENT ON COLUMN corpus.originals.headline IS 'Headline as printed.';
COMMENT ON COLUMN corpus.originals.lead IS 'Lead as printed, where it stands apart.';
COMMENT ON COLUMN corpus.originals.body IS 'Body: paragraphs parted by an empty line, in storage form.';
COMMENT ON COLUMN corpus.originals.appended IS 'Other stories printed below it: a list of headline and body.';
COMMENT ON COLUMN corpus.originals.body_truncated IS 'Whether the outlet printed only a part.';
COMMENT ON COLUMN corpus.originals.byline IS 'Credit line as printed.';
COMMENT ON COLUMN corpus.originals.authors IS 'Persons credited as writers.';
COMMENT ON COLUMN corpus.originals.agency IS 'News agency credited.';
COMMENT ON COLUMN corpus.originals.dateline IS 'Place that opens the text.';
COMMENT ON COLUMN corpus.originals.published_text IS 'Date as printed.';
COMMENT ON COLUMN corpus.originals.published_at IS 'When it was published.';
COMMENT ON COLUMN corpus.originals.published_precision IS 'minute, day or month: how exact published_at is.';
COMMENT ON COLUMN corpus.originals.timezone_assumed IS 'Whether the page printed no zone and the outlet''s was taken.';
COMMENT ON COLUMN corpus.originals.updated_at IS 'When the outlet says it last changed it.';
COMMENT ON COLUMN corpus.originals.section IS 'Section as printed.';
COMMENT ON COLUMN corpus.originals.tags IS 'Tags as printed.';
COMMENT ON COLUMN corpus.originals.language IS 'Language by script: ar, fa, …';
COMMENT ON COLUMN corpus.originals.image_url IS 'Address of its image.';
COMMENT ON COLUMN corpus.originals.provenance IS 'For each field: the rule and the raw text it came from.';
COMMENT ON COLUMN corpus.originals.extractor_version IS 'Version of the reader.';
COMMENT ON COLUMN corpus.originals.word_count IS 'Words of the body, folded.';
COMMENT ON COLUMN corpus.originals.revision IS 'Number of the present version, from 1.';
COMMENT ON COLUMN corpus.originals.first_seen_at IS 'When it was first fetched.';
COMMENT ON COLUMN corpus.originals.last_seen_at IS 'When it was last seen at its address.';
COMMENT ON COLUMN corpus.originals.changed_at IS 'When the present version was first seen.';
COMMENT ON COLUMN corpus.originals.gone_at IS 'When it was found gone from its address; its text is kept.';
COMMENT ON COLUMN corpus.originals.story IS 'Its cluster of copies: the number that all copies of one text share.';
COMMENT ON COLUMN corpus.originals.copy_of IS 'The original it is a copy of; empty for an original.';
COMMENT ON COLUMN corpus.originals.similarity IS 'Share of word shingles it has in common with the original.';

CREATE VIEW corpus.stories AS
SELECT a.story_id AS story, count(*) AS size, count(DISTINCT a.outlet_id) AS outlet_count,
       array_agg(DISTINCT o.slug) AS outlets, min(coalesce(a.published_at, a.first_seen_at)) AS first_at,
       max(coalesce(a.published_at, a.first_seen_at)) AS last_at,
       min(a.id) FILTER (WHERE a.copy_of IS NULL) AS original,
       min(a.headline) FILTER (WHERE a.copy_of IS NULL) AS headline,
       (array_agg(a.agency ORDER BY coalesce(a.published_at, a.first_seen_at), a.id)
           FILTER (WHERE a.agency IS NOT NULL))[1] AS agency,
       count(*) FILTER (WHERE a.agency IS NOT NULL) AS crediting
FROM akhbar.articles a JOIN akhbar.outlets o ON o.id = a.outlet_id
WHERE a.story_id IS NOT NULL
GROUP BY a.story_id HAVING count(*) > 1;

COMMENT ON VIEW corpus.stories IS
    'Clusters of copies: two or more articles with the same or nearly the same text.';
COMMENT ON COLUMN corpus.stories.story IS 'Number of the story.';
COMMENT ON COLUMN corpus.stories.size IS 'How many articles it has.';
COMMENT ON COLUMN corpus.stories.outlet_count IS 'In how many outlets.';
COMMENT ON COLUMN corpus.stories.outlets IS 'Their slugs.';
COMMENT ON COLUMN corpus.stories.first_at IS 'When its first article was published (first seen, where no date is printed).';
COMMENT ON COLUMN corpus.stories.last_at IS 'The same of its last article.';
COMMENT ON COLUMN corpus.stories.original IS 'The earliest article.';
COMMENT ON COLUMN corpus.stories.headline IS 'Headline of the original.';
COMMENT ON COLUMN corpus.stories.agency IS 'The news agency that the earliest crediting article of the story names.';
COMMENT ON COLUMN corpus.stories.crediting IS 'How many of its articles credit an agency.';

CREATE VIEW corpus.copies AS
SELECT c.id AS article, c.copy_of AS original, coalesce(c.story_id, c.id) AS story, co.slug AS outlet,
       oo.slug AS original_outlet, c.similarity,
       round((extract(epoch FROM coalesce(c.published_at, c.first_seen_at)
                                - coalesce(o.published_at, o.first_seen_at)) / 3600)::numeric, 2) AS hours_behind,
       c.agency IS NOT NULL AS agency_credited, c.agency, w.agency AS wire
FROM akhbar.articles c JOIN akhbar.articles o ON o.id = c.copy_of
LEFT JOIN LATERAL (
    SELECT m.agency FROM akhbar.articles m WHERE m.story_id = c.story_id AND m.agency IS NOT NULL
    ORDER BY coalesce(m.published_at, m.first_seen_at), m.id LIMIT 1
) w ON true
JOIN akhbar.outlets co ON co.id = c.outlet_id JOIN akhbar.outlets oo ON oo.id = o.outlet_id;

COMMENT ON VIEW corpus.copies IS
    'A copy, its original, and how far behind it came.';
COMMENT ON COLUMN corpus.copies.article IS 'The copy.';
COMMENT ON COLUMN corpus.copies.original IS 'The earliest article of the story.';
COMMENT ON COLUMN corpus.copies.story IS 'The story of both.';
COMMENT ON COLUMN corpus.copies.outlet IS 'Outlet of the copy.';
COMMENT ON COLUMN corpus.copies.original_outlet IS 'Outlet of the original.';
COMMENT ON COLUMN corpus.copies.similarity IS 'Share of word shingles in common: 1 for the same text.';
COMMENT ON COLUMN corpus.copies.hours_behind IS 'Hours from the original''s time to the copy''s.';
COMMENT ON COLUMN corpus.copies.agency_credited IS 'Whether the copy credits a news agency.';
COMMENT ON COLUMN corpus.copies.agency IS 'The agency it credits.';
COMMENT ON COLUMN corpus.copies.wire IS 'The agency that any article of the story credits: wire copy, credited here or not.';

CREATE VIEW corpus.credits AS
SELECT c.article_id AS article, o.slug AS outlet, c.position, c.name, c.role, a.published_at
FROM akhbar.credits c JOIN akhbar.articles a ON a.id = c.article_id JOIN akhbar.outlets o ON o.id = a.outlet_id;

COMMENT ON VIEW corpus.credits IS
    'A credited person or agency of an article.';
COMMENT ON COLUMN corpus.credits.article IS 'The article.';
COMMENT ON COLUMN corpus.credits.outlet IS 'Its outlet.';
COMMENT ON COLUMN corpus.credits.position IS 'Order in the byline, from 1.';
COMMENT ON COLUMN corpus.credits.name IS 'Name as printed.';
COMMENT ON COLUMN corpus.credits.role IS 'writer, reporter, translator, editor, compiler, photographer, interviewer, agency or organisation.';
COMMENT ON COLUMN corpus.credits.published_at IS 'When the article was published.';

CREATE VIEW corpus.revisions AS
SELECT r.article_id AS article, r.number AS revision, o.slug AS outlet, r.seen_at, r.recorded_at, r.replaced_at,
       r.crawl_id AS crawl, r.changes,
       r.present, CASE WHEN r.present THEN a.headline ELSE r.headline END AS headline,
       CASE WHEN r.present THEN a.lead ELSE r.lead END AS lead,
       CASE WHEN r.present THEN a.body ELSE r.body END AS body,
       CASE WHEN r.present THEN a.appended ELSE r.appended END AS appended,
       CASE WHEN r.present THEN a.byline ELSE r.byline END AS byline,
       CASE WHEN r.present THEN a.authors ELSE r.authors END AS authors,
       CASE WHEN r.present THEN a.agency ELSE r.agency END AS agency,
       CASE WHEN r.present THEN a.dateline ELSE r.dateline END AS dateline,
       CASE WHEN r.present THEN a.published_text ELSE r.published_text END AS published_text,
       CASE WHEN r.present THEN a.published_at ELSE r.published_at END AS published_at,
       CASE WHEN r.present THEN a.published_precision ELSE r.published_precision END AS published_precision,
       CASE WHEN r.present THEN a.timezone_assumed ELSE r.timezone_assumed END AS timezone_assumed,
       CASE WHEN r.present THEN a.updated_at ELSE r.updated_at END AS updated_at,
       CASE WHEN r.present THEN a.section ELSE r.section END AS section,
       CASE WHEN r.present THEN a.tags ELSE r.tags END AS tags,
       CASE WHEN r.present THEN a.language ELSE r.language END AS language,
       CASE WHEN r.present THEN a.image_url ELSE r.image_url END AS image_url,
       CASE WHEN r.present THEN a.provenance ELSE r.provenance END AS provenance,
       CASE WHEN r.present THEN a.extractor_version ELSE r.extractor_version END AS extractor_version,
       CASE WHEN r.present THEN a.word_count ELSE r.word_count END AS word_count
FROM akhbar.revisions r JOIN akhbar.articles a ON a.id = r.article_id JOIN akhbar.outlets o ON o.id = a.outlet_id;

COMMENT ON VIEW corpus.revisions IS
    'Every version of every article, the present one too.';
COMMENT ON COLUMN corpus.revisions.article IS 'The article.';
COMMENT ON COLUMN corpus.revisions.revision IS 'Number of the version, from 1.';
COMMENT ON COLUMN corpus.revisions.outlet IS 'Its outlet.';
COMMENT ON COLUMN corpus.revisions.seen_at IS 'When this version was first seen.';
COMMENT ON COLUMN corpus.revisions.recorded_at IS 'When the corpus wrote it down: what corpus.as_of goes by.';
COMMENT ON COLUMN corpus.revisions.replaced_at IS 'When the corpus wrote down the next one; empty for the present version.';
COMMENT ON COLUMN corpus.revisions.crawl IS 'The crawl that saw it.';
COMMENT ON COLUMN corpus.revisions.changes IS 'What differs from the version before: headline, lead, body, byline, published …; reread: the reader changed, not (only) the page.';
COMMENT ON COLUMN corpus.revisions.present IS 'Whether it is the present version.';
COMMENT ON COLUMN corpus.revisions.headline IS 'Headline as printed.';
COMMENT ON COLUMN corpus.revisions.lead IS 'Lead as printed, where it stands apart.';
COMMENT ON COLUMN corpus.revisions.body IS 'Body: paragraphs parted by an empty line, in storage form.';
COMMENT ON COLUMN corpus.revisions.appended IS 'Other stories printed below it: a list of headline and body.';
COMMENT ON COLUMN corpus.revisions.byline IS 'Credit line as printed.';
COMMENT ON COLUMN corpus.revisions.authors IS 'Persons credited as writers.';
COMMENT ON COLUMN corpus.revisions.agency IS 'News agency credited.';
COMMENT ON COLUMN corpus.revisions.dateline IS 'Place that opens the text.';
COMMENT ON COLUMN corpus.revisions.published_text IS 'Date as printed.';
COMMENT ON COLUMN corpus.revisions.published_at IS 'When it was published.';
COMMENT ON COLUMN corpus.revisions.published_precision IS 'minute, day or month: how exact published_at is.';
COMMENT ON COLUMN corpus.revisions.timezone_assumed IS 'Whether the page printed no zone and the outlet''s was taken.';
COMMENT ON COLUMN corpus.revisions.updated_at IS 'When the outlet says it last changed it.';
COMMENT ON COLUMN corpus.revisions.section IS 'Section as printed.';
COMMENT ON COLUMN corpus.revisions.tags IS 'Tags as printed.';
COMMENT ON COLUMN corpus.revisions.language IS 'Language by script: ar, fa, …';
COMMENT ON COLUMN corpus.revisions.image_url IS 'Address of its image.';
COMMENT ON COLUMN corpus.revisions.provenance IS 'For each field: the rule and the raw text it came from.';
COMMENT ON COLUMN corpus.revisions.extractor_version IS 'Version of the reader.';
COMMENT ON COLUMN corpus.revisions.word_count IS 'Words of the body, folded.';

-- The reader may read this schema and nothing else. A server's own administrator makes the role where the
-- owner of this database may not; the grants are then repeated by akhbar.grant_reader().
CREATE FUNCTION akhbar.grant_reader() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'akhbar_reader') THEN
        BEGIN
            CREATE ROLE akhbar_reader NOLOGIN;
        EXCEPTION
            WHEN insufficient_privilege THEN
                RAISE NOTICE 'role akhbar_reader cannot be made by %; make it and call akhbar.grant_reader()',
                    current_user;
                RETURN;
            WHEN duplicate_object OR unique_violation THEN
                NULL;  -- made this moment by the migration of another database of this server
        END;
    END IF;
    GRANT USAGE ON SCHEMA corpus TO akhbar_reader;
    GRANT SELECT ON ALL TABLES IN SCHEMA corpus TO akhbar_reader;
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA corpus TO akhbar_reader;
    ALTER DEFAULT PRIVILEGES IN SCHEMA corpus GRANT SELECT ON TABLES TO akhbar_reader;
    ALTER DEFAULT PRIVILEGES IN SCHEMA corpus GRANT EXECUTE ON FUNCTIONS TO akhbar_reader;
END
$$;
REVOKE ALL ON FUNCTION akhbar.grant_reader() FROM PUBLIC;
SELECT akhbar.grant_reader();
