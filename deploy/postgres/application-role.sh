#!/bin/sh
# Run once by the image of PostgreSQL, on a new volume: the role with which the portal and its worker connect.
# What it may do is granted after each migration by `manage.py grant_application_role mipres_portal`.
set -eu
psql --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --set ON_ERROR_STOP=1 \
    --set password="$(cat /run/secrets/portal_database_password)" <<'SQL'
CREATE ROLE mipres_portal LOGIN PASSWORD :'password' NOINHERIT;
SQL
