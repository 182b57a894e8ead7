DROP TRIGGER certificate_no_update_or_delete ON roles_certificate;
DROP FUNCTION certificate_is_immutable();
