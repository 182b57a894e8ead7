-- A registration changes when its roles have ended, and loses its profession when ReTHUS has closed it.
CREATE FUNCTION registration_keeps_its_profession() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    today date := (statement_timestamp() AT TIME ZONE 'America/Bogota')::date;
BEGIN
    PERFORM FROM roles_roleassignment AS assignment
        WHERE assignment.user_id = OLD.id
            AND (assignment.ends_at IS NULL OR assignment.ends_at > statement_timestamp());
    IF FOUND THEN
        RAISE EXCEPTION 'registration_with_roles_stays' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.profession_id IS NULL AND OLD.profession_id IS NOT NULL THEN
        PERFORM FROM accounts_person AS person JOIN roles_rethusentry AS entry USING (document_type, document_number)
            WHERE person.id = OLD.person_id
            HAVING bool_and(coalesce(entry.closed_on <= today, false))
                AND bool_or(entry.profession_id = OLD.profession_id);
        IF NOT FOUND THEN
            RAISE EXCEPTION 'registration_keeps_its_profession' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER registration_keeps_its_profession BEFORE UPDATE OF kind, profession_id ON roles_registereduser
    FOR EACH ROW WHEN ((OLD.kind, OLD.profession_id) IS DISTINCT FROM (NEW.kind, NEW.profession_id))
    EXECUTE FUNCTION registration_keeps_its_profession();

-- A Proveedor Persona Natural is their own delegate, and a user whom they activate themself.
CREATE FUNCTION account_of_a_ppn_is_its_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM entities_entity AS entity
        WHERE entity.id = NEW.entity_id AND entity.kind = 'PPN' AND NOT EXISTS (
            SELECT FROM accounts_person AS person JOIN roles_registereduser AS registered ON registered.person_id = person.id
            WHERE person.id = NEW.person_id
                AND (person.document_type, person.document_number) = (entity.identification_type, entity.nit)
        );
    IF FOUND THEN
        RAISE EXCEPTION 'account_of_a_ppn_is_its_user' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER account_of_a_ppn BEFORE INSERT OR UPDATE OF person_id, entity_id ON accounts_account
    FOR EACH ROW WHEN (NEW.entity_id IS NOT NULL) EXECUTE FUNCTION account_of_a_ppn_is_its_user();
