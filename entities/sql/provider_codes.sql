-- Not owned by the table: emptying it must not give a code twice. `nextval` is never rolled back, so neither is a code.
CREATE SEQUENCE entities_prov_code AS integer MINVALUE 1 MAXVALUE 999999 NO CYCLE;

CREATE FUNCTION next_prov_code() RETURNS text LANGUAGE plpgsql AS $$
DECLARE next_code text;
BEGIN
    LOOP
        next_code := 'PROV' || lpad(nextval('entities_prov_code')::text, 6, '0');
        -- a code that did not come from the sequence is passed over
        EXIT WHEN NOT EXISTS (SELECT FROM entities_sede WHERE code = next_code);
    END LOOP;
    RETURN next_code;
END $$;
