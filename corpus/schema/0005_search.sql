-- Full-text search over folded words. The vector is built by the program (corpus/vector.py); here a query
-- is read and answered, for the command and for data teams alike.

DROP INDEX akhbar.articles_outlet_id_published_at_idx;
DROP INDEX akhbar.articles_published_at_idx;
CREATE INDEX articles_at ON akhbar.articles ((coalesce(published_at, first_seen_at)) DESC);
CREATE INDEX articles_outlet_at ON akhbar.articles (outlet_id, (coalesce(published_at, first_seen_at)) DESC);
ALTER TABLE akhbar.articles ALTER COLUMN search SET STATISTICS 1000;

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
    pool constant integer := 400;
    outlet_ids integer[];
    conditions text := 'true';
BEGIN
    IF order_by NOT IN ('rank', 'time') THEN
        RAISE EXCEPTION 'order_by is rank or time, not %', order_by USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF outlet IS NOT NULL OR country IS NOT NULL THEN
        SELECT coalesce(array_agg(o.id), '{}') INTO outlet_ids FROM akhbar.outlets o
        WHERE (search.outlet IS NULL OR o.slug = search.outlet)
          AND (search.country IS NULL OR o.country = upper(search.country));
        conditions := conditions || CASE WHEN cardinality(outlet_ids) = 1
            THEN ' AND a.outlet_id = ($2)[1]' ELSE ' AND a.outlet_id = ANY($2)' END;
    END IF;
    IF asked IS NOT NULL THEN
        conditions := conditions || ' AND a.search @@ $1';
    END IF;
    IF since IS NOT NULL THEN
        conditions := conditions || ' AND coalesce(a.published_at, a.first_seen_at) >= $3';
    END IF;
    IF until IS NOT NULL THEN
        conditions := conditions || ' AND coalesce(a.published_at, a.first_seen_at) <= $4';
    END IF;
    IF author IS NOT NULL THEN
        conditions := conditions || ' AND a.id IN (SELECT c.article_id FROM akhbar.credits c'
            || ' WHERE c.words @> string_to_array(corpus.fold($5), '' ''))';
    END IF;
    IF section IS NOT NULL THEN
        conditions := conditions || ' AND corpus.fold(a.section) = corpus.fold($6)';
    END IF;
    RETURN QUERY EXECUTE
        'WITH newest AS (SELECT a.id, a.outlet_id, a.headline, a.published_at, a.canonical_url, a.search,'
        ' coalesce(a.published_at, a.first_seen_at) AS at FROM akhbar.articles a WHERE ' || conditions ||
        ' ORDER BY coalesce(a.published_at, a.first_seen_at) DESC LIMIT greatest($7, $8)),'
        ' ranked AS (SELECT n.*, coalesce(ts_rank(''{0.1,0.2,0.4,1.0}'', n.search, $1, 1), 0) AS score FROM newest n)'
        ' SELECT r.id, o.slug, r.headline, r.published_at, r.canonical_url, r.score'
        ' FROM ranked r JOIN akhbar.outlets o ON o.id = r.outlet_id'
        ' ORDER BY CASE WHEN $9 = ''rank'' THEN r.score END DESC, r.at DESC, r.id LIMIT $7'
        USING asked, outlet_ids, since, until, author, section, max_rows, pool, order_by;
END
$$;
REVOKE ALL ON FUNCTION corpus.search FROM PUBLIC;
COMMENT ON FUNCTION corpus.search IS
    'Full-text search as `akhbar search` does it: words, "phrases", beginnings*, -exclusions; filters; order_by rank or time.';

SELECT akhbar.grant_reader();
