-- Pages of archives that a replay has read at an address that had its article by then, so that no replay reads them
-- again. Most leave no other trace: they said what was known. What a live crawl reads needs no row here: it is the page
-- of a version, or of the ledger's row, or a check that found nothing new.
CREATE TABLE akhbar.replayed_pages (
    candidate_id bigint NOT NULL REFERENCES akhbar.candidates ON DELETE CASCADE,
    fetched_at   timestamptz NOT NULL,
    PRIMARY KEY (candidate_id, fetched_at)
);
