-- name: has_record
-- Whether the file knows migrations at all; another one that is attached may.
SELECT 1 FROM duckdb_tables() WHERE table_name = 'migrations' AND database_name = current_database();

-- name: make_record
-- The record of what was applied.
CREATE TABLE IF NOT EXISTS migrations (name VARCHAR NOT NULL PRIMARY KEY);

-- name: applied
-- The names applied, in order.
SELECT name FROM migrations ORDER BY name;

-- name: record
-- Notes a migration as applied.
INSERT INTO migrations VALUES (?);
