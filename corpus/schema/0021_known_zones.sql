-- The days of an outlet are counted in its zone by every write to the ledger (0015), so a zone that this server does
-- not know, being older or newer than what wrote the outlet's file, must not get into akhbar.outlets.

CREATE FUNCTION akhbar.known_zone(zone text) RETURNS text
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    PERFORM now() AT TIME ZONE zone;
    RETURN coalesce(zone, 'UTC');
EXCEPTION WHEN invalid_parameter_value THEN
    RETURN 'UTC';
END
$$;
UPDATE akhbar.outlets SET timezone = akhbar.known_zone(timezone) WHERE timezone <> akhbar.known_zone(timezone);
