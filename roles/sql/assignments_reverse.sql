DROP TRIGGER role_ending_entity ON roles_roleending;
DROP FUNCTION role_ending_is_of_the_entity();

DROP TRIGGER user_relists_assignments ON roles_registereduser;
DROP TRIGGER person_relists_assignments ON accounts_person;
DROP TRIGGER assignment_of_a_ppn ON roles_roleassignment;
DROP TRIGGER assignment_listed_as ON roles_roleassignment;
DROP FUNCTION user_relists_assignments();
DROP FUNCTION person_relists_assignments();
DROP FUNCTION assignment_of_a_ppn_is_its_own();
DROP FUNCTION assignment_is_listed_as_its_user();

SELECT release_sedes_of_entities('roles_roleassignment', 'assignment_sede_of_its_entity');
