CREATE FUNCTION certificate_is_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an issued certificate is immutable: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER certificate_no_update_or_delete BEFORE UPDATE OR DELETE ON roles_certificate
    FOR EACH ROW EXECUTE FUNCTION certificate_is_immutable();
ALTER TABLE roles_certificate ENABLE ALWAYS TRIGGER certificate_no_update_or_delete;
