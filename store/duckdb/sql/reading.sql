-- name: events_of
-- The events of a stream after a version.
SELECT position, workflow_id, version, type, "at", actor, data, previous_hash, hash
FROM events WHERE workflow_id = ? AND version > ? ORDER BY version;

-- name: events_between
-- The events after one position up to another. Inserted in order, so the scan returns them in order.
SELECT position, workflow_id, version, type, "at", actor, data, previous_hash, hash
FROM events WHERE position > ? AND position <= ?;

-- name: event_at
-- The hash at a position.
SELECT hash FROM events WHERE position = ?;

-- name: document
-- The content of a document.
SELECT content FROM documents WHERE sha256 = ?;

-- name: documents_from
-- The documents that came with events from a position on, in the order they came.
SELECT sha256, position, content FROM documents WHERE position >= ? ORDER BY rowid;

-- name: document_count
-- How many documents there are.
SELECT count(*) FROM documents;

-- name: workflow
-- One workflow.
SELECT * FROM workflows WHERE workflow_id = ?;

-- name: workflows
-- Workflows, the latest launched first; a filter that is empty lets everything through.
SELECT * FROM workflows
WHERE starts_with(workflow_id, $prefix) AND ($pcn = '' OR pcn = $pcn) AND ($batch = '' OR batch = $batch)
  AND ($definition = '' OR definition = $definition)
  AND CASE $status
      WHEN '' THEN true
      WHEN 'open' THEN status IN ('open', 'held')
      WHEN 'closed' THEN status NOT IN ('open', 'held')
      ELSE status = $status
  END
ORDER BY launched_at DESC, workflow_id
LIMIT $limit;

-- name: launched_with
-- The launch made with an idempotency key.
SELECT * FROM launches WHERE key = ?;

-- name: workflows_of
-- The workflows of a launch.
SELECT * FROM workflows WHERE launch = ? ORDER BY batch, workflow_id;

-- name: batch_deadline
-- The next moment that matters to any open workflow of a batch.
SELECT min(next_deadline) FROM workflows WHERE batch = ? AND status = 'open';

-- name: open_batches
-- The open workflows with their batches.
SELECT batch, workflow_id FROM workflows WHERE status IN ('open', 'held') ORDER BY batch, workflow_id;

-- name: unseen
-- The workflows to which something came in that no advance has committed after.
SELECT workflow_id FROM workflows WHERE status = 'open' AND seen < version ORDER BY workflow_id;

-- name: parents_to_see_to
-- The workflows one of whose children is over while they can still move, or the other way round.
SELECT DISTINCT parents.workflow_id
FROM workflows AS children JOIN workflows AS parents ON parents.workflow_id = children.parent
WHERE (parents.status IN ('open', 'held')) <> (children.status IN ('open', 'held'))
ORDER BY parents.workflow_id;

-- name: due
-- The workflows whose deadline has come.
SELECT workflow_id FROM workflows WHERE next_deadline <= ? ORDER BY next_deadline, workflow_id;

-- name: steps
-- The step attempts of a workflow.
SELECT * FROM steps WHERE workflow_id = ? ORDER BY step, attempt;

-- name: assignments
-- The assignments of a workflow.
SELECT * FROM assignments WHERE workflow_id = ? ORDER BY step, attempt, organisation, role;

-- name: assignment
-- One assignment.
SELECT * FROM assignments WHERE assignment = ?;

-- name: last_closed
-- The workflow of a definition and a PCN that was completed last.
SELECT workflow_id FROM workflows WHERE definition = ? AND pcn = ? AND status = 'completed'
ORDER BY closed_at DESC, workflow_id DESC LIMIT 1;

-- name: pinned_bundle
-- What the last launch of a version of a definition was pinned to.
SELECT bundle FROM workflows WHERE definition = ? AND definition_version = ?
ORDER BY launched_at DESC, workflow_id DESC LIMIT 1;

-- name: notices_due
-- The planned notices that may go now.
SELECT * FROM notices WHERE status = 'planned' AND not_before <= ? ORDER BY not_before, id LIMIT ?;

-- name: next_notice
-- When the next planned notice may go.
SELECT min(not_before) FROM notices WHERE status = 'planned';

-- name: notices
-- The notices of a workflow.
SELECT * FROM notices WHERE workflow_id = ? ORDER BY planned_at, id;

-- name: notice
-- One notice.
SELECT * FROM notices WHERE id = ?;

-- name: messages_unfinished
-- The messages claimed or deferred, whose fate is open.
SELECT * FROM messages WHERE status IN ('claimed', 'deferred') ORDER BY claimed_at, message_id;

-- name: messages
-- The messages, the latest first.
SELECT * FROM messages ORDER BY claimed_at DESC, message_id DESC LIMIT ?;

-- name: automatic_sent
-- How many messages that are not urgent were claimed for people between two moments.
SELECT person, count(*) FROM messages
WHERE claimed_at >= ? AND claimed_at < ? AND NOT urgent AND person IN (SELECT unnest(?::VARCHAR[])) GROUP BY person;

-- name: link
-- One link.
SELECT * FROM links WHERE sha256 = ?;

-- name: links_of
-- The links to an assignment.
SELECT * FROM links WHERE assignment = ? ORDER BY expires, sha256;

-- name: pending
-- What every open workflow waits for, with its version and the one up to which it was seen.
SELECT workflow_id, next_deadline, waiting_for, version, seen FROM workflows WHERE status IN ('open', 'held');
