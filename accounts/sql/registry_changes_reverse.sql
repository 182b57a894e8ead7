SELECT untrack_registry_changes('accounts_civilregistryentry');
SELECT untrack_registry_changes('accounts_deceasedentry');
