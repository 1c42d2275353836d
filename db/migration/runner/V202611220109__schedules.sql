-- What recurs, and what became of each time that it was due. Operators change these rows; workers see a change at once.

CREATE TABLE rowrunner.schedule (
    id          text COLLATE "C" PRIMARY KEY,
    kind        text COLLATE "C" REFERENCES rowrunner.kind,
    args        jsonb       NOT NULL DEFAULT '{}',
    cron        text,
    every       interval,
    zone        text        NOT NULL DEFAULT 'UTC',
    enabled     boolean     NOT NULL DEFAULT true,
    misfire     text        NOT NULL DEFAULT 'coalesce',
    misfire_cap int         NOT NULL DEFAULT 100,
    grace       interval    NOT NULL DEFAULT '1 hour',
    overlap     text        NOT NULL DEFAULT 'skip',
    declared    jsonb,
    edited      text[]      NOT NULL DEFAULT '{}',
    removed_at  timestamptz,
    removed_by  text,
    foreign_job jsonb,
    high_water  timestamptz,
    next_due    timestamptz,
    error       text,
    changed_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT "id is 1 to 127 letters, digits or any of _(),.-" CHECK (id ~ '^[A-Za-z0-9_(),.-]{1,127}$'),
    CONSTRAINT "kind is needed" CHECK ((kind IS NULL) = (foreign_job IS NOT NULL)),
    CONSTRAINT "args is a JSON object of at most 1 MiB" CHECK (jsonb_typeof(args) = 'object' AND octet_length(args::text) <= 1048576),
    CONSTRAINT "either cron or every is needed" CHECK ((cron IS NULL) <> (every IS NULL)),
    CONSTRAINT "cron has 5 fields, or 6 with seconds" CHECK (cron ~ '^\s*\S+(\s+\S+){4,5}\s*$'),
    CONSTRAINT "every is 5 seconds to 366 days" CHECK (
        every BETWEEN interval '5 seconds' AND interval '366 days' AND extract(month FROM every) = 0),
    CONSTRAINT "misfire is skip, coalesce or all" CHECK (misfire IN ('skip', 'coalesce', 'all')),
    CONSTRAINT "misfire_cap is 1 to 1000" CHECK (misfire_cap BETWEEN 1 AND 1000),
    CONSTRAINT "grace is 0 to 31 days" CHECK (grace BETWEEN interval '0' AND interval '31 days' AND extract(month FROM grace) = 0),
    CONSTRAINT "overlap is skip or allow" CHECK (overlap IN ('skip', 'allow')),
    CONSTRAINT "misfire all needs overlap allow" CHECK (misfire <> 'all' OR overlap = 'allow'),
    CONSTRAINT "removed_by is code or operator" CHECK (removed_by IN ('code', 'operator') AND (removed_at IS NULL) = (removed_by IS NULL))
) WITH (fillfactor = 70);

-- What to look at next: that which is due, and before it that whose next time has yet to be computed.
CREATE INDEX schedule_due_idx ON rowrunner.schedule (coalesce(next_due, '-infinity'))
    WHERE removed_at IS NULL AND error IS NULL;

COMMENT ON COLUMN rowrunner.schedule.every IS 'due at each multiple of it since 1970-01-01T00:00Z, so that no restart shifts it';
COMMENT ON COLUMN rowrunner.schedule.misfire IS 'what becomes of times that were missed and are within the grace: skip, coalesce (one run for all), all (one each, the newest misfire_cap)';
COMMENT ON COLUMN rowrunner.schedule.overlap IS 'skip: does not run while an earlier run is unfinished';
COMMENT ON COLUMN rowrunner.schedule.declared IS 'what code or configuration last declared; null: an operator made it';
COMMENT ON COLUMN rowrunner.schedule.edited IS 'fields that an operator changed, which declarations leave alone';
COMMENT ON COLUMN rowrunner.schedule.removed_at IS 'a declared schedule is kept when it is removed, lest the next start bring back what an operator removed';
COMMENT ON COLUMN rowrunner.schedule.foreign_job IS 'a definition that JobRunr''s own API stored for a class of its own, as it came';
COMMENT ON COLUMN rowrunner.schedule.high_water IS 'every time up to this is decided; null: begins when a worker first sees it';
COMMENT ON COLUMN rowrunner.schedule.next_due IS 'null: to be computed';
COMMENT ON COLUMN rowrunner.schedule.error IS 'why it can''t run; the next change clears it';

-- One row for each time that a schedule was due. It is inserted in the transaction that creates the job.
CREATE TABLE rowrunner.schedule_run (
    schedule_id text COLLATE "C" NOT NULL,
    due_at      timestamptz      NOT NULL,
    decided_at  timestamptz      NOT NULL,
    decision    text             NOT NULL CHECK (decision IN ('ran', 'coalesced', 'misfired', 'overlapped', 'paused', 'triggered')),
    job_id      uuid,
    note        text,
    PRIMARY KEY (schedule_id, due_at)
);
CREATE INDEX schedule_run_decided_idx ON rowrunner.schedule_run (decided_at);

COMMENT ON COLUMN rowrunner.schedule_run.job_id IS 'the job that ran for it; where it overlapped, the job that was in its way';
