-- name: attach
-- Puts the file that was made from the journal beside the one that is looked at.
ATTACH ? AS rebuilt (READ_ONLY);

-- name: rows_of_one_only
-- The rows of the first table that the second has not, or has otherwise.
FROM query_table(?) EXCEPT FROM query_table(?);

-- name: events_of_one_only
-- The same for events: what the chain covers is known by the hash, beside it stands what it does not cover.
SELECT position, person, organisation, hash FROM query_table(?)
EXCEPT SELECT position, person, organisation, hash FROM query_table(?);

-- name: documents_of_one_only
-- The same for documents, whose content is known by the name.
SELECT sha256, position FROM query_table(?) EXCEPT SELECT sha256, position FROM query_table(?);

-- name: false_documents
-- The documents that are not what their names say.
SELECT sha256 FROM documents WHERE sha256(content) <> sha256;

-- name: upto
-- Where the log ends.
SELECT coalesce(max(position), 0) FROM events;

-- name: shape_of_one_only
-- What the first file has of tables, columns, keys and views that the second has not, or has otherwise.
WITH shape (file, part) AS (
    SELECT database_name, format('{}: {} {}', table_name, column_name, data_type)
        || CASE WHEN is_nullable THEN '' ELSE ' NOT NULL' END
    FROM duckdb_columns() WHERE NOT internal
    UNION ALL SELECT database_name, table_name || ': ' || constraint_text FROM duckdb_constraints()
    UNION ALL SELECT database_name, sql FROM duckdb_views() WHERE NOT internal
)
SELECT part FROM shape WHERE file = ? EXCEPT SELECT part FROM shape WHERE file = ?;

-- name: own_name
-- What DuckDB calls the file that is looked at.
SELECT current_database();
