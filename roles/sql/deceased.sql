-- The lock is shared by whatever adds a person and exclusive for whatever changes the list, so that nobody is added
-- unseen by a load that has not committed. The users are locked before their persons, as giving a role does.
CREATE FUNCTION persons_follow_the_deceased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(5311002);
    PERFORM FROM roles_registereduser AS registered
        JOIN accounts_person AS person ON person.id = registered.person_id
        JOIN changed USING (document_type, document_number)
        ORDER BY registered.id FOR UPDATE OF registered;
    UPDATE accounts_person AS person SET deceased_on = entry.deceased_on
    FROM changed LEFT JOIN accounts_deceasedentry AS entry
        ON (entry.document_type, entry.document_number) = (changed.document_type, changed.document_number)
            AND entry.closed_on IS NULL
    WHERE (person.document_type, person.document_number) = (changed.document_type, changed.document_number)
        AND person.deceased_on IS DISTINCT FROM entry.deceased_on;
    RETURN NULL;
END $$;
CREATE TRIGGER deceased_inserted AFTER INSERT ON accounts_deceasedentry REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION persons_follow_the_deceased();
CREATE TRIGGER deceased_updated AFTER UPDATE ON accounts_deceasedentry REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION persons_follow_the_deceased();
CREATE TRIGGER deceased_deleted AFTER DELETE ON accounts_deceasedentry REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION persons_follow_the_deceased();

CREATE FUNCTION person_may_be_deceased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(5311002);
    NEW.deceased_on := coalesce(
        (SELECT entry.deceased_on FROM accounts_deceasedentry AS entry
         WHERE (entry.document_type, entry.document_number) = (NEW.document_type, NEW.document_number)
             AND entry.closed_on IS NULL),
        CASE WHEN TG_OP = 'INSERT' THEN NEW.deceased_on END
    );
    RETURN NEW;
END $$;
CREATE TRIGGER person_comes BEFORE INSERT ON accounts_person
    FOR EACH ROW EXECUTE FUNCTION person_may_be_deceased();
CREATE TRIGGER person_gets_another_document BEFORE UPDATE ON accounts_person FOR EACH ROW
    WHEN ((OLD.document_type, OLD.document_number) IS DISTINCT FROM (NEW.document_type, NEW.document_number))
    EXECUTE FUNCTION person_may_be_deceased();
