-- The content of an event, the same text for every reader: no time zone, no format of the session takes part.
CREATE FUNCTION history_content(entry history_historyentry) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT convert_to(jsonb_build_array(
        entry.id, extract(epoch FROM entry.at), entry.event, entry.actor_id, entry.entity_id, entry.object_type,
        entry.object_id, entry.before, entry.after, entry.reason, host(entry.address), entry.request_id
    )::text, 'UTF8')
$$;
