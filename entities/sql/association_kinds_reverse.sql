ALTER TABLE entities_association
    DROP CONSTRAINT association_owner_of_its_kind,
    DROP CONSTRAINT association_member_of_its_kind;

DROP TRIGGER association_kinds ON entities_association;
DROP FUNCTION association_knows_its_kinds();
