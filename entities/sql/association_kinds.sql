-- The kinds are the entities', whatever a statement says; that of an entity that does not exist is refused by the CHECK.
CREATE FUNCTION association_knows_its_kinds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.owner_kind := coalesce((SELECT kind FROM entities_entity WHERE id = NEW.owner_id), '');
    NEW.member_kind := coalesce((SELECT kind FROM entities_entity WHERE id = NEW.member_id), '');
    RETURN NEW;
END $$;
CREATE TRIGGER association_kinds BEFORE INSERT OR UPDATE OF owner_id, member_id, owner_kind, member_kind
    ON entities_association FOR EACH ROW EXECUTE FUNCTION association_knows_its_kinds();

-- Django has no composite foreign keys: with these an entity that is in a network can not change its kind.
ALTER TABLE entities_association
    ADD CONSTRAINT association_owner_of_its_kind
        FOREIGN KEY (owner_id, owner_kind) REFERENCES entities_entity (id, kind),
    ADD CONSTRAINT association_member_of_its_kind
        FOREIGN KEY (member_id, member_kind) REFERENCES entities_entity (id, kind);
