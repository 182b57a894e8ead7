-- Django has no composite foreign keys: this one makes an impersonation in the name of another entity impossible.
ALTER TABLE accounts_impersonation ADD CONSTRAINT impersonation_account_of_its_entity
    FOREIGN KEY (account_id, entity_id) REFERENCES accounts_account (id, entity_id);
