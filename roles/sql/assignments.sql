SELECT hold_sedes_to_entities('roles_roleassignment', 'assignment_sede_of_its_entity', 'ends_at');

-- An assignment carries how its user is sorted and found. FOR SHARE: a rename in progress is waited for, and the next
-- one sees this row.
CREATE FUNCTION assignment_is_listed_as_its_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT concat_ws(' ', '', person.sort_name, fold(person.document_type || person.document_number),
                     nullif(search_text(registered.professional_registry), ''))
    INTO NEW.listed_as
    FROM roles_registereduser AS registered JOIN accounts_person AS person ON person.id = registered.person_id
    WHERE registered.id = NEW.user_id
    FOR SHARE;
    -- a user that does not exist is refused by the foreign key, which says so better
    NEW.listed_as := coalesce(NEW.listed_as, '');
    RETURN NEW;
END $$;
CREATE TRIGGER assignment_listed_as BEFORE INSERT OR UPDATE OF user_id, listed_as ON roles_roleassignment
    FOR EACH ROW EXECUTE FUNCTION assignment_is_listed_as_its_user();

-- A Proveedor Persona Natural has roles for the person that it is, so its lists and files are of nobody else.
CREATE FUNCTION assignment_of_a_ppn_is_its_own() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM entities_entity AS entity, roles_registereduser AS registered
        JOIN accounts_person AS person ON person.id = registered.person_id
        WHERE entity.id = NEW.entity_id AND entity.kind = 'PPN' AND registered.id = NEW.user_id
            AND (person.document_type, person.document_number)
                IS DISTINCT FROM (entity.identification_type, entity.nit);
    IF FOUND THEN
        RAISE EXCEPTION 'assignment_of_a_ppn_is_its_own' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER assignment_of_a_ppn BEFORE INSERT OR UPDATE OF user_id, entity_id ON roles_roleassignment
    FOR EACH ROW EXECUTE FUNCTION assignment_of_a_ppn_is_its_own();

CREATE FUNCTION person_relists_assignments() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE roles_roleassignment SET listed_as = ''
    WHERE user_id IN (SELECT id FROM roles_registereduser WHERE person_id = NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER person_relists_assignments AFTER UPDATE ON accounts_person FOR EACH ROW
    WHEN ((OLD.sort_name, OLD.document_type, OLD.document_number)
          IS DISTINCT FROM (NEW.sort_name, NEW.document_type, NEW.document_number))
    EXECUTE FUNCTION person_relists_assignments();

CREATE FUNCTION user_relists_assignments() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE roles_roleassignment SET listed_as = '' WHERE user_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER user_relists_assignments AFTER UPDATE ON roles_registereduser FOR EACH ROW
    WHEN ((OLD.person_id, OLD.professional_registry) IS DISTINCT FROM (NEW.person_id, NEW.professional_registry))
    EXECUTE FUNCTION user_relists_assignments();

CREATE FUNCTION role_ending_is_of_the_entity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT entity_id INTO NEW.entity_id FROM roles_roleassignment WHERE id = NEW.assignment_id;
    RETURN NEW;
END $$;
CREATE TRIGGER role_ending_entity BEFORE INSERT OR UPDATE ON roles_roleending
    FOR EACH ROW EXECUTE FUNCTION role_ending_is_of_the_entity();
