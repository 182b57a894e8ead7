SELECT untrack_registry_changes('accounts_deceasedentry');
