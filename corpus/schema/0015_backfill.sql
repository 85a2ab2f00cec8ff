-- Addresses that were looked for among old articles wait until all that was announced as news is done.

ALTER TABLE akhbar.candidates ADD COLUMN backfill boolean NOT NULL DEFAULT false;
CREATE INDEX candidates_pending_news ON akhbar.candidates
    (outlet_id, (coalesce(published_at, updated_at, discovered_at)) DESC) WHERE state = 'pending' AND NOT backfill;
CREATE INDEX candidates_pending_old ON akhbar.candidates
    (outlet_id, (coalesce(published_at, updated_at, discovered_at)) DESC) WHERE state = 'pending' AND backfill;
DROP INDEX akhbar.candidates_pending;
