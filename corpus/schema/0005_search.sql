-- Full-text search over folded words. The vector is built by the program (corpus/vector.py); here a query
-- is read and answered, for the command and for data teams alike.

-- Arabic writes و ف ب ل ك and the article ال onto the word that follows. They are expanded in the query,
-- not cut off in the index: cutting is a guess (بغداد is no غداد), expanding finds only forms that hold
-- the word asked for. One letter is put only before words of three letters or more (و + لد is ولد).
CREATE FUNCTION akhbar.attached_forms(word text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN array_remove(CASE
    WHEN length(word) < 2 THEN ARRAY[word]
    WHEN word LIKE 'ال__%' THEN ARRAY[
        word, 'و' || word, 'ف' || word, 'ب' || word, 'ك' || word, 'وب' || word, 'فب' || word, 'وك' || word,
        'لل' || substr(word, 3), 'ولل' || substr(word, 3), 'فلل' || substr(word, 3),
        CASE WHEN word LIKE 'الل%' THEN 'ل' || substr(word, 3) END]
    ELSE ARRAY[
        word, 'ال' || word, 'وال' || word, 'فال' || word, 'بال' || word, 'كال' || word, 'وبال' || word,
        'فبال' || word, 'وكال' || word, 'لل' || word, 'ولل' || word, 'فلل' || word]
        || CASE WHEN length(word) >= 3 THEN ARRAY[
            'و' || word, 'ف' || word, 'ب' || word, 'ل' || word, 'ك' || word,
            'وب' || word, 'ول' || word, 'وك' || word, 'فب' || word, 'فل' || word] ELSE '{}' END
END, NULL);
COMMENT ON FUNCTION akhbar.attached_forms(text) IS 'A folded word as written after و ف ب ل ك and ال.';

-- The parts of a query: words, "phrases", beginnings*, each with - before it when it must not occur.
CREATE FUNCTION akhbar.query_parts(query text)
RETURNS TABLE (place bigint, words text[], prefix boolean, excluded boolean)
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT p.place, p.words, p.prefix, p.excluded
    FROM (
        SELECT m.place, m.part[1] = '-' AS excluded, m.part[3] LIKE '%*' AS prefix,
               string_to_array(corpus.fold(coalesce(m.part[2], m.part[3])), ' ') AS words
        FROM regexp_matches(translate(query, '“”„«»', '"""""'), '(-?)(?:"([^"]*)"|([^\s"]+))', 'g')
             WITH ORDINALITY AS m (part, place)
    ) p
    WHERE p.words <> '{}' AND p.words <> '{""}';
END;

CREATE FUNCTION akhbar.part_query(words text[], prefix boolean) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
    SELECT string_agg(
        '(' || (
            SELECT string_agg(quote_literal(replace(form, '\', '\\'))
                              || CASE WHEN prefix AND w.place = cardinality(words) THEN ':*' ELSE '' END, ' | ')
            FROM unnest(CASE WHEN w.place = 1 THEN akhbar.attached_forms(w.word) ELSE ARRAY[w.word] END) AS form
        ) || ')', ' <-> ' ORDER BY w.place)
    FROM unnest(words) WITH ORDINALITY AS w (word, place)
);

CREATE FUNCTION akhbar.search_query(query text) RETURNS tsquery
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
    SELECT string_agg(CASE WHEN excluded THEN '!' ELSE '' END || '(' || akhbar.part_query(words, coalesce(prefix, false)) || ')',
                      ' & ' ORDER BY place)::tsquery
    FROM akhbar.query_parts(query)
);
COMMENT ON FUNCTION akhbar.search_query(text) IS 'A search as printed by a person, as a tsquery over folded words; NULL when it has no word.';

-- What a search or an export asks for, as a condition on `akhbar.articles a`: written here once for both.
CREATE FUNCTION akhbar.search_condition(
    query text, outlet text, author text, section text, country text, since timestamptz, until timestamptz
)
RETURNS text LANGUAGE plpgsql STABLE
AS $$
DECLARE
    asked tsquery := akhbar.search_query(coalesce(query, ''));
    outlet_ids integer[];
    conditions text[] := '{}';
BEGIN
    IF outlet IS NOT NULL OR country IS NOT NULL THEN
        SELECT coalesce(array_agg(o.id), '{}') INTO outlet_ids FROM akhbar.outlets o
        WHERE (search_condition.outlet IS NULL OR o.slug = search_condition.outlet)
          AND (search_condition.country IS NULL OR o.country = upper(search_condition.country));
        conditions := conditions || CASE WHEN cardinality(outlet_ids) = 1
            THEN format('a.outlet_id = %s', outlet_ids[1])
            ELSE format('a.outlet_id = ANY(%L::integer[])', outlet_ids) END;
    END IF;
    IF asked IS NOT NULL THEN
        conditions := conditions || format('a.search @@ %L::tsquery', asked);
    END IF;
    IF since IS NOT NULL THEN
        conditions := conditions || format('coalesce(a.published_at, a.first_seen_at) >= %L::timestamptz', since);
    END IF;
    IF until IS NOT NULL THEN
        conditions := conditions || format('coalesce(a.published_at, a.first_seen_at) <= %L::timestamptz', until);
    END IF;
    IF author IS NOT NULL THEN
        conditions := conditions || format('a.id IN (SELECT c.article_id FROM akhbar.credits c'
            ' WHERE c.words @> %L::text[])', string_to_array(corpus.fold(author), ' '));
    END IF;
    IF section IS NOT NULL THEN
        conditions := conditions || format('corpus.fold(a.section) = %L', corpus.fold(section));
    END IF;
    RETURN coalesce(nullif(array_to_string(conditions, ' AND '), ''), 'true');
END
$$;
REVOKE ALL ON FUNCTION akhbar.search_condition FROM PUBLIC;

-- Words of at least one article in 200, with their share of all articles, out of the server's own statistics.
CREATE TABLE akhbar.common_words (
    word  text COLLATE "C" PRIMARY KEY,
    share real NOT NULL
);

-- Called at the end of each crawl; one caller at a time, and the others leave it to that one.
CREATE FUNCTION akhbar.note_common_words() RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    IF pg_try_advisory_xact_lock(1634428005) THEN
        DELETE FROM akhbar.common_words;
        INSERT INTO akhbar.common_words (word, share)
        SELECT k.word, k.share FROM pg_stats s,
               unnest(s.most_common_elems::text::text[], s.most_common_elem_freqs) AS k (word, share)
        WHERE s.schemaname = 'akhbar' AND s.tablename = 'articles' AND s.attname = 'search'
          AND k.word IS NOT NULL AND k.share >= 0.005
        ON CONFLICT DO NOTHING;
    END IF;
END
$$;
REVOKE ALL ON FUNCTION akhbar.note_common_words FROM PUBLIC;

-- The share of all articles in which a query's rarest part stands; 0 for a part of rarer words. Postgres guesses
-- .5 % for each word that it does not know, and a word is asked for in 23 forms: left alone, it would look for a
-- rare word among all articles, newest first.
CREATE FUNCTION akhbar.word_share(query text) RETURNS real
LANGUAGE sql STABLE STRICT
AS $$
    WITH asked AS (
        SELECT coalesce(p.prefix, false) AND w.place = cardinality(p.words) AS is_beginning,
               CASE WHEN w.place = 1 THEN akhbar.attached_forms(w.word) ELSE ARRAY[w.word] END AS forms
        FROM akhbar.query_parts(query) p, unnest(p.words) WITH ORDINALITY AS w (word, place)
        WHERE NOT p.excluded
    )
    SELECT least(min(CASE
        WHEN a.is_beginning THEN (
            SELECT coalesce(sum(k.share), 0) FROM akhbar.common_words k
            WHERE EXISTS (SELECT FROM unnest(a.forms) f WHERE starts_with(k.word, f)))
        ELSE (SELECT coalesce(sum(k.share), 0) FROM akhbar.common_words k WHERE k.word = ANY(a.forms))
    END), 1)::real FROM asked a
$$;
REVOKE ALL ON FUNCTION akhbar.word_share FROM PUBLIC;

-- Ranking looks at the newest matches only: a word of every second article would otherwise have a million
-- vectors read to put twenty in order. Rare words are ranked over all their matches.
CREATE FUNCTION corpus.search(
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
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    asked tsquery := akhbar.search_query(coalesce(query, ''));
    pool constant integer := 200;
    share real := akhbar.word_share(coalesce(query, ''));
    articles real := (SELECT greatest(c.reltuples, 1) FROM pg_class c WHERE c.oid = 'akhbar.articles'::regclass);
    newest text := 'coalesce(a.published_at, a.first_seen_at)';
BEGIN
    IF order_by NOT IN ('rank', 'time') THEN
        RAISE EXCEPTION 'order_by is rank or time, not %', order_by USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- Newest first, `pool` matches are found among pool / share articles; looked up in the index, articles * share
    -- of them are read, each five times as fast. No index gives the order of the sum, so it means the look-up.
    IF share < sqrt(5 * pool / articles) THEN
        newest := newest || ' + interval ''0''';
    END IF;
    RETURN QUERY EXECUTE
        'WITH newest AS (SELECT a.id, a.outlet_id, a.headline, a.published_at, a.canonical_url, a.search,'
        ' coalesce(a.published_at, a.first_seen_at) AS at FROM akhbar.articles a WHERE '
        || akhbar.search_condition(query, outlet, author, section, country, since, until) ||
        ' ORDER BY ' || newest || ' DESC LIMIT greatest($2, $3)),'
        ' ranked AS (SELECT n.*, coalesce(ts_rank(''{0.1,0.2,0.4,1.0}'', n.search, $1, 1), 0) AS score FROM newest n)'
        ' SELECT r.id, o.slug, r.headline, r.published_at, r.canonical_url, r.score'
        ' FROM ranked r JOIN akhbar.outlets o ON o.id = r.outlet_id'
        ' ORDER BY CASE WHEN $4 = ''rank'' THEN r.score END DESC, r.at DESC, r.id LIMIT $2'
        USING asked, max_rows, pool, order_by;
END
$$;
REVOKE ALL ON FUNCTION corpus.search FROM PUBLIC;
COMMENT ON FUNCTION corpus.search IS
    'Full-text search as `akhbar search` does it: words, "phrases", beginnings*, -exclusions; filters; order_by rank or time.';

SELECT akhbar.grant_reader();
