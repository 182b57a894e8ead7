-- The same as in mipres_admin.database.text and mipres_admin.reading.identifiers; tests/mipres_admin/database/test_search.py
-- holds them together.
CREATE FUNCTION search_text(value text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN regexp_replace(replace(fold(value), '''', ''),
        '[\u0021-\u0026\u0028-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u007e\u00a1-\u00bf\u00d7\u00f7\u2000-\u2bff\u2e00-\u2e7f\u3001-\u303f]',
        ' ', 'g');

CREATE FUNCTION search_key(value text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN replace(search_text(value), ' ', '');

-- Modulus 11 of the DIAN: the digits from the right times 3, 7, 13, …
CREATE FUNCTION check_digit(nit text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN CASE WHEN nit ~ '^[0-9]{6,10}$' THEN (
        SELECT substr('01987654321', (sum(substr(reverse(nit), place::integer, 1)::integer * weight) % 11)::integer + 1, 1)
        FROM unnest(ARRAY[3, 7, 13, 17, 19, 23, 29, 37, 41, 43]) WITH ORDINALITY AS weights (weight, place)
        WHERE place <= length(nit)
    ) ELSE '' END;
