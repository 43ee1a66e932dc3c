-- name: log
-- The event log, append only. Moments are microseconds since 1970 UTC; `actor` and `data` are canonical JSON.
-- `person` and `organisation` repeat what `actor` says: a column answers a search fifty times faster than JSON.
CREATE TABLE events (
    position      BIGINT  NOT NULL,
    workflow_id   VARCHAR NOT NULL,
    version       INTEGER NOT NULL,
    type          VARCHAR NOT NULL,
    "at"          BIGINT  NOT NULL,
    actor         VARCHAR NOT NULL,
    data          VARCHAR NOT NULL,
    previous_hash BLOB    NOT NULL,
    hash          BLOB    NOT NULL,
    person        VARCHAR NOT NULL,
    organisation  VARCHAR NOT NULL,
    PRIMARY KEY (workflow_id, version)
);
-- `position` is the last one of the group a document came with, so that the journal can be brought up to it.
CREATE TABLE documents (
    sha256   VARCHAR NOT NULL PRIMARY KEY,
    position BIGINT  NOT NULL,
    content  BLOB    NOT NULL
);

-- name: projections
-- What the lists show; can be dropped and rebuilt from the log.
CREATE TABLE workflows (
    workflow_id        VARCHAR NOT NULL PRIMARY KEY,
    version            INTEGER NOT NULL,
    definition         VARCHAR NOT NULL,
    definition_version INTEGER NOT NULL,
    bundle             VARCHAR NOT NULL,
    reference          VARCHAR NOT NULL,
    pcn                VARCHAR NOT NULL,
    pcn_name           VARCHAR NOT NULL,
    launch             VARCHAR NOT NULL,
    batch              VARCHAR NOT NULL,
    parent             VARCHAR NOT NULL,
    status             VARCHAR NOT NULL,
    locked             BOOLEAN NOT NULL,
    launched_at        BIGINT  NOT NULL,
    closed_at          BIGINT,
    next_deadline      BIGINT,
    waiting_for        VARCHAR NOT NULL,
    seen               INTEGER NOT NULL
);
CREATE TABLE steps (
    workflow_id VARCHAR NOT NULL,
    step        VARCHAR NOT NULL,
    attempt     INTEGER NOT NULL,
    status      VARCHAR NOT NULL,
    opened_at   BIGINT,
    closed_at   BIGINT,
    due         BIGINT,
    outcome     VARCHAR NOT NULL,
    PRIMARY KEY (workflow_id, step, attempt)
);
CREATE TABLE assignments (
    assignment    VARCHAR NOT NULL PRIMARY KEY,
    workflow_id   VARCHAR NOT NULL,
    step          VARCHAR NOT NULL,
    attempt       INTEGER NOT NULL,
    organisation  VARCHAR NOT NULL,
    role          VARCHAR NOT NULL,
    person        VARCHAR NOT NULL,
    name          VARCHAR NOT NULL,
    status        VARCHAR NOT NULL,
    opened_at     BIGINT  NOT NULL,
    due           BIGINT,
    external      BOOLEAN NOT NULL,
    answered_at   BIGINT,
    late          BOOLEAN NOT NULL,
    responses     INTEGER NOT NULL,
    rungs_climbed INTEGER NOT NULL
);
CREATE TABLE notices (
    id           VARCHAR NOT NULL PRIMARY KEY,
    workflow_id  VARCHAR NOT NULL,
    kind         VARCHAR NOT NULL,
    person       VARCHAR NOT NULL,
    name         VARCHAR NOT NULL,
    email        VARCHAR NOT NULL,
    organisation VARCHAR NOT NULL,
    about        VARCHAR NOT NULL,
    step         VARCHAR NOT NULL,
    subject      VARCHAR NOT NULL,
    not_before   BIGINT  NOT NULL,
    urgent       BOOLEAN NOT NULL,
    digest_only  BOOLEAN NOT NULL,
    rung         VARCHAR NOT NULL,
    facts        VARCHAR NOT NULL,
    status       VARCHAR NOT NULL,
    message_id   VARCHAR NOT NULL,
    planned_at   BIGINT  NOT NULL
);
CREATE TABLE messages (
    message_id  VARCHAR NOT NULL PRIMARY KEY,
    notices     VARCHAR NOT NULL,
    person      VARCHAR NOT NULL,
    recipient   VARCHAR NOT NULL,
    subject     VARCHAR NOT NULL,
    status      VARCHAR NOT NULL,
    claimed_at  BIGINT  NOT NULL,
    lease_until BIGINT  NOT NULL,
    sent_at     BIGINT,
    tries       INTEGER NOT NULL,
    urgent      BOOLEAN NOT NULL,
    because     VARCHAR NOT NULL
);
CREATE TABLE links (
    sha256     VARCHAR NOT NULL PRIMARY KEY,
    assignment VARCHAR NOT NULL,
    expires    BIGINT  NOT NULL,
    revoked    BOOLEAN NOT NULL
);
CREATE TABLE launches (
    key     VARCHAR NOT NULL PRIMARY KEY,
    launch  VARCHAR NOT NULL,
    content VARCHAR NOT NULL
);

-- name: views
-- For people with a SQL prompt: the log with readable times, names and hashes.
CREATE VIEW log AS
SELECT position, workflow_id, version, type, make_timestamptz("at") AS happened_at,
       actor ->> '$.actor.name' AS who, actor ->> '$.actor.role' AS role,
       person, organisation, actor ->> '$.cause' AS cause,
       data, lower(hex(hash)) AS hash
FROM events;
