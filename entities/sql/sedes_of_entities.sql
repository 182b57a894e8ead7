-- Whose sedes an entity has: its own, and a Proveedor those that REPS has of the IPS with its NIT too.
CREATE VIEW sede_owners (entity_id, owner_id) AS
SELECT id, id FROM entities_entity
UNION ALL
SELECT provider.id, ips.id FROM entities_entity AS provider JOIN entities_entity AS ips
    ON (ips.identification_type, ips.nit) = (provider.identification_type, provider.nit)
WHERE provider.kind = 'PROV' AND ips.kind = 'IPS';

-- The NIT ties the two together: with another one it is another entity. An EPS may get another NIT.
CREATE FUNCTION provider_keeps_its_identification() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'provider_keeps_its_identification' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER provider_keeps_its_identification BEFORE UPDATE OF kind, identification_type, nit ON entities_entity
    FOR EACH ROW WHEN (
        (OLD.kind IN ('IPS', 'PROV') OR NEW.kind IN ('IPS', 'PROV'))
        AND (OLD.kind, OLD.identification_type, OLD.nit) IS DISTINCT FROM (NEW.kind, NEW.identification_type, NEW.nit)
    ) EXECUTE FUNCTION provider_keeps_its_identification();

-- A row that names a sede with an entity names a sede of the entity, as long as the row is in force. REPS may pass a sede
-- to another entity: what had ended there stays as it was, and no composite foreign key could say that.
CREATE FUNCTION row_is_at_a_sede_of_its_entity() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.sede_id IS NULL THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) ->> TG_ARGV[1])::timestamptz <= clock_timestamp()
        AND (NEW.sede_id, NEW.entity_id) = (OLD.sede_id, OLD.entity_id) THEN
        RETURN NEW;
    END IF;
    -- the lock of a foreign key: a load that passes the sede on waits for this row, or this row for the load
    PERFORM FROM entities_sede WHERE id = NEW.sede_id FOR KEY SHARE;
    PERFORM FROM entities_sede AS sede JOIN sede_owners AS own ON own.owner_id = sede.entity_id
        WHERE sede.id = NEW.sede_id AND own.entity_id = NEW.entity_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_ARGV[0];
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION sede_passes_with_what_is_there() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    is_left boolean;
BEGIN
    -- of the entity that it has at the end of the transaction
    EXECUTE format('SELECT EXISTS (SELECT FROM %s AS here JOIN entities_sede AS sede ON sede.id = here.sede_id
        WHERE sede.id = $1 AND (here.%2$I IS NULL OR here.%2$I > clock_timestamp()) AND NOT EXISTS (
            SELECT FROM sede_owners AS own WHERE (own.entity_id, own.owner_id) = (here.entity_id, sede.entity_id)
        ))', TG_ARGV[1], TG_ARGV[2])
    INTO is_left USING NEW.id;
    IF is_left THEN
        RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_ARGV[0];
    END IF;
    RETURN NULL;
END $$;

-- Holds `rule` for a table with the columns sede_id and entity_id, whose rows are in force until `until`.
CREATE FUNCTION hold_sedes_to_entities(held regclass, rule text, until text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER %I BEFORE INSERT OR UPDATE OF sede_id, entity_id, %I ON %s
        FOR EACH ROW EXECUTE FUNCTION row_is_at_a_sede_of_its_entity(%L, %L)', rule, until, held, rule, until);
    -- deferred: the load ends what is there after it has passed the sedes
    EXECUTE format('CREATE CONSTRAINT TRIGGER %I AFTER UPDATE OF entity_id ON entities_sede
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.entity_id <> NEW.entity_id)
        EXECUTE FUNCTION sede_passes_with_what_is_there(%L, %L, %L)', rule, rule, held, until);
END $$;

CREATE FUNCTION release_sedes_of_entities(held regclass, rule text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DROP TRIGGER %I ON %s', rule, held);
    EXECUTE format('DROP TRIGGER %I ON entities_sede', rule);
END $$;
