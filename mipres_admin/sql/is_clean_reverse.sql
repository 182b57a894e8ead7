DROP FUNCTION is_email(text);
DROP FUNCTION is_clean_lines(text);
DROP FUNCTION is_clean(text);
