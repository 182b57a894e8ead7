DROP TRIGGER account_of_a_ppn ON accounts_account;
DROP FUNCTION account_of_a_ppn_is_its_user();
DROP TRIGGER registration_keeps_its_profession ON roles_registereduser;
DROP FUNCTION registration_keeps_its_profession();
