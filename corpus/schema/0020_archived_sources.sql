-- Where the last whole document of a source lies in the raw archive, as akhbar.candidates.archive says of a page: an
-- answer with the same digest, or a 304, becomes a revisit record of it.
ALTER TABLE akhbar.sources ADD COLUMN archive jsonb;
