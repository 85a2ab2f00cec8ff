-- Phrases by the index. It holds words without their places, so that a phrase was looked for among all articles with its
-- words; now each article keeps numbers of the pairs of words that follow each other in it (corpus/vector.py), and
-- the index holds those beside the words. Few numbers, so that the index stays small: a pair's is in one article of
-- seventeen, and what shares it by chance is sorted out by reading, as before.

CREATE FUNCTION akhbar.word_number(word text) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ('x' || left(md5(convert_to(word, 'UTF8')), 8))::bit(32)::bigint;

CREATE FUNCTION akhbar.pair_number(first text, second text) RETURNS smallint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (31 * akhbar.word_number(ltrim(first, 'وفبلكا')) + akhbar.word_number(second)) % 4096;
COMMENT ON FUNCTION akhbar.pair_number IS
    'The number of a pair of folded words, the first without what may be written onto it: the same as the program''s.';

ALTER TABLE akhbar.articles ADD COLUMN pairs smallint[] NOT NULL DEFAULT '{}';
-- ANALYZE would count each of them, and nothing plans by that
ALTER TABLE akhbar.articles ALTER COLUMN pairs SET STATISTICS 0;

DROP INDEX akhbar.articles_search;
UPDATE akhbar.articles a SET pairs = ARRAY(
    SELECT DISTINCT akhbar.pair_number(w.word, w.next_word)
    FROM (
        SELECT v.lexeme AS word, p.place, lead(v.lexeme) OVER by_place AS next_word, lead(p.place) OVER by_place AS next_place
        FROM unnest(a.search) v, unnest(v.positions) AS p (place)
        WINDOW by_place AS (ORDER BY p.place)
    ) w
    WHERE w.next_place = w.place + 1 ORDER BY 1
);
SET LOCAL maintenance_work_mem = '512MB';
CREATE INDEX articles_search ON akhbar.articles
    USING gin ((akhbar.marked(search, outlet_id, section, coalesce(published_at, first_seen_at))), pairs);
ALTER INDEX akhbar.articles_search ALTER COLUMN 1 SET STATISTICS 0;

-- The pairs of a part of a query: of each two words, but for the last where that is a beginning.
CREATE FUNCTION akhbar.part_pairs(words text[], prefix boolean) RETURNS smallint[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ARRAY(SELECT DISTINCT akhbar.pair_number(words[n], words[n + 1])
             FROM generate_series(1, cardinality(words) - 1 - prefix::integer) AS n ORDER BY 1);

-- The pairs that an article must have for all the phrases of a query to stand in it; NULL where there is no phrase.
CREATE FUNCTION akhbar.pairs_condition(query text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
    SELECT format('a.pairs @> %L::smallint[]', array_agg(DISTINCT pair))
    FROM akhbar.query_parts(query) p, unnest(akhbar.part_pairs(p.words, coalesce(p.prefix, false))) AS pair
    WHERE NOT p.excluded
    HAVING count(*) > 0
);

-- As before, but of a phrase only the words that its pairs leave worth asking for: each that is looked for beside them
-- costs more than it saves, above all the first, in all its forms. Two pairs are in one article of three hundred, three
-- in one of five thousand.
CREATE OR REPLACE FUNCTION akhbar.lookup_query(query text) RETURNS tsquery
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
    SELECT string_agg(
        CASE WHEN p.excluded THEN '!' ELSE '' END || '('
            || CASE WHEN p.pairs < 2 THEN replace(akhbar.part_query(p.words, p.prefix), ' <-> ', ' & ')
                    ELSE (SELECT string_agg(quote_literal(replace(word, '\', '\\')), ' & ')
                          FROM unnest(p.words[3:cardinality(p.words) - p.prefix::integer]) AS word) END || ')',
        ' & ' ORDER BY p.place)::tsquery
    FROM (
        SELECT q.place, q.words, coalesce(q.prefix, false) AS prefix, q.excluded,
               cardinality(akhbar.part_pairs(q.words, coalesce(q.prefix, false))) AS pairs
        FROM akhbar.query_parts(query) q
        WHERE NOT q.excluded OR cardinality(q.words) = 1
    ) p
    WHERE p.pairs < 3
);

CREATE OR REPLACE FUNCTION akhbar.search_condition(
    query text, outlet text, author text, section text, country text, since timestamptz, until timestamptz
)
RETURNS text LANGUAGE plpgsql STABLE
AS $$
DECLARE
    asked tsquery := akhbar.index_query(query, outlet, section, country);
BEGIN
    RETURN concat_ws(' AND ', 'true',
        akhbar.index_condition(asked),
        akhbar.pairs_condition(query),
        CASE WHEN akhbar.has_phrase(query) THEN format('a.search @@ %L::tsquery', akhbar.search_query(query)) END,
        CASE WHEN since IS NOT NULL
             THEN format('coalesce(a.published_at, a.first_seen_at) >= %L::timestamptz', since) END,
        CASE WHEN until IS NOT NULL
             THEN format('coalesce(a.published_at, a.first_seen_at) <= %L::timestamptz', until) END,
        akhbar.author_condition(author));
END
$$;

-- Ranking looks at the newest 200 matches only: a word of every second article would otherwise have a million
-- vectors read to put twenty in order. A phrase is looked for in at most 4,000 articles with its pairs at a time,
-- since each of them must be read, and is ranked over three times as many as are asked for, where so many are found.
CREATE OR REPLACE FUNCTION corpus.search(
    query text,
    outlet text DEFAULT NULL,
    author text DEFAULT NULL,
    section text DEFAULT NULL,
    country text DEFAULT NULL,
    since timestamptz DEFAULT NULL,
    until timestamptz DEFAULT NULL,
    max_rows integer DEFAULT 20,
    order_by text DEFAULT 'rank'
)
RETURNS TABLE (id bigint, outlet_slug text, headline text, published_at timestamptz, canonical_url text, rank real)
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE ROWS 20
SET search_path = pg_catalog, pg_temp SET work_mem = '32MB'
AS $$
DECLARE
    asked tsquery := akhbar.search_query(coalesce(query, ''));
    looked_up tsquery := akhbar.index_query(query, outlet, section, country);
    wanted integer := CASE order_by WHEN 'rank' THEN greatest(max_rows, 200) ELSE max_rows END;
    enough integer := wanted;
    at_once integer := wanted;   -- newest of a span that are taken from the index
    named bigint[];              -- the articles of an author that has few
    further text[] := '{}';      -- what only the article tells, not the index
    ids bigint[] := '{}';
    part bigint[];
    taken bigint;
    oldest timestamptz;
    at constant text := 'coalesce(a.published_at, a.first_seen_at)';
    first timestamptz := coalesce(since, (SELECT coalesce(a.published_at, a.first_seen_at) FROM akhbar.articles a
                                          ORDER BY coalesce(a.published_at, a.first_seen_at) LIMIT 1));
    last timestamptz;            -- of the span looked at
    start timestamptz;
    days real;                   -- its width
    daily real;                  -- articles a day about then
    in_days tsquery;
BEGIN
    IF order_by NOT IN ('rank', 'time') THEN
        RAISE EXCEPTION 'order_by is rank or time, not %', order_by USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF author IS NOT NULL THEN
        SELECT array_agg(f.article_id) INTO named FROM (
            SELECT c.article_id FROM akhbar.credits c WHERE c.words @> string_to_array(corpus.fold(author), ' ')
            LIMIT 5001) f;
        IF cardinality(named) > 5000 THEN
            named := NULL;
            further := further || format('EXISTS (SELECT FROM akhbar.credits c WHERE c.article_id = a.id'
                ' AND c.words @> %L::text[])', string_to_array(corpus.fold(author), ' '));
        ELSE
            named := coalesce(named, '{}');
        END IF;
    END IF;
    IF akhbar.has_phrase(query) THEN
        further := further || format('a.search @@ %L::tsquery', asked);
    END IF;
    IF cardinality(further) > 0 THEN
        at_once := greatest(wanted, 4000);
        enough := max_rows;
        wanted := least(wanted, 3 * max_rows);
    END IF;

    SELECT least(coalesce(until, 'infinity'), coalesce(a.published_at, a.first_seen_at)) INTO last
    FROM akhbar.articles a ORDER BY coalesce(a.published_at, a.first_seen_at) DESC LIMIT 1;
    SELECT 300 / greatest(extract(epoch FROM last - coalesce(a.published_at, a.first_seen_at)) / 86400, 0.001)
    INTO daily FROM akhbar.articles a WHERE coalesce(a.published_at, a.first_seen_at) <= last
    ORDER BY coalesce(a.published_at, a.first_seen_at) DESC OFFSET 300 LIMIT 1;
    days := greatest(1.5 * wanted / greatest(akhbar.word_share(coalesce(query, '')), 0.002) / coalesce(daily, 1), 1);

    WHILE last >= first AND cardinality(ids) < enough LOOP
        start := CASE WHEN days > 40000 OR named IS NOT NULL THEN first
                      ELSE greatest(last - days * interval '1 day', first) END;
        -- every marker is looked for beside every match; of a phrase there are few, and the article tells its day
        in_days := akhbar.days_query(akhbar.day_number(start), akhbar.day_number(last),
                                     CASE WHEN cardinality(further) > 0 THEN 4 ELSE 40 END);
        -- No index gives the order of the sum: the matches are looked up, and only then put in order.
        EXECUTE format(
            'WITH found AS MATERIALIZED ('
            ' SELECT a.id, %1$s AS at FROM akhbar.articles a'
            ' WHERE %2$s AND %1$s + interval ''0'' BETWEEN %3$L::timestamptz AND %4$L::timestamptz'
            ' ORDER BY %1$s + interval ''0'' DESC FETCH FIRST %5$s ROWS WITH TIES)'
            ' SELECT ARRAY(SELECT f.id FROM (SELECT * FROM found ORDER BY at DESC, id) f %6$s LIMIT %7$s),'
            ' count(*), min(at) FROM found',
            at,
            concat_ws(' AND ', 'a.id = ANY(' || quote_literal(named) || '::bigint[])',
                      coalesce(akhbar.index_condition(coalesce(looked_up && in_days, looked_up, in_days)), 'true'),
                      akhbar.pairs_condition(query)),
            start, last, at_once,
            -- as a value, and not a join: each article is then read by its number, in order, until there are enough
            'WHERE (SELECT ' || nullif(array_to_string(further, ' AND '), '')
                || ' FROM akhbar.articles a WHERE a.id = f.id)',
            wanted - cardinality(ids)
        ) INTO part, taken, oldest;
        ids := ids || part;
        -- the next span is as wide as it takes for what is still wanted, by what this one held
        days := CASE
            WHEN taken >= at_once THEN extract(epoch FROM last - oldest) / 86400 + 0.01
            WHEN cardinality(further) > 0 THEN least(days * at_once / greatest(taken, 1), 1e6)
            WHEN taken = 0 THEN least(days * 8, 1e6)
            ELSE least(days * least(greatest(1.5 * (wanted - cardinality(ids)) / taken, 1), 8), 1e6) END;
        last := CASE WHEN taken >= at_once THEN oldest ELSE start END - interval '1 microsecond';
    END LOOP;
    RETURN QUERY
        SELECT a.id, o.slug, a.headline, a.published_at, a.canonical_url, s.score
        FROM unnest(ids) WITH ORDINALITY AS f (id, place)
        JOIN akhbar.articles a ON a.id = f.id
        JOIN akhbar.outlets o ON o.id = a.outlet_id,
        LATERAL (SELECT CASE WHEN order_by = 'rank' THEN coalesce(ts_rank('{0.1,0.2,0.4,1.0}', a.search, asked, 1), 0)
                             ELSE 0 END AS score) s
        ORDER BY s.score DESC, f.place LIMIT max_rows;
END
$$;
