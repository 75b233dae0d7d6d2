#!/bin/sh
# Runs once, when PostgreSQL makes its data: the programs get a role that owns their database and nothing else.
# psql quotes the password, so any character may stand in it here; the address in compose.yaml is stricter.
psql --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres --quiet <<'SQL'
\getenv password TRIALPORT_DATABASE_PASSWORD
create role trialport login password :'password';
create database trialport owner trialport encoding 'UTF8' locale_provider builtin builtin_locale 'C.UTF-8' template template0;
revoke connect on database trialport from public;
SQL
