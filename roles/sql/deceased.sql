-- A person is deceased as long as the list of deceased people or the Registro civil says so; the earlier day counts.
CREATE FUNCTION death_in_the_registries(kind text, number text) RETURNS date LANGUAGE sql STABLE AS $$
    SELECT least(
        (SELECT deceased_on FROM accounts_deceasedentry
         WHERE (document_type, document_number) = (kind, number) AND closed_on IS NULL),
        (SELECT deceased_on FROM accounts_civilregistryentry
         WHERE (document_type, document_number) = (kind, number) AND closed_on IS NULL)
    )
$$;

-- The lock is shared by whatever adds a person and exclusive for whatever changes a death, so that nobody is added
-- unseen by a load that has not committed. The users are locked before their persons, as giving a role does.
CREATE FUNCTION persons_follow_the_deceased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM changed WHERE deceased_on IS NOT NULL) THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock(5311002);
    PERFORM FROM roles_registereduser AS registered
        JOIN accounts_person AS person ON person.id = registered.person_id
        JOIN changed USING (document_type, document_number)
        WHERE changed.deceased_on IS NOT NULL
        ORDER BY registered.id FOR UPDATE OF registered;
    UPDATE accounts_person AS person
    SET deceased_on = death_in_the_registries(person.document_type, person.document_number)
    FROM changed
    WHERE (person.document_type, person.document_number) = (changed.document_type, changed.document_number)
        AND changed.deceased_on IS NOT NULL
        AND person.deceased_on IS DISTINCT FROM death_in_the_registries(person.document_type, person.document_number);
    RETURN NULL;
END $$;
CREATE TRIGGER deceased_inserted AFTER INSERT ON accounts_deceasedentry REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION persons_follow_the_deceased();
CREATE TRIGGER deceased_updated AFTER UPDATE ON accounts_deceasedentry REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION persons_follow_the_deceased();
CREATE TRIGGER deceased_deleted AFTER DELETE ON accounts_deceasedentry REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION persons_follow_the_deceased();
-- a document that is no longer cancelled has its day in the old row alone, so an update has two triggers
CREATE TRIGGER deceased_inserted AFTER INSERT ON accounts_civilregistryentry REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION persons_follow_the_deceased();
CREATE TRIGGER deceased_updated AFTER UPDATE ON accounts_civilregistryentry REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION persons_follow_the_deceased();
CREATE TRIGGER deceased_updated_from AFTER UPDATE ON accounts_civilregistryentry REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION persons_follow_the_deceased();
CREATE TRIGGER deceased_deleted AFTER DELETE ON accounts_civilregistryentry REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION persons_follow_the_deceased();

CREATE FUNCTION person_may_be_deceased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(5311002);
    NEW.deceased_on := coalesce(
        death_in_the_registries(NEW.document_type, NEW.document_number),
        CASE WHEN TG_OP = 'INSERT' THEN NEW.deceased_on END
    );
    RETURN NEW;
END $$;
CREATE TRIGGER person_comes BEFORE INSERT ON accounts_person
    FOR EACH ROW EXECUTE FUNCTION person_may_be_deceased();
CREATE TRIGGER person_gets_another_document BEFORE UPDATE ON accounts_person FOR EACH ROW
    WHEN ((OLD.document_type, OLD.document_number) IS DISTINCT FROM (NEW.document_type, NEW.document_number))
    EXECUTE FUNCTION person_may_be_deceased();

-- Nobody deceased is in a network as a provider or a professional, whom their document identifies. A load of deaths that
-- has not committed is waited for.
CREATE FUNCTION association_is_of_somebody_alive() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(5311002);
    PERFORM FROM entities_entity AS member WHERE member.id = NEW.member_id
        AND death_in_the_registries(member.identification_type, member.nit) IS NOT NULL;
    IF FOUND THEN
        RAISE EXCEPTION 'association_of_somebody_alive' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
-- after `association_kinds`, which writes member_kind
CREATE TRIGGER association_of_somebody_alive BEFORE INSERT OR UPDATE OF member_id, ends_at ON entities_association
    FOR EACH ROW WHEN (NEW.member_kind IN ('PPN', 'PI') AND (NEW.ends_at IS NULL OR NEW.ends_at > clock_timestamp()))
    EXECUTE FUNCTION association_is_of_somebody_alive();
