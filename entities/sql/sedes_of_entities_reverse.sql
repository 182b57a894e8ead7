DROP FUNCTION release_sedes_of_entities(regclass, text);
DROP FUNCTION hold_sedes_to_entities(regclass, text, text);
DROP FUNCTION sede_passes_with_what_is_there();
DROP FUNCTION row_is_at_a_sede_of_its_entity();

DROP TRIGGER provider_keeps_its_identification ON entities_entity;
DROP FUNCTION provider_keeps_its_identification();
DROP VIEW sede_owners;
