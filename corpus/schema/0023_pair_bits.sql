-- Phrases without reading what only looks like one. A pair's number in the index is shared by every 4,096th pair; now each
-- article's row has a Bloom filter of its pairs by other bits of theirs, and the row is read anyway for its time. So a
-- phrase asks the index for its pairs and few of its words, and no longer for its first word in all its forms.

-- 4,096 bits, of which the article's pairs set one each; NULL for what was stored before: then the article itself is asked.
ALTER TABLE akhbar.articles ADD COLUMN pair_bits bytea;
-- in the row and not beside it
ALTER TABLE akhbar.articles ALTER COLUMN pair_bits SET STORAGE MAIN, ALTER COLUMN pair_bits SET STATISTICS 0;

CREATE FUNCTION akhbar.pair_bit(first text, second text) RETURNS integer
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (31 * (akhbar.word_number(ltrim(first, 'وفبلكا')) / 4096) + akhbar.word_number(second) / 4096) % 4096;
COMMENT ON FUNCTION akhbar.pair_bit IS
    'The bit of a pair of folded words among an article''s pair_bits: the same as the program''s.';

-- The pairs of a part of a query: of each two words, but for the last where that is a beginning.
CREATE FUNCTION akhbar.pairs_of(words text[], prefix boolean) RETURNS TABLE (pair smallint, place integer)
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT akhbar.pair_number(words[n], words[n + 1]), akhbar.pair_bit(words[n], words[n + 1])
    FROM generate_series(1, cardinality(words) - 1 - prefix::integer) AS n;
END;

-- The pairs that an article must have for all the phrases of a query to stand in it; NULL where there is no phrase.
CREATE OR REPLACE FUNCTION akhbar.pairs_condition(query text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
    SELECT format('a.pairs @> %L::smallint[]', array_agg(DISTINCT asked.pair))
           || string_agg(DISTINCT format(' AND coalesce(get_bit(a.pair_bits, %s) = 1, true)', asked.place), '')
    FROM akhbar.query_parts(query) p, akhbar.pairs_of(p.words, coalesce(p.prefix, false)) AS asked
    WHERE NOT p.excluded
    HAVING count(*) > 0
);

-- The share of all articles that hold each of a query's words, out of the server's own statistics; NULL for one that is
-- too rare to be known (less than one article in 200).
CREATE FUNCTION akhbar.word_shares(query text) RETURNS TABLE (share real)
LANGUAGE sql STABLE STRICT
AS $$
    SELECT CASE
        WHEN a.is_beginning THEN (
            -- in words, between the form and the form with the last of all letters after it
            SELECT least(sum(k.share), 1) FROM unnest(a.forms) AS f (form) JOIN akhbar.common_words k
            ON k.word >= f.form COLLATE "C" AND k.word < (f.form || U&'\+10FFFF') COLLATE "C" HAVING count(*) > 0)
        ELSE (SELECT least(sum(k.share), 1) FROM akhbar.common_words k WHERE k.word = ANY(a.forms) HAVING count(*) > 0)
    END
    FROM (
        SELECT coalesce(p.prefix, false) AND w.place = cardinality(p.words) AS is_beginning,
               CASE WHEN w.place = 1 THEN akhbar.attached_forms(w.word) ELSE ARRAY[w.word] END AS forms
        FROM akhbar.query_parts(query) p, unnest(p.words) WITH ORDINALITY AS w (word, place)
        WHERE NOT p.excluded
    ) a
$$;
REVOKE ALL ON FUNCTION akhbar.word_shares FROM PUBLIC;

-- The share of all articles that hold all of these words, 0 where one is not known. Words come together more often than
-- chance has it, so no less than a tenth of the rarest one's share.
CREATE FUNCTION akhbar.share_together(shares real[]) RETURNS real
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
    SELECT CASE WHEN count(*) = 0 THEN 1 WHEN count(share) < count(*) THEN 0
                ELSE greatest(exp(sum(ln(share))), min(share) / 10) END::real
    FROM unnest(shares) AS share
);

CREATE OR REPLACE FUNCTION akhbar.word_share(query text) RETURNS real
LANGUAGE sql STABLE STRICT
AS $$ SELECT akhbar.share_together(ARRAY(SELECT share FROM akhbar.word_shares(query))) $$;

-- As before, but of a phrase of one pair only one word, the rarer one: the pair tells of the other.
CREATE OR REPLACE FUNCTION akhbar.lookup_query(query text) RETURNS tsquery
LANGUAGE sql STABLE STRICT
RETURN (
    SELECT string_agg(
        CASE WHEN p.excluded THEN '!' ELSE '' END || '('
            || CASE WHEN p.pairs = 0 THEN replace(akhbar.part_query(p.words, p.prefix), ' <-> ', ' & ')
                    WHEN p.pairs = 1 AND akhbar.word_share(p.words[1]) < akhbar.word_share(p.words[2])
                    THEN akhbar.part_query(p.words[1:1], false)
                    ELSE (SELECT string_agg(quote_literal(replace(word, '\', '\\')), ' & ')
                          FROM unnest(p.words[p.pairs + 1:cardinality(p.words) - p.prefix::integer]) AS word) END || ')',
        ' & ' ORDER BY p.place)::tsquery
    FROM (
        SELECT q.place, q.words, coalesce(q.prefix, false) AS prefix, q.excluded,
               (SELECT count(DISTINCT pair)::integer FROM akhbar.pairs_of(q.words, coalesce(q.prefix, false))) AS pairs
        FROM akhbar.query_parts(query) q
        WHERE NOT q.excluded OR cardinality(q.words) = 1
    ) p
    WHERE p.pairs < 3
);
DROP FUNCTION akhbar.part_pairs;

-- The part of all articles that stand in a section, by the server's own statistics; 1 where none is named. No less than
-- a fiftieth: what is too rare for the statistics may be common in a single outlet.
CREATE FUNCTION akhbar.section_share(section text) RETURNS real
LANGUAGE sql STABLE
RETURN CASE WHEN section IS NULL THEN 1 ELSE (
    SELECT greatest(sum(k.share), 0.02)
    FROM pg_stats s, unnest(s.most_common_vals::text::text[], s.most_common_freqs) AS k (value, share)
    WHERE s.schemaname = 'akhbar' AND s.tablename = 'articles' AND s.attname = 'section'
      AND akhbar.section_marker(k.value) = akhbar.section_marker(section)
) END;
REVOKE ALL ON FUNCTION akhbar.section_share FROM PUBLIC;

-- As before, but spans are measured by the outlets and the section that are asked for, since each span that holds too
-- little costs the index a whole look-up; and words that are rarer than a span's days are looked for at all times at once.
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
    eldest timestamptz := (SELECT coalesce(a.published_at, a.first_seen_at) FROM akhbar.articles a
                           ORDER BY coalesce(a.published_at, a.first_seen_at) LIMIT 1);
    newest timestamptz := (SELECT coalesce(a.published_at, a.first_seen_at) FROM akhbar.articles a
                           ORDER BY coalesce(a.published_at, a.first_seen_at) DESC LIMIT 1);
    first timestamptz := coalesce(since, eldest);
    last timestamptz := least(until, newest);  -- of the span looked at
    start timestamptz;
    days real;                   -- its width
    daily real;                  -- articles a day about then, of those outlets and that section
    days_of_all real := greatest(extract(epoch FROM newest - eldest) / 86400, 1);
    phrase boolean := akhbar.has_phrase(coalesce(query, ''));
    shares real[] := ARRAY(SELECT w.share FROM akhbar.word_shares(coalesce(query, '')) w);
    promised real := akhbar.share_together(shares);  -- share of articles that match, as far as words tell it
    rarest real;                 -- share of the rarest word or of the pairs: what the index has to walk along
    by_words boolean;            -- it is asked to, and not along the days of a span
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

    -- by what came last: each outlet's newest articles where some are meant, else the newest of all
    IF outlet IS NULL AND country IS NULL THEN
        SELECT 300 / greatest(extract(epoch FROM last - coalesce(a.published_at, a.first_seen_at)) / 86400, 0.001)
        INTO daily FROM akhbar.articles a WHERE coalesce(a.published_at, a.first_seen_at) <= last
        ORDER BY coalesce(a.published_at, a.first_seen_at) DESC OFFSET 300 LIMIT 1;
    ELSE
        SELECT sum(100 / greatest(extract(epoch FROM last - n.at) / 86400, 0.001)) INTO daily
        FROM akhbar.outlets o, LATERAL (
            SELECT coalesce(a.published_at, a.first_seen_at) AS at FROM akhbar.articles a
            WHERE a.outlet_id = o.id AND coalesce(a.published_at, a.first_seen_at) <= last
            ORDER BY coalesce(a.published_at, a.first_seen_at) DESC OFFSET 100 LIMIT 1) n
        WHERE (search.outlet IS NULL OR o.slug = search.outlet)
          AND (search.country IS NULL OR o.country = upper(search.country));
    END IF;
    daily := coalesce(daily, 1) * akhbar.section_share(section);
    SELECT coalesce(least(min(coalesce(word, 0.0025)), CASE WHEN phrase THEN 1 / 17.0 END), 1),
           -- words of a phrase seldom stand side by side; what is too rare for the statistics is still rarer beside others
           greatest(CASE WHEN phrase THEN promised / 20 ELSE promised END,
                    CASE WHEN count(*) > 1 THEN 0.0002 ELSE 0.002 END)
    INTO rarest, promised FROM unnest(shares) AS word;
    days := greatest(1.5 * wanted / promised / daily, 1);

    WHILE last >= first AND cardinality(ids) < enough LOOP
        -- The index walks along the days of a span, or along what it knows to be rarer, and looks for all else beside
        -- each. Where it would walk along words, a narrow span saves it little and its markers cost more than the
        -- articles that they leave out: then it is asked for all times at once, if that promises few enough to sort.
        by_words := 2 * days > rarest * days_of_all AND 1.5 * wanted * days_of_all < 10000 * days;
        start := CASE WHEN by_words OR named IS NOT NULL OR days > 40000 THEN first
                      ELSE greatest(last - days * interval '1 day', first) END;
        in_days := CASE WHEN NOT by_words AND named IS NULL
                        THEN akhbar.days_query(akhbar.day_number(start), akhbar.day_number(last)) END;
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
