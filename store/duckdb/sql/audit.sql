-- name: summaries
-- Workflows with counts of what there is of them.
WITH chosen AS (
    SELECT * FROM workflows
    WHERE ($pcn = '' OR pcn = $pcn) AND ($definition = '' OR definition = $definition)
      AND ($status = '' OR (status IN ('open', 'held')) = ($status = 'open'))
    ORDER BY launched_at DESC, workflow_id LIMIT $limit
),
closed AS (
    SELECT workflow_id, count(*) AS n FROM steps
    WHERE status = 'closed' AND workflow_id IN (SELECT workflow_id FROM chosen) GROUP BY workflow_id
),
asked AS (
    SELECT workflow_id, count(*) AS n, count(*) FILTER (status IN ('answered', 'carried')) AS answered,
           count(*) FILTER (late) AS late
    FROM assignments WHERE workflow_id IN (SELECT workflow_id FROM chosen) GROUP BY workflow_id
),
sent AS (
    SELECT workflow_id, count(DISTINCT message_id) AS n FROM notices
    WHERE status = 'sent' AND workflow_id IN (SELECT workflow_id FROM chosen) GROUP BY workflow_id
)
SELECT chosen.*, chosen.version, coalesce(closed.n, 0), coalesce(asked.n, 0), coalesce(asked.answered, 0),
       coalesce(asked.late, 0), coalesce(sent.n, 0)
FROM chosen
LEFT JOIN closed USING (workflow_id) LEFT JOIN asked USING (workflow_id) LEFT JOIN sent USING (workflow_id)
ORDER BY chosen.launched_at DESC, chosen.workflow_id;

-- name: messages_of
-- The messages that carried a notice of a workflow.
SELECT * FROM messages
WHERE message_id IN (SELECT message_id FROM notices WHERE workflow_id = ? AND message_id <> '')
ORDER BY claimed_at, message_id;

-- name: search
-- Events by who, where, what and when; a filter that is empty lets everything through.
SELECT position, workflow_id, version, type, "at", actor, data, previous_hash, hash
FROM events
WHERE "at" >= $begins AND "at" < $ends AND ($type = '' OR type = $type)
  AND ($person = '' OR person = $person)
  AND ($organisation = '' OR organisation = $organisation)
  AND ($text = '' OR contains(lower(data), lower($text)))
ORDER BY position DESC LIMIT $limit;

-- name: has_hashes
-- Of some hashes, those that an event of the log carries.
SELECT hash FROM events WHERE hash IN (SELECT unnest(?::BLOB[]));
