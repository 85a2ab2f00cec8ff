-- Storing an article wrote some 60 pages of the write-ahead log at a million articles, 42 of them of its bands. The bands
-- follow from the signatures, so they are not logged: a crash of the server empties both tables below, and
-- corpus/stories.py makes the bands anew.
TRUNCATE akhbar.bands;  -- their hash has changed, too
ALTER TABLE akhbar.bands SET UNLOGGED;
-- A look-up asks for 42 bands, of which hardly any is there. In a hash index each is one page, at any size; in the b-tree it
-- was four at a million articles. Nothing needs the bands in order, and corpus/stories.py writes none twice.
ALTER TABLE akhbar.bands DROP CONSTRAINT bands_pkey;
CREATE INDEX bands_hash ON akhbar.bands USING hash (hash);

-- One row: bands of articles from `below` on are there; 0 when all are. No row: none is.
CREATE UNLOGGED TABLE akhbar.bands_state (below bigint NOT NULL);

-- Articles whose copies have not been looked for. Rows of their own, because a flag on a signature would have each
-- signature written twice.
CREATE TABLE akhbar.unlinked (article_id bigint PRIMARY KEY);
INSERT INTO akhbar.unlinked SELECT article_id FROM akhbar.signatures WHERE NOT linked;
DROP INDEX akhbar.signatures_new;
ALTER TABLE akhbar.signatures DROP COLUMN linked;
