SELECT track_registry_changes('accounts_deceasedentry', 'id', 'deceased_on', 'closed_on');
