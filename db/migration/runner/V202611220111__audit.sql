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
CREATE INDEX audit_actor_idx ON rowrunner.audit (actor, at);
-- One row tells of many jobs; each of them is found.
CREATE INDEX audit_jobs_idx ON rowrunner.audit USING gin ((coalesce(before, after) -> 'jobs')) WHERE subject LIKE '% jobs';

COMMENT ON COLUMN rowrunner.audit.actor IS 'http:NAME or dashboard:NAME of a token, cli:NAME of a user of the machine, sql:NAME of a role of the database, or rowrunner itself';
COMMENT ON COLUMN rowrunner.audit.action IS 'what was done: queue.update, job.requeue';
COMMENT ON COLUMN rowrunner.audit.subject IS 'the name of a queue or token, the id of a job, or how many jobs: before and after have their states by id';
COMMENT ON COLUMN rowrunner.audit.after IS 'of a change, like before, only what is different; secrets are ***';
