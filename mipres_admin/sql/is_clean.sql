-- The same as mipres_admin.reading.text.is_clean; tests/mipres_admin/reading/test_text.py holds them together.
-- Not STRICT, and the letters of Latin alphabets first, so that the planner puts it inline and no function is called.
CREATE FUNCTION is_clean(value text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN value !~ '[^ -_a-~\u00a1-\u00ac\u00ae-\u00b3\u00b5-\u02af]|^ |  | $'
        OR (value = clean_text(value) AND value !~ '[\u0001-\u0008\u000e-\u001b\u007f-\u0084\u0086-\u009f\ufffe\uffff\u0897\U00010d69-\U00010d6d\U00011380-\U000113ff\U00016100-\U0001613f\U00016d40-\U00016d7f\U0001e5d0-\U0001e5ff]');

-- The same of the lines of a text, as mipres_admin.reading.text.clean_lines leaves them.
CREATE FUNCTION is_clean_lines(value text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN value !~ '^\n| \n|\n |\n$' AND is_clean(translate(value, E'\n', '|'));

-- What every e-mail is to which mipres_admin.reading.emails lets the portal write, or nothing; it looks at more.
CREATE FUNCTION is_email(value text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN value = '' OR (
        value ~ '^(?=.{1,64}@)[A-Za-z0-9!#$%&''*+/=?^_{|}~-]+(\.[A-Za-z0-9!#$%&''*+/=?^_{|}~-]+)*@([A-Za-z0-9\u00a1-\U0010ffff-]+\.)+[A-Za-z0-9\u00a1-\U0010ffff-]+$'
        AND is_clean(value)
    );
