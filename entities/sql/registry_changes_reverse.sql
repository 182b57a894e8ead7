SELECT untrack_registry_changes('entities_entity');
SELECT untrack_registry_changes('entities_sede');
SELECT untrack_registry_changes('entities_association');
