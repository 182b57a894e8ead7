DROP FUNCTION next_prov_code();
DROP SEQUENCE entities_prov_code;
