-- Search that costs the same at a million articles as at a thousand. Outlet, section and day of an article stand in
-- the search index as words of their own (markers), so that the index itself intersects a common word with a
-- narrow filter; and matches are looked for in spans of days, the newest first, until there are enough.
-- Markers begin with =, which no folded word holds. They are part of the index only, so they are never stale.

CREATE FUNCTION akhbar.day_number(at timestamptz) RETURNS integer
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN floor(extract(epoch FROM at) / 86400)::integer;

CREATE FUNCTION akhbar.section_marker(section text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '=s' || md5(coalesce(corpus.fold(section), ''));

CREATE FUNCTION akhbar.marked(search tsvector, outlet_id integer, section text, at timestamptz) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN search || array_to_tsvector(ARRAY[
    '=o' || outlet_id, akhbar.section_marker(section),
    '=1.' || akhbar.day_number(at), '=32.' || akhbar.day_number(at) / 32, '=1024.' || akhbar.day_number(at) / 1024]);
COMMENT ON FUNCTION akhbar.marked IS 'The words of an article as the search index holds them, with its markers.';

SET LOCAL maintenance_work_mem = '512MB';
CREATE INDEX articles_marked ON akhbar.articles
    USING gin ((akhbar.marked(search, outlet_id, section, coalesce(published_at, first_seen_at))));
-- no statistics: ANALYZE would fold and join every vector of its sample, and nothing plans by them
ALTER INDEX akhbar.articles_marked ALTER COLUMN 1 SET STATISTICS 0;
DROP INDEX akhbar.articles_search;
ALTER INDEX akhbar.articles_marked RENAME TO articles_search;

CREATE FUNCTION akhbar.any_marker(markers text[]) RETURNS tsquery
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (SELECT string_agg(quote_literal(m), ' | ')::tsquery FROM unnest(markers) m);

-- The days `first` to `last`, in the coarsest spans that need at most `most` markers (few, since each is looked up);
-- spans may reach beyond both ends.
CREATE FUNCTION akhbar.days_query(first integer, last integer, most integer DEFAULT 40) RETURNS tsquery
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
    SELECT akhbar.any_marker(array_agg('=' || s.span || '.' || n))
    FROM (SELECT span FROM unnest(ARRAY[1, 32, 1024]) AS span
          WHERE last / span - first / span < most ORDER BY span LIMIT 1) s,
         generate_series(first / s.span, last / s.span) AS n
);

-- What the index can answer of a query without reading an article: a phrase as its words, and nothing of an
-- excluded phrase. `corpus.search` and the exports then look at the found articles' own words.
CREATE FUNCTION akhbar.lookup_query(query text) RETURNS tsquery
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
    SELECT string_agg(CASE WHEN excluded THEN '!' ELSE '' END || '('
                      || replace(akhbar.part_query(words, coalesce(prefix, false)), ' <-> ', ' & ') || ')',
                      ' & ' ORDER BY place)::tsquery
    FROM akhbar.query_parts(query) WHERE NOT excluded OR cardinality(words) = 1
);

CREATE FUNCTION akhbar.has_phrase(query text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (SELECT coalesce(bool_or(cardinality(words) > 1), false) FROM akhbar.query_parts(query));

-- What the index is asked: words, outlet, country and section in one query; NULL where none is given.
-- `nowhere` where no outlet is meant.
CREATE FUNCTION akhbar.index_query(query text, outlet text, section text, country text) RETURNS tsquery
LANGUAGE plpgsql STABLE
AS $$
DECLARE
    asked tsquery := akhbar.lookup_query(coalesce(query, ''));
    part tsquery;
BEGIN
    IF outlet IS NOT NULL OR country IS NOT NULL THEN
        SELECT akhbar.any_marker(coalesce(array_agg('=o' || o.id), '{=nowhere}')) INTO part FROM akhbar.outlets o
        WHERE (index_query.outlet IS NULL OR o.slug = index_query.outlet)
          AND (index_query.country IS NULL OR o.country = upper(index_query.country));
        asked := coalesce(asked && part, part);
    END IF;
    IF section IS NOT NULL THEN
        part := akhbar.any_marker(ARRAY[akhbar.section_marker(section)]);
        asked := coalesce(asked && part, part);
    END IF;
    RETURN asked;
END
$$;
REVOKE ALL ON FUNCTION akhbar.index_query FROM PUBLIC;

CREATE FUNCTION akhbar.index_condition(asked tsquery) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN format('akhbar.marked(a.search, a.outlet_id, a.section, coalesce(a.published_at, a.first_seen_at)) @@ %L::tsquery',
              asked);

CREATE FUNCTION akhbar.author_condition(author text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN format('a.id IN (SELECT c.article_id FROM akhbar.credits c WHERE c.words @> %L::text[])',
              string_to_array(corpus.fold(author), ' '));

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
        CASE WHEN akhbar.has_phrase(query) THEN format('a.search @@ %L::tsquery', akhbar.search_query(query)) END,
        CASE WHEN since IS NOT NULL
             THEN format('coalesce(a.published_at, a.first_seen_at) >= %L::timestamptz', since) END,
        CASE WHEN until IS NOT NULL
             THEN format('coalesce(a.published_at, a.first_seen_at) <= %L::timestamptz', until) END,
        akhbar.author_condition(author));
END
$$;

-- The share of all articles that hold a query's words: 0 where one is too rare to be known. Words come together more
-- often than chance has it, so no less than a tenth of the rarest one's share.
CREATE OR REPLACE FUNCTION akhbar.word_share(query text) RETURNS real
LANGUAGE sql STABLE STRICT
AS $$
    WITH asked AS (
        SELECT coalesce(p.prefix, false) AND w.place = cardinality(p.words) AS is_beginning,
               CASE WHEN w.place = 1 THEN akhbar.attached_forms(w.word) ELSE ARRAY[w.word] END AS forms
        FROM akhbar.query_parts(query) p, unnest(p.words) WITH ORDINALITY AS w (word, place)
        WHERE NOT p.excluded
    ),
    shares AS (
        SELECT CASE
            WHEN a.is_beginning THEN (
                -- in words, between the form and the form with the last of all letters after it
                SELECT sum(k.share) FROM unnest(a.forms) AS f (form) JOIN akhbar.common_words k
                ON k.word >= f.form COLLATE "C" AND k.word < (f.form || U&'\+10FFFF') COLLATE "C")
            ELSE (SELECT sum(k.share) FROM akhbar.common_words k WHERE k.word = ANY(a.forms))
        END AS share
        FROM asked a
    )
    SELECT CASE WHEN count(*) = 0 THEN 1 WHEN count(share) < count(*) THEN 0
                ELSE least(greatest(exp(sum(ln(least(share, 1)))), min(share) / 10), 1) END::real
    FROM shares
$$;

-- Ranking looks at the newest 200 matches only: a word of every second article would otherwise have a million
-- vectors read to put twenty in order. A phrase is looked for in at most 4,000 articles with its words at a time,
-- since each of them must be read, and is ranked over those that were found by then.
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
        in_days := akhbar.days_query(akhbar.day_number(start), akhbar.day_number(last));
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
                      coalesce(akhbar.index_condition(coalesce(looked_up && in_days, looked_up, in_days)), 'true')),
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
            WHEN cardinality(further) > 0 THEN least(days * least(at_once / greatest(taken, 1), 8.0), 1e6)
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
COMMENT ON FUNCTION corpus.search IS
    'Full-text search as `akhbar search` does it: words, "phrases", beginnings*, -exclusions; filters; order_by rank (of the newest 200 matches) or time (then rank is 0).';

SELECT akhbar.grant_reader();
