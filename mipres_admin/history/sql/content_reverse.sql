DROP FUNCTION history_content(history_historyentry);
