-- Stores what a statement changed, while a load runs. `track_registry_changes` creates its triggers.
CREATE FUNCTION capture_registry_changes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    load bigint := nullif(current_setting('mipres.registry_load', true), '')::bigint;
    key_column text := TG_ARGV[0];
    columns text[] := TG_ARGV[1:];
    hash text;
    earlier text;
BEGIN
    IF load IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT format('hashtextextended(row(%s)::text, 0)', string_agg(format('new_row.%I', name), ', ')),
        format('jsonb_build_object(%s)', string_agg(format('%L, old_row.%I', name, name), ', '))
    INTO hash, earlier FROM unnest(columns) AS name;
    IF TG_OP = 'INSERT' THEN
        EXECUTE format('INSERT INTO registries_registryaddition (load_id, "table", keys, hashes)
            SELECT $1, $2, array_agg(%I::text), array_agg(%s) FROM new_rows AS new_row HAVING count(*) > 0',
            key_column, hash) USING load, TG_TABLE_NAME;
    ELSIF TG_OP = 'UPDATE' THEN
        EXECUTE format('INSERT INTO registries_registrychange AS stored (load_id, "table", key, before, after)
            SELECT $1, $2, new_row.%1$I::text, %2$s, %3$s
            FROM new_rows AS new_row JOIN old_rows AS old_row ON old_row.%1$I = new_row.%1$I
            ON CONFLICT (load_id, "table", key) DO UPDATE SET after = excluded.after',
            key_column, earlier, hash) USING load, TG_TABLE_NAME;
    ELSE
        EXECUTE format('INSERT INTO registries_registrychange AS stored (load_id, "table", key, before, after)
            SELECT $1, $2, old_row.%I::text, to_jsonb(old_row), NULL FROM old_rows AS old_row
            ON CONFLICT (load_id, "table", key) DO UPDATE SET before = excluded.before || stored.before, after = NULL',
            key_column) USING load, TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$;

-- Stores what loads change in a table, so that they can be undone. The first of `columns` is the key of its rows.
CREATE FUNCTION track_registry_changes(tracked regclass, VARIADIC columns text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    names text := (SELECT string_agg(quote_literal(name), ', ') FROM unnest(columns) AS name);
BEGIN
    EXECUTE format('CREATE TRIGGER registry_captures_new AFTER INSERT ON %s REFERENCING NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION capture_registry_changes(%s)', tracked, names);
    EXECUTE format('CREATE TRIGGER registry_captures_changed AFTER UPDATE ON %s
        REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION capture_registry_changes(%s)', tracked, names);
    EXECUTE format('CREATE TRIGGER registry_captures_deleted AFTER DELETE ON %s REFERENCING OLD TABLE AS old_rows
        FOR EACH STATEMENT EXECUTE FUNCTION capture_registry_changes(%s)', tracked, names);
END $$;

CREATE FUNCTION untrack_registry_changes(tracked regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['registry_captures_new', 'registry_captures_changed', 'registry_captures_deleted'] LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', name, tracked);
    END LOOP;
END $$;
