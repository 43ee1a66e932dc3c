-- name: read_documents
-- Reads every block of the table.
SELECT bit_xor(hash(documents)) FROM documents;

-- name: read_workflows
-- Reads every block of the table.
SELECT bit_xor(hash(workflows)) FROM workflows;

-- name: read_steps
-- Reads every block of the table.
SELECT bit_xor(hash(steps)) FROM steps;

-- name: read_assignments
-- Reads every block of the table.
SELECT bit_xor(hash(assignments)) FROM assignments;

-- name: read_notices
-- Reads every block of the table.
SELECT bit_xor(hash(notices)) FROM notices;

-- name: read_messages
-- Reads every block of the table.
SELECT bit_xor(hash(messages)) FROM messages;

-- name: read_launches
-- Reads every block of the table.
SELECT bit_xor(hash(launches)) FROM launches;

-- name: read_links
-- Reads every block of the table.
SELECT bit_xor(hash(links)) FROM links;
