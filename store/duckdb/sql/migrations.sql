-- name: has_record
-- Whether the file knows migrations at all; another one that is attached may.
SELECT 1 FROM duckdb_tables() WHERE table_name = 'migrations' AND database_name = current_database();

-- name: make_record
-- The record of what was applied.
CREATE TABLE IF NOT EXISTS migrations (place INTEGER NOT NULL, name VARCHAR NOT NULL);

-- name: applied
-- The names applied, in order.
SELECT name FROM migrations ORDER BY place;

-- name: record
-- Notes a migration as applied.
INSERT INTO migrations SELECT count(*), ? FROM migrations;
