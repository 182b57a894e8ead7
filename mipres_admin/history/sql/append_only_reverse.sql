DROP TRIGGER history_no_truncate ON history_historyentry;
DROP TRIGGER history_no_update_or_delete ON history_historyentry;
DROP FUNCTION history_is_append_only();
