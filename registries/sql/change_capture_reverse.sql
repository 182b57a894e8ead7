DROP FUNCTION untrack_registry_changes(regclass);
DROP FUNCTION track_registry_changes(regclass, text[]);
DROP FUNCTION keep_registry_changes();
