SELECT track_registry_changes('entities_entity', 'id', 'name', 'nit', 'eps_code');
SELECT track_registry_changes('entities_sede', 'id', 'entity_id', 'code', 'name', 'municipality_id', 'address', 'phone',
    'email', 'provider_class', 'reps_snapshot_date', 'closed_on');
SELECT track_registry_changes('entities_association', 'id', 'ends_at');
