SELECT track_registry_changes('accounts_civilregistryentry', 'id', 'first_name', 'second_name', 'first_surname',
    'second_surname', 'issued_on', 'deceased_on', 'state', 'closed_on');
SELECT track_registry_changes('accounts_deceasedentry', 'id', 'deceased_on', 'closed_on');
