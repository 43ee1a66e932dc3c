-- name: insert_events
-- Appends a group of events; the primary key is the last guard against two events with one version.
INSERT INTO events
SELECT unnest(?::BIGINT[]), unnest(?::VARCHAR[]), unnest(?::INTEGER[]), unnest(?::VARCHAR[]), unnest(?::BIGINT[]),
       unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::BLOB[]), unnest(?::BLOB[]), unnest(?::VARCHAR[]),
       unnest(?::VARCHAR[]);

-- name: insert_documents
-- Stores texts that events name by their sha256.
INSERT INTO documents SELECT unnest(?::VARCHAR[]), unnest(?::BIGINT[]), unnest(?::BLOB[]);

-- name: insert_workflows
-- Rows of workflows just launched.
INSERT INTO workflows
SELECT unnest(?::VARCHAR[]), unnest(?::INTEGER[]), unnest(?::VARCHAR[]), unnest(?::INTEGER[]), unnest(?::VARCHAR[]),
       unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::VARCHAR[]),
       unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::BOOLEAN[]), unnest(?::BIGINT[]), unnest(?::BIGINT[]),
       unnest(?::BIGINT[]), unnest(?::VARCHAR[]), unnest(?::INTEGER[]);

-- name: insert_steps
-- Rows of step attempts that began.
INSERT INTO steps
SELECT unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::INTEGER[]), unnest(?::VARCHAR[]), unnest(?::BIGINT[]),
       unnest(?::BIGINT[]), unnest(?::BIGINT[]), unnest(?::VARCHAR[]);

-- name: insert_assignments
-- Rows of assignments that opened.
INSERT INTO assignments
SELECT unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::INTEGER[]), unnest(?::VARCHAR[]),
       unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::BIGINT[]),
       unnest(?::BIGINT[]), unnest(?::BOOLEAN[]), unnest(?::BIGINT[]), unnest(?::BOOLEAN[]), unnest(?::INTEGER[]),
       unnest(?::INTEGER[]);

-- name: insert_notices
-- Rows of notices that were planned.
INSERT INTO notices
SELECT unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::VARCHAR[]),
       unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::VARCHAR[]),
       unnest(?::BIGINT[]), unnest(?::BOOLEAN[]), unnest(?::BOOLEAN[]), unnest(?::VARCHAR[]), unnest(?::VARCHAR[]),
       unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::BIGINT[]);

-- name: insert_messages
-- Rows of messages claimed for the first time.
INSERT INTO messages
SELECT unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::VARCHAR[]),
       unnest(?::VARCHAR[]), unnest(?::BIGINT[]), unnest(?::BIGINT[]), unnest(?::BIGINT[]), unnest(?::INTEGER[]),
       unnest(?::BOOLEAN[]), unnest(?::VARCHAR[]);

-- name: insert_links
-- Rows of links issued.
INSERT INTO links SELECT unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::BIGINT[]), unnest(?::BOOLEAN[]);

-- name: insert_launches
-- Launches made with a key; the primary key is the last guard against two launches with one.
INSERT INTO launches SELECT unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::VARCHAR[]);

-- name: update_workflows_waiting
-- The version of workflows, what they wait for now, and what was seen of them.
UPDATE workflows
SET version = n.version, next_deadline = n.next_deadline, waiting_for = n.waiting_for, seen = n.seen
FROM (SELECT unnest(?::VARCHAR[]) AS workflow_id, unnest(?::INTEGER[]) AS version,
             unnest(?::BIGINT[]) AS next_deadline, unnest(?::VARCHAR[]) AS waiting_for, unnest(?::INTEGER[]) AS seen) AS n
WHERE workflows.workflow_id = n.workflow_id;

-- name: update_workflows_status
-- Workflows that closed, were held or locked, or went on.
UPDATE workflows
SET status = n.status, locked = n.locked, closed_at = n.closed_at
FROM (SELECT unnest(?::VARCHAR[]) AS workflow_id, unnest(?::VARCHAR[]) AS status, unnest(?::BOOLEAN[]) AS locked,
             unnest(?::BIGINT[]) AS closed_at) AS n
WHERE workflows.workflow_id = n.workflow_id;

-- name: update_workflows_pins
-- Workflows moved to another bundle, whose PCN changed, or that are called otherwise.
UPDATE workflows
SET definition_version = n.definition_version, bundle = n.bundle, pcn = n.pcn, pcn_name = n.pcn_name,
    reference = n.reference
FROM (SELECT unnest(?::VARCHAR[]) AS workflow_id, unnest(?::INTEGER[]) AS definition_version,
             unnest(?::VARCHAR[]) AS bundle, unnest(?::VARCHAR[]) AS pcn, unnest(?::VARCHAR[]) AS pcn_name,
             unnest(?::VARCHAR[]) AS reference) AS n
WHERE workflows.workflow_id = n.workflow_id;

-- name: update_steps
-- Step attempts that closed, were reopened, or whose date moved.
UPDATE steps
SET status = n.status, opened_at = n.opened_at, closed_at = n.closed_at, due = n.due, outcome = n.outcome
FROM (SELECT unnest(?::VARCHAR[]) AS workflow_id, unnest(?::VARCHAR[]) AS step, unnest(?::INTEGER[]) AS attempt,
             unnest(?::VARCHAR[]) AS status, unnest(?::BIGINT[]) AS opened_at, unnest(?::BIGINT[]) AS closed_at,
             unnest(?::BIGINT[]) AS due, unnest(?::VARCHAR[]) AS outcome) AS n
WHERE steps.workflow_id = n.workflow_id AND steps.step = n.step AND steps.attempt = n.attempt;

-- name: update_assignments_answer
-- Assignments that were answered, carried or ended.
UPDATE assignments
SET status = n.status, answered_at = n.answered_at, late = n.late, responses = n.responses
FROM (SELECT unnest(?::VARCHAR[]) AS assignment, unnest(?::VARCHAR[]) AS status, unnest(?::BIGINT[]) AS answered_at,
             unnest(?::BOOLEAN[]) AS late, unnest(?::INTEGER[]) AS responses) AS n
WHERE assignments.assignment = n.assignment;

-- name: update_assignments_terms
-- Assignments given to another person, or another date.
UPDATE assignments
SET person = n.person, name = n.name, opened_at = n.opened_at, due = n.due, external = n.external
FROM (SELECT unnest(?::VARCHAR[]) AS assignment, unnest(?::VARCHAR[]) AS person, unnest(?::VARCHAR[]) AS name,
             unnest(?::BIGINT[]) AS opened_at, unnest(?::BIGINT[]) AS due, unnest(?::BOOLEAN[]) AS external) AS n
WHERE assignments.assignment = n.assignment;

-- name: update_assignments_rungs
-- Assignments whose ladder was climbed.
UPDATE assignments
SET rungs_climbed = n.rungs_climbed
FROM (SELECT unnest(?::VARCHAR[]) AS assignment, unnest(?::INTEGER[]) AS rungs_climbed) AS n
WHERE assignments.assignment = n.assignment;

-- name: update_notices
-- Notices claimed, sent, refused or void.
UPDATE notices
SET status = n.status, message_id = n.message_id
FROM (SELECT unnest(?::VARCHAR[]) AS id, unnest(?::VARCHAR[]) AS status, unnest(?::VARCHAR[]) AS message_id) AS n
WHERE notices.id = n.id;

-- name: update_messages_progress
-- Messages sent, deferred, refused, or claimed again.
UPDATE messages
SET status = n.status, claimed_at = n.claimed_at, lease_until = n.lease_until, sent_at = n.sent_at,
    tries = n.tries, because = n.because
FROM (SELECT unnest(?::VARCHAR[]) AS message_id, unnest(?::VARCHAR[]) AS status, unnest(?::BIGINT[]) AS claimed_at,
             unnest(?::BIGINT[]) AS lease_until, unnest(?::BIGINT[]) AS sent_at, unnest(?::INTEGER[]) AS tries,
             unnest(?::VARCHAR[]) AS because) AS n
WHERE messages.message_id = n.message_id;

-- name: update_messages_content
-- Messages claimed again with other content.
UPDATE messages
SET notices = n.notices, person = n.person, recipient = n.recipient, subject = n.subject, urgent = n.urgent
FROM (SELECT unnest(?::VARCHAR[]) AS message_id, unnest(?::VARCHAR[]) AS notices, unnest(?::VARCHAR[]) AS person,
             unnest(?::VARCHAR[]) AS recipient, unnest(?::VARCHAR[]) AS subject, unnest(?::BOOLEAN[]) AS urgent) AS n
WHERE messages.message_id = n.message_id;

-- name: update_links
-- Links revoked.
UPDATE links
SET assignment = n.assignment, expires = n.expires, revoked = n.revoked
FROM (SELECT unnest(?::VARCHAR[]) AS sha256, unnest(?::VARCHAR[]) AS assignment, unnest(?::BIGINT[]) AS expires,
             unnest(?::BOOLEAN[]) AS revoked) AS n
WHERE links.sha256 = n.sha256;

-- name: load_workflows
-- The rows of the workflows a group touches.
SELECT * FROM workflows WHERE workflow_id IN (SELECT unnest(?::VARCHAR[]));

-- name: load_steps
-- The step attempts of the workflows a group touches.
SELECT * FROM steps WHERE workflow_id IN (SELECT unnest(?::VARCHAR[])) ORDER BY rowid;

-- name: load_assignments
-- The assignments of the workflows a group touches.
SELECT * FROM assignments WHERE workflow_id IN (SELECT unnest(?::VARCHAR[])) ORDER BY rowid;

-- name: load_notices
-- The notices of the workflows a group touches, without what the emails say.
SELECT * REPLACE ('{}' AS facts) FROM notices WHERE workflow_id IN (SELECT unnest(?::VARCHAR[]));

-- name: load_notices_by_id
-- The notices that messages of a group carry, without what the emails say.
SELECT * REPLACE ('{}' AS facts) FROM notices WHERE id IN (SELECT unnest(?::VARCHAR[]));

-- name: load_messages
-- The messages a group touches.
SELECT * FROM messages WHERE message_id IN (SELECT unnest(?::VARCHAR[]));

-- name: load_links
-- The links a group touches.
SELECT * FROM links WHERE sha256 IN (SELECT unnest(?::VARCHAR[]));

-- name: load_launches
-- The launches whose keys a group uses.
SELECT * FROM launches WHERE key IN (SELECT unnest(?::VARCHAR[]));

-- name: other_streams
-- The versions of streams that are not workflows (the post, the links), held in memory while open.
SELECT workflow_id, max(version) FROM events
WHERE workflow_id NOT IN (SELECT workflow_id FROM workflows) GROUP BY workflow_id;

-- name: last_event
-- Where the log ends.
SELECT position, hash FROM events ORDER BY position DESC LIMIT 1;

-- name: document_names
-- Which documents are stored.
SELECT sha256 FROM documents;
