-- Runs as the transaction commits. The lock orders the commits that write history; it is held only while a
-- commit runs, not for the whole transaction.
CREATE FUNCTION history_joins_the_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    today date := (clock_timestamp() AT TIME ZONE 'America/Bogota')::date;
    last history_historylink;
BEGIN
    PERFORM pg_advisory_xact_lock(7215120561);
    SELECT * INTO last FROM history_historylink ORDER BY id DESC LIMIT 1;
    -- a clock that goes back does not open a day twice
    today := greatest(today, last.day);
    INSERT INTO history_historylink (id, entry_id, day, position, sha256) VALUES (
        coalesce(last.id, 0) + 1, NEW.id, today, CASE WHEN last.day = today THEN last.position ELSE 0 END + 1,
        encode(sha256(convert_to(coalesce(last.sha256, ''), 'UTF8') || history_content(NEW)), 'hex')
    );
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER history_joins_the_chain AFTER INSERT ON history_historyentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION history_joins_the_chain();
ALTER TABLE history_historyentry ENABLE ALWAYS TRIGGER history_joins_the_chain;

CREATE TRIGGER history_link_no_update_or_delete BEFORE UPDATE OR DELETE ON history_historylink
    FOR EACH ROW EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER history_link_no_truncate BEFORE TRUNCATE ON history_historylink
    FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
ALTER TABLE history_historylink ENABLE ALWAYS TRIGGER history_link_no_update_or_delete;
ALTER TABLE history_historylink ENABLE ALWAYS TRIGGER history_link_no_truncate;

CREATE TRIGGER history_seal_no_update_or_delete BEFORE UPDATE OR DELETE ON history_historyseal
    FOR EACH ROW EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER history_seal_no_truncate BEFORE TRUNCATE ON history_historyseal
    FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
ALTER TABLE history_historyseal ENABLE ALWAYS TRIGGER history_seal_no_update_or_delete;
ALTER TABLE history_historyseal ENABLE ALWAYS TRIGGER history_seal_no_truncate;

-- The function runs as its owner, so that the portal's role needs no right on the links; nobody else may use it.
ALTER FUNCTION history_joins_the_chain() SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp;
REVOKE ALL ON FUNCTION history_joins_the_chain(), history_is_append_only() FROM PUBLIC;
