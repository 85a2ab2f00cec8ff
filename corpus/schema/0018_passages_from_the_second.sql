-- Nineteen of twenty passages stand in one article: a sum for each of them was a row, and a page of an index, for nothing.
-- Sums are kept from an outlet's second article on; occurrences tell of the first, and so know their outlet.
ALTER TABLE akhbar.occurrences ADD COLUMN outlet_id integer NOT NULL DEFAULT 0;
UPDATE akhbar.occurrences x SET outlet_id = a.outlet_id FROM akhbar.articles a WHERE a.id = x.article_id;
ALTER TABLE akhbar.occurrences ALTER COLUMN outlet_id DROP DEFAULT;
DELETE FROM akhbar.passages WHERE seen = 1;
