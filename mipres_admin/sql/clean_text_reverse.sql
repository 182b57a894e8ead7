DROP FUNCTION clean_text(text);
