DROP FUNCTION check_digit(text);
DROP FUNCTION search_key(text);
DROP FUNCTION search_text(text);
