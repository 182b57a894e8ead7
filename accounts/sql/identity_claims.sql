-- A claim is of an account of nobody in particular until it is verified, and then of its document's person.
CREATE FUNCTION identity_claim_fits_its_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM accounts_account AS account LEFT JOIN accounts_person AS person ON person.id = account.person_id
        WHERE account.id = NEW.account_id AND account.entity_id IS NULL AND NOT account.is_staff
            AND CASE WHEN NEW.state = 'verificada'
                THEN (person.document_type, person.document_number) = (NEW.document_type, NEW.document_number)
                ELSE account.person_id IS NULL END;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'identity_claim_fits_its_account' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER identity_claim_fits_its_account BEFORE INSERT OR UPDATE ON accounts_identityclaim
    FOR EACH ROW EXECUTE FUNCTION identity_claim_fits_its_account();
