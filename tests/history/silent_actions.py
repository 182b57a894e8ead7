"""Which public functions of the `actions` modules record no event of their own, and why?"""

SILENT_ACTIONS = {
    "roles.actions.provider_networks.dependent_roles": "reads roles",
    "accounts.actions.password_links.find_link": "reads a link",
    "roles.actions.role_assignments.current_assignments": "reads roles",
    "roles.actions.role_assignments.notification_of": "writes the mail of a role change",
    "roles.actions.role_assignments.save_changes": "the part that activate_user, update_roles and apply_upload share",
    "roles.actions.role_assignments.record_changes": "the part of save_changes that records the events",
    "roles.actions.role_assignments.write_ranges": "the part of save_changes that writes when roles begin and end",
    "accounts.actions.login_and_password.check_new_password": "validates a password",
    "accounts.actions.login_and_password.save_new_password": "the part that change_password and assign_password share",
    "accounts.actions.login_and_password.record_failed_attempt": "the row of a refused log-in or second factor",
    "roles.actions.uploads.counts_of": "counts the rows of a file",
    "roles.actions.lookup.count_lookups": "the limit that look_up_user and make_upload share",
    "delegates.actions.account_closing.close_delegate_account": "the part of end_appointment that closes the account",
    "delegates.actions.personal_data.find_email_change": "reads a link",
    "delegates.actions.sign_up.find_sign_up": "reads a link",
    "delegates.actions.sign_up.future_account": "makes an account that is never saved",
    "tokens.actions.revoke_and_notify": "revoke_token writes the row; this adds the mails",
    "tokens.actions.due_reminder": "says which reminder is due",
    "tokens.actions.send_expiry_reminders": "warns by mail, once each: TokenReminder and the outbox say so",
}
