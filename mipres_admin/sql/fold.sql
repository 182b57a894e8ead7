-- The same as mipres_admin.database.text.fold; tests/mipres_admin/database/test_text.py holds them together.
CREATE FUNCTION fold(value text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN CASE
        -- the letters of Spanish alone: four times as fast
        WHEN value !~ '[^ -_a-~ÁÉÍÓÚÜÑáéíóúüñ]' THEN translate(lower(value COLLATE pg_c_utf8), '-áéíóúüñ', ' aeiouun')
        ELSE replace(replace(replace(replace(translate(lower(regexp_replace(regexp_replace(regexp_replace(
            normalize(regexp_replace(value,
                '[\u0027\u0060\u00b4\u02b9\u02bb-\u02bd\u02c8\u02ca\u02cb\u0384\u055a\u1fbd\u1fbf\u1fef\u1ffd\u1ffe\u2018\u2019\u201b\u2032\u2035\ua78b\ua78c\uff07\uff40]',
                '''', 'g'), NFKD),
            '[\u0001-\u0008\u000e-\u001b\u007f-\u0084\u0086-\u009f\ufffe\uffff\u0897\U00010d69-\U00010d6d\U00011380-\U000113ff\U00016100-\U0001613f\U00016d40-\U00016d7f\U0001e5d0-\U0001e5ff\u0300-\u036f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]',
            '', 'g'),
            '[\u002d\u02d7\u058a\u05be\u2010-\u2015\u2043\u207b\u208b\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d\u0009-\u000d\u001c-\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u2800\u3000]',
            ' ', 'g'),
            '[\u0027\u0060\u00b4\u02b9\u02bb-\u02bd\u02c8\u02ca\u02cb\u0384\u055a\u1fbd\u1fbf\u1fef\u1ffd\u1ffe\u2018\u2019\u201b\u2032\u2035\ua78b\ua78c\uff07\uff40]',
            '''', 'g')
            COLLATE pg_c_utf8), 'đðħıłøŧ', 'ddhilot'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th')
    END;
