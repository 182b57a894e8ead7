CREATE FUNCTION history_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'history is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER history_no_update_or_delete BEFORE UPDATE OR DELETE ON history_historyentry
    FOR EACH ROW EXECUTE FUNCTION history_is_append_only();
CREATE TRIGGER history_no_truncate BEFORE TRUNCATE ON history_historyentry
    FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only();
ALTER TABLE history_historyentry ENABLE ALWAYS TRIGGER history_no_update_or_delete;
ALTER TABLE history_historyentry ENABLE ALWAYS TRIGGER history_no_truncate;
