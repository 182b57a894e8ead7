SELECT track_registry_changes('roles_profession', 'code', 'name');
SELECT track_registry_changes('roles_rethusentry', 'id', 'registry_number', 'closed_on');
SELECT track_registry_changes('roles_ssopost', 'id', 'document_type', 'document_number', 'sede_id', 'starts_on', 'ends_on');
