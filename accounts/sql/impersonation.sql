-- Django has no composite foreign keys: this one makes a viewing in the name of another entity impossible.
ALTER TABLE accounts_viewing ADD CONSTRAINT viewing_account_of_its_entity
    FOREIGN KEY (account_id, entity_id) REFERENCES accounts_account (id, entity_id);
