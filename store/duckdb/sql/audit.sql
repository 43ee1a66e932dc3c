-- name: listed
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

-- name: post_of
-- What happened to the messages that carried a notice of a workflow.
SELECT position, workflow_id, version, type, "at", actor, data, previous_hash, hash
FROM events
WHERE workflow_id = 'post' AND data ->> '$.message_id' IN (
    SELECT message_id FROM notices WHERE workflow_id = ? AND message_id <> '')
ORDER BY position;

-- name: search
-- Events by who, where, what and when; a filter that is empty lets everything through.
SELECT position, workflow_id, version, type, "at", actor, data, previous_hash, hash
FROM events
WHERE "at" >= $begins AND "at" < $ends AND ($type = '' OR type = $type)
  AND ($person = '' OR person = $person)
  AND ($organisation = '' OR organisation = $organisation)
  AND ($text = '' OR contains(lower(data), lower($text)))
ORDER BY position DESC LIMIT $limit;

-- name: step_times
-- How long the closed attempts of each step took, in hours.
SELECT definition, step, count(*), median(hours), quantile_cont(hours, 0.9)
FROM (SELECT definition, step, (steps.closed_at - steps.opened_at) / 3600000000.0 AS hours
      FROM steps JOIN workflows USING (workflow_id)
      WHERE steps.closed_at IS NOT NULL AND steps.opened_at IS NOT NULL
        AND ($definition = '' OR definition = $definition))
GROUP BY definition, step ORDER BY median(hours) DESC, definition, step;

-- name: load_ahead
-- Open assignments by the week they are due in and the organisation asked.
SELECT $now + $week * ((due - $now) // $week) AS begins, organisation, count(*)
FROM assignments WHERE status = 'open' AND due >= $now AND due < $now + $week * $weeks
GROUP BY begins, organisation ORDER BY begins, organisation;

-- name: has_hash
-- Whether an event with this hash is in the log.
SELECT 1 FROM events WHERE hash = ? LIMIT 1;
