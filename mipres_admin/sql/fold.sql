-- The same as mipres_admin.database.text.fold; tests/mipres_admin/database/test_text.py holds them together.
CREATE FUNCTION fold(value text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN lower(regexp_replace(normalize(value, NFKD), '[\u0300-\u036f]', '', 'g') COLLATE pg_c_utf8);
