-- Who changed what. Rows are written by triggers and functions, so that HTTP, dashboard, command line and psql all leave them.
CREATE TABLE rowrunner.audit (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor   text        NOT NULL,
    action  text        NOT NULL,
    subject text        NOT NULL,
    before  jsonb,
    after   jsonb
);
CREATE INDEX audit_at_idx ON rowrunner.audit (at);
CREATE INDEX audit_subject_idx ON rowrunner.audit (subject, at);

COMMENT ON COLUMN rowrunner.audit.actor IS 'http:NAME or dashboard:NAME of a token, cli:NAME of a user of the machine, sql:NAME of a role of the database, or rowrunner itself';
COMMENT ON COLUMN rowrunner.audit.action IS 'what was done: queue.update, job.requeue';
