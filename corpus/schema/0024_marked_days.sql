-- A search of one outlet, or of one section, walks along that outlet's days and no longer along those of all outlets: the
-- index holds the markers of days once more for each outlet and for each section. And whether a search walks along days
-- or along words is told by what either costs, the rows that are read in vain among it.

-- In PL/pgSQL, which tells the day and the section once: as one expression it would take twice the time.
CREATE OR REPLACE FUNCTION akhbar.marked(search tsvector, outlet_id integer, section text, at timestamptz) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    day constant integer := akhbar.day_number(at);
    days constant text[] := ARRAY['=1.' || day, '=32.' || day / 32, '=1024.' || day / 1024];
    o constant text := '=o' || outlet_id;
    s constant text := akhbar.section_marker(section);
BEGIN
    RETURN search || array_to_tsvector(ARRAY[o, s]
        || days || ARRAY[o || days[1], o || days[2], o || days[3], s || days[1], s || days[2], s || days[3]]);
END
$$;

SET LOCAL maintenance_work_mem = '512MB';
CREATE INDEX articles_marked ON akhbar.articles
    USING gin ((akhbar.marked(search, outlet_id, section, coalesce(published_at, first_seen_at))), pairs);
ALTER INDEX akhbar.articles_marked ALTER COLUMN 1 SET STATISTICS 0;
DROP INDEX akhbar.articles_search;
ALTER INDEX akhbar.articles_marked RENAME TO articles_search;

-- The days `first` to `last` of any of `parts` (markers of outlets or sections; an empty one for all articles), in the
-- coarsest spans that need at most `most` markers each (few, since each is looked up); spans may reach beyond both ends.
DROP FUNCTION akhbar.days_query;
CREATE FUNCTION akhbar.days_query(parts text[], first integer, last integer, most integer DEFAULT 40) RETURNS tsquery
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
    SELECT akhbar.any_marker(array_agg(part || '=' || s.span || '.' || n))
    FROM unnest(parts) AS part,
         (SELECT span FROM unnest(ARRAY[1, 32, 1024]) AS span
          WHERE last / span - first / span < most ORDER BY span LIMIT 1) s,
         generate_series(first / s.span, last / s.span) AS n
);

-- The markers of the outlets that are meant; NULL where none is named, `nowhere` where none has that name.
CREATE FUNCTION akhbar.outlet_markers(outlet text, country text) RETURNS text[]
LANGUAGE sql STABLE
RETURN CASE WHEN outlet IS NOT NULL OR country IS NOT NULL THEN (
    SELECT coalesce(array_agg('=o' || o.id), '{=nowhere}') FROM akhbar.outlets o
    WHERE (outlet_markers.outlet IS NULL OR o.slug = outlet_markers.outlet)
      AND (outlet_markers.country IS NULL OR o.country = upper(outlet_markers.country))
) END;
REVOKE ALL ON FUNCTION akhbar.outlet_markers FROM PUBLIC;

-- The articles a day about an instant, by what came last before it: each outlet's newest, or the newest of all.
CREATE FUNCTION akhbar.daily_articles(outlets text[], at timestamptz) RETURNS real
LANGUAGE sql STABLE
AS $$
    SELECT coalesce(sum(n.number / greatest(extract(epoch FROM daily_articles.at - n.at) / 86400, 0.001)), 1)::real FROM (
        SELECT 300 AS number, (
            SELECT coalesce(a.published_at, a.first_seen_at) FROM akhbar.articles a
            WHERE coalesce(a.published_at, a.first_seen_at) <= daily_articles.at
            ORDER BY coalesce(a.published_at, a.first_seen_at) DESC OFFSET 300 LIMIT 1) AS at
        WHERE outlets IS NULL
        UNION ALL
        SELECT 100, (
            SELECT coalesce(a.published_at, a.first_seen_at) FROM akhbar.articles a
            WHERE a.outlet_id = o.id AND coalesce(a.published_at, a.first_seen_at) <= daily_articles.at
            ORDER BY coalesce(a.published_at, a.first_seen_at) DESC OFFSET 100 LIMIT 1)
        FROM akhbar.outlets o WHERE '=o' || o.id = ANY(outlets)
    ) n
$$;
REVOKE ALL ON FUNCTION akhbar.daily_articles FROM PUBLIC;

-- What the index is asked: words, and beside them the markers of outlets and of a section; NULL where none is given. The
-- markers come first: one of them rules an article out sooner than all the forms of a word do.
CREATE FUNCTION akhbar.marked_query(words tsquery, outlets text[], section text) RETURNS tsquery
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
    part tsquery := akhbar.any_marker(outlets);
    asked tsquery := coalesce(part && words, part, words);
BEGIN
    IF section IS NOT NULL THEN
        part := akhbar.any_marker(ARRAY[akhbar.section_marker(section)]);
        asked := coalesce(part && asked, part);
    END IF;
    RETURN asked;
END
$$;

CREATE OR REPLACE FUNCTION akhbar.index_query(query text, outlet text, section text, country text) RETURNS tsquery
LANGUAGE sql STABLE
RETURN akhbar.marked_query(akhbar.lookup_query(coalesce(query, '')), akhbar.outlet_markers(outlet, country), section);

-- As before, but the days of a span are those of the outlets or of the section, where that leaves the index less to walk
-- along, and a span is no wider than what is asked for.
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
    outlets constant text[] := akhbar.outlet_markers(outlet, country);
    words constant tsquery := akhbar.lookup_query(coalesce(query, ''));
    looked_up constant tsquery := akhbar.marked_query(words, outlets, section);
    parts text[] := '{""}';      -- whose days a span is made of: all articles', or those of outlets or of a section
    beside tsquery := looked_up; -- what is asked for beside those days
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
    eldest timestamptz := (SELECT coalesce(a.published_at, a.first_seen_at) FROM akhbar.articles a
                           ORDER BY coalesce(a.published_at, a.first_seen_at) LIMIT 1);
    newest timestamptz := (SELECT coalesce(a.published_at, a.first_seen_at) FROM akhbar.articles a
                           ORDER BY coalesce(a.published_at, a.first_seen_at) DESC LIMIT 1);
    first timestamptz := greatest(since, eldest);
    last timestamptz := least(until, newest);  -- of the span looked at
    start timestamptz;
    days real;                   -- its width
    pace real;                   -- articles a day about then
    daily real;                  -- of those outlets and that section
    of_section constant real := akhbar.section_share(section);
    walked real := 1;            -- share of all articles that `parts` have
    days_of_all real := greatest(extract(epoch FROM newest - eldest) / 86400, 1);
    phrase boolean := akhbar.has_phrase(coalesce(query, ''));
    shares real[] := ARRAY(SELECT w.share FROM akhbar.word_shares(coalesce(query, '')) w);
    promised real := akhbar.share_together(shares);  -- share of articles that match, as far as words tell it
    pairs integer := (SELECT count(DISTINCT asked.pair) FROM akhbar.query_parts(coalesce(query, '')) p,
                      akhbar.pairs_of(p.words, coalesce(p.prefix, false)) AS asked WHERE NOT p.excluded);
    rarest real;                 -- share of the rarest word or of the pairs: what the index has to walk along
    read real;                   -- share of the articles that are read, since the index takes them for matches
    by_words boolean;            -- the index is asked to walk along words, and not along the days of a span
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
    IF phrase THEN
        further := further || format('a.search @@ %L::tsquery', asked);
    END IF;
    IF cardinality(further) > 0 THEN
        at_once := greatest(wanted, 4000);
        enough := max_rows;
        wanted := least(wanted, 3 * max_rows);
    END IF;

    pace := akhbar.daily_articles(NULL, last);
    daily := CASE WHEN outlets IS NULL THEN pace ELSE least(akhbar.daily_articles(outlets, last), pace) END;
    -- each day has as many markers as there are outlets, each of which is looked for beside each article
    IF cardinality(outlets) * daily <= pace THEN
        parts := outlets;
        walked := daily / pace;
        beside := akhbar.marked_query(words, NULL, section);
    ELSIF section IS NOT NULL THEN
        parts := ARRAY[akhbar.section_marker(section)];
        walked := of_section;
        beside := akhbar.marked_query(words, outlets, NULL);
    END IF;
    daily := daily * of_section;
    SELECT coalesce(least(min(coalesce(word, 0.0025)), CASE WHEN phrase THEN 1 / 17.0 END), 1),
           -- words of a phrase seldom stand side by side; what is too rare for the statistics is still rarer beside others
           greatest(promised / CASE WHEN phrase THEN 20 * greatest(pairs, 1) ELSE 1 END,
                    CASE WHEN count(*) > 1 THEN 0.0002 ELSE 0.002 END),
           -- a pair's number stands in every 17th article, and a single one is asked for with a word (akhbar.lookup_query)
           CASE WHEN pairs > 1 THEN 17.0 ^ -pairs WHEN pairs = 1 THEN min(coalesce(word, 0.0025)) / 17 ELSE promised END
    INTO rarest, promised, read FROM unnest(shares) AS word;
    read := read * daily / pace;
    days := greatest(1.5 * wanted / promised / daily, 1);

    WHILE last >= first AND cardinality(ids) < enough LOOP
        -- The index walks along the days of a span, or along what it knows to be rarer, and looks for all else beside
        -- each. Along words it is asked for all times at once: a narrow span would save it little, and its markers cost
        -- more than the articles that they leave out. To read an article takes as long as a dozen steps of a walk, and
        -- one along days has more to look for at each step.
        days := least(days, greatest(extract(epoch FROM last - first) / 86400, 1));
        by_words := (rarest + 12 * read) * days_of_all < (2 * walked + 12 * read) * days;
        start := CASE WHEN by_words OR named IS NOT NULL OR days > 40000 THEN first
                      ELSE greatest(last - days * interval '1 day', first) END;
        in_days := CASE WHEN NOT by_words AND named IS NULL
                        THEN akhbar.days_query(parts, akhbar.day_number(start), akhbar.day_number(last)) END;
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
                      coalesce(akhbar.index_condition(CASE WHEN in_days IS NULL THEN looked_up
                                                           ELSE coalesce(beside && in_days, in_days) END), 'true'),
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
            ELSE least(1e6, days * CASE
                WHEN cardinality(part) > 0 THEN least(greatest(1.5 * (wanted - cardinality(ids)) / cardinality(part), 1), 50)
                WHEN taken > 0 THEN at_once / taken
                ELSE 8 END) END;
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
