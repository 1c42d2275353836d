-- The engine's own tables. What an operator reads are the views of schema public; what JobRunr reads is schema jobrunr.

-- Operators change these rows; workers see a change at once. priority: ten minutes of age a step.
CREATE TABLE rowrunner.queue (
    name          text COLLATE "C" PRIMARY KEY CHECK (name ~ '^[a-z][a-z0-9_-]{0,62}$'),
    priority      smallint NOT NULL DEFAULT 0 CHECK (priority BETWEEN -100 AND 100),
    paused        boolean  NOT NULL DEFAULT false,
    concurrency   int CHECK (concurrency BETWEEN 0 AND 10000),
    rate_jobs     int CHECK (rate_jobs > 0),
    rate_interval interval CHECK (rate_interval > interval '0'),
    CHECK ((rate_jobs IS NULL) = (rate_interval IS NULL))
);

COMMENT ON COLUMN rowrunner.queue.concurrency IS 'jobs running at once in the whole cluster; null: no limit';
COMMENT ON COLUMN rowrunner.queue.rate_jobs IS 'jobs started in each rate_interval on average; after a pause as many at once; null: no limit';

-- What each kind declares, written by the processes that know it, so that SQL enqueues by the same rules as Java.
CREATE TABLE rowrunner.kind (
    name            text COLLATE "C" PRIMARY KEY,
    queue           text COLLATE "C" NOT NULL REFERENCES rowrunner.queue,
    priority        smallint NOT NULL,
    max_attempts    int      NOT NULL,
    concurrency     int CHECK (concurrency > 0),
    key_arg         text,
    key_concurrency int      NOT NULL DEFAULT 1 CHECK (key_concurrency > 0),
    tenant_arg      text,
    unique_while    text CHECK (unique_while IN ('waiting', 'unfinished', 'period')),
    unique_for      interval,
    unique_args     text[],
    secret_args     text[],
    declared_at     timestamptz NOT NULL DEFAULT now(),
    CHECK ((unique_while = 'period') = (unique_for IS NOT NULL))
);

COMMENT ON COLUMN rowrunner.kind.key_arg IS 'the arg whose value is the concurrency key; key_concurrency jobs of one key run at once';
COMMENT ON COLUMN rowrunner.kind.tenant_arg IS 'the arg that names the tenant; tenants of a queue take turns';
COMMENT ON COLUMN rowrunner.kind.unique_args IS 'the args that tell jobs apart; null: all of them';
COMMENT ON COLUMN rowrunner.kind.secret_args IS 'the args that views, pages and errors show as ***';

-- One row for each life of a worker. Its jobs are its own while it beats.
CREATE TABLE rowrunner.worker (
    id         int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    server     uuid        NOT NULL,
    name       text        NOT NULL,
    queues     text[],
    kinds      text[]      NOT NULL,
    slots      int         NOT NULL,
    running    int         NOT NULL DEFAULT 0,
    stuck      int         NOT NULL DEFAULT 0,
    started_at timestamptz NOT NULL,
    beat_at    timestamptz NOT NULL,
    ended_at   timestamptz,
    ended_by   text
) WITH (fillfactor = 50);
CREATE INDEX worker_alive_idx ON rowrunner.worker (id) WHERE ended_at IS NULL;

COMMENT ON COLUMN rowrunner.worker.queues IS 'what it listens to; null: every queue';

-- The narrow row that each step of a job rewrites. What has a fixed length stands first, which makes it quick to read.
CREATE TABLE rowrunner.job (
    id              uuid PRIMARY KEY,
    claim_key       timestamptz      NOT NULL,
    created_at      timestamptz      NOT NULL DEFAULT now(),
    updated_at      timestamptz      NOT NULL,
    version         int              NOT NULL DEFAULT 1,
    priority        smallint         NOT NULL DEFAULT 0,
    attempt         smallint         NOT NULL DEFAULT 0,
    snoozes         smallint         NOT NULL DEFAULT 0,
    parked          boolean          NOT NULL DEFAULT false,
    counted         boolean          NOT NULL DEFAULT false,
    state           text COLLATE "C" NOT NULL,
    queue           text COLLATE "C" NOT NULL,
    kind            text COLLATE "C" NOT NULL,
    tenant          text COLLATE "C" NOT NULL DEFAULT '',
    args            jsonb,
    worker          int,
    started_at      timestamptz,
    run_at          timestamptz,
    concurrency_key text COLLATE "C",
    unique_key      text,
    recurring_id    text COLLATE "C",
    cancel_reason   text
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.1,
        autovacuum_analyze_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);

COMMENT ON COLUMN rowrunner.job.args IS 'null where they are long: then they are in job_body';
COMMENT ON COLUMN rowrunner.job.version IS 'raised by every transition and by nothing else; the lease of the attempt that a claim begins';
COMMENT ON COLUMN rowrunner.job.claim_key IS 'when it became ready, a minute earlier for each step of its priority: no job waits for ever';
COMMENT ON COLUMN rowrunner.job.parked IS 'ready, but its concurrency key is busy';
COMMENT ON COLUMN rowrunner.job.counted IS 'flipped by a statement that changes states and counts them itself; all others are counted by a trigger';
COMMENT ON COLUMN rowrunner.job.worker IS 'who runs it, or ran it last';

-- A lane is what waits in one queue for one kind and tenant; claims read the head of a lane.
CREATE INDEX job_lane_idx ON rowrunner.job (queue, kind, tenant, claim_key, id) WHERE state = 'ENQUEUED' AND NOT parked;
CREATE INDEX job_parked_idx ON rowrunner.job (concurrency_key, claim_key) WHERE state = 'ENQUEUED' AND parked;
CREATE INDEX job_due_idx ON rowrunner.job (run_at) WHERE state = 'SCHEDULED';
-- For every list, by the state as people write it, and for what the workers run: lower(state) = 'processing'.
CREATE INDEX job_list_idx ON rowrunner.job (lower(state), updated_at);
-- The newest run of a schedule in each state.
CREATE INDEX job_recurring_idx ON rowrunner.job (recurring_id, state, run_at) WHERE recurring_id IS NOT NULL;

-- What is too long to be written again with each step of its job.
CREATE TABLE rowrunner.job_body (
    id          uuid PRIMARY KEY,
    args        jsonb NOT NULL,
    foreign_job jsonb
);
CREATE INDEX job_body_foreign_idx ON rowrunner.job_body (id) WHERE foreign_job IS NOT NULL;

COMMENT ON COLUMN rowrunner.job_body.foreign_job IS 'a job that JobRunr''s own API stored: its JSON without id, version, history and metadata';

-- Only for jobs that did more than wait, run and succeed. Later states than version's are told by the job's columns.
CREATE TABLE rowrunner.job_history (
    id         uuid PRIMARY KEY,
    version    int   NOT NULL,
    states     jsonb NOT NULL,
    metadata   jsonb,
    last_error text,
    reason     text
);

-- What a running attempt tells of itself, written each second.
CREATE TABLE rowrunner.job_progress (
    id         uuid PRIMARY KEY,
    done       bigint,
    total      bigint,
    log        jsonb       NOT NULL DEFAULT '[]',
    updated_at timestamptz NOT NULL
) WITH (fillfactor = 50);

-- A limit of N is N rows. A worker reserves as many as it runs jobs, before the claim; it keeps them for the next
-- jobs, and gives back what it has not needed for a moment. More than N are there only while a lowered limit is still exceeded.
CREATE TABLE rowrunner.limit_slot (
    scope  text COLLATE "C" NOT NULL,
    n      int              NOT NULL,
    worker int,
    PRIMARY KEY (scope, n)
) WITH (fillfactor = 50);

CREATE TABLE rowrunner.concurrency_key (
    key     text COLLATE "C" PRIMARY KEY,
    running int NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

CREATE TABLE rowrunner.rate_bucket (
    queue  text COLLATE "C" PRIMARY KEY REFERENCES rowrunner.queue ON DELETE CASCADE,
    tokens double precision NOT NULL,
    at     timestamptz      NOT NULL
) WITH (fillfactor = 50);

-- Who holds a unique key. A job that gives its key up deletes the row; a period ends by itself.
CREATE TABLE rowrunner.unique_key (
    key        text COLLATE "C" PRIMARY KEY,
    job_id     uuid NOT NULL,
    held_while text NOT NULL,
    expires_at timestamptz
);
CREATE INDEX unique_key_job_idx ON rowrunner.unique_key (job_id);
CREATE INDEX unique_key_expires_idx ON rowrunner.unique_key (expires_at) WHERE expires_at IS NOT NULL;

-- The number of jobs by queue and state is the sum of these. Who changes jobs adds the differences; a worker adds them up.
CREATE TABLE rowrunner.job_count (
    queue text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL,
    count bigint           NOT NULL
);
