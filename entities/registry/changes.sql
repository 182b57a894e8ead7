-- Keeps what a statement changed, while a load runs. The triggers that call it are made by `keep_changes`.
CREATE FUNCTION keep_registry_changes() RETURNS trigger LANGUAGE plpgsql AS $$
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
        EXECUTE format('INSERT INTO entities_registryaddition (load_id, "table", keys, hashes)
            SELECT $1, $2, array_agg(%I::text), array_agg(%s) FROM new_rows AS new_row HAVING count(*) > 0',
            key_column, hash) USING load, TG_TABLE_NAME;
    ELSIF TG_OP = 'UPDATE' THEN
        EXECUTE format('INSERT INTO entities_registrychange AS kept (load_id, "table", key, before, after)
            SELECT $1, $2, new_row.%1$I::text, %2$s, %3$s
            FROM new_rows AS new_row JOIN old_rows AS old_row ON old_row.%1$I = new_row.%1$I
            ON CONFLICT (load_id, "table", key) DO UPDATE SET after = excluded.after',
            key_column, earlier, hash) USING load, TG_TABLE_NAME;
    ELSE
        EXECUTE format('INSERT INTO entities_registrychange AS kept (load_id, "table", key, before, after)
            SELECT $1, $2, old_row.%I::text, to_jsonb(old_row), NULL FROM old_rows AS old_row
            ON CONFLICT (load_id, "table", key) DO UPDATE SET before = excluded.before || kept.before, after = NULL',
            key_column) USING load, TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END $$;
