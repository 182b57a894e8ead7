DROP FUNCTION untrack_registry_changes(regclass);
DROP FUNCTION track_registry_changes(regclass, text[]);
DROP FUNCTION capture_registry_changes();
