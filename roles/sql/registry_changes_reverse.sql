SELECT untrack_registry_changes('roles_profession');
SELECT untrack_registry_changes('roles_rethusentry');
SELECT untrack_registry_changes('roles_ssopost');
