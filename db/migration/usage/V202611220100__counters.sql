CREATE SCHEMA usage;

-- One row for each life ("epoch") of a counter in Redis. The usage of a counter is the sum of value - base over its
-- epochs, so nothing that was flushed can shrink, whatever happens to Redis. See ops/adr/0002.
CREATE TABLE usage.counter (
    merchant_id text COLLATE "C" NOT NULL,
    metric_type text COLLATE "C" NOT NULL,
    usage_date  date             NOT NULL,
    usage_hour  smallint         NOT NULL DEFAULT -1 CHECK (usage_hour BETWEEN -1 AND 23),
    epoch       bigint           NOT NULL,
    base        bigint           NOT NULL DEFAULT 0,
    value       bigint           NOT NULL,
    flush       bigint           NOT NULL,
    flushed_at  timestamptz      NOT NULL,
    PRIMARY KEY (merchant_id, usage_date, metric_type, usage_hour, epoch),
    CHECK (value >= base AND base >= 0)
) WITH (fillfactor = 70); -- a changed counter finds room on its own page, so its index is left alone

COMMENT ON COLUMN usage.counter.usage_hour IS 'UTC hour of an hourly counter; -1 for a counter of the whole day';
COMMENT ON COLUMN usage.counter.base IS 'the part of value that an earlier epoch has already brought; 0 but after Redis was restored from an older snapshot';
COMMENT ON COLUMN usage.counter.flush IS 'number of the flush that last wrote the row; the mark beside the counter in Redis holds the same';

CREATE INDEX ON usage.counter (usage_date);

-- Numbers the flushes. A mark in Redis with an older number than its row betrays a restored snapshot.
CREATE SEQUENCE usage.flush AS bigint CACHE 1;

-- Counters are flushed by shard; the row is the lock under which that happens. Redis holds the same two facts: another
-- set there means that it lost everything, an older flush that it was restored from a snapshot.
CREATE TABLE usage.shard (
    shard        smallint PRIMARY KEY,
    last_flush   bigint NOT NULL DEFAULT 0,
    counter_set  uuid,
    forgot_after bigint,
    forgot_until bigint
);

COMMENT ON COLUMN usage.shard.forgot_after IS 'Redis forgot the flushes after this one, and until forgot_until, when it was last restored from a snapshot';

INSERT INTO usage.shard (shard) SELECT generate_series(0, 3);

CREATE TABLE usage.bad_key (
    key           text COLLATE "C" PRIMARY KEY,
    reason        text        NOT NULL,
    first_seen_at timestamptz NOT NULL,
    last_seen_at  timestamptz NOT NULL,
    seen          integer     NOT NULL DEFAULT 1,
    resolved_at   timestamptz
);

CREATE INDEX ON usage.bad_key (key) WHERE resolved_at IS NULL;

CREATE TABLE usage.aggregation_run (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job_id       uuid,
    scope        text        NOT NULL CHECK (scope IN ('all', 'dirty', 'day')),
    usage_date   date,
    merchant_id  text,
    started_at   timestamptz NOT NULL,
    finished_at  timestamptz,
    keys_seen    bigint      NOT NULL DEFAULT 0,
    rows_changed bigint      NOT NULL DEFAULT 0,
    errors       bigint      NOT NULL DEFAULT 0,
    failure      text
);

COMMENT ON COLUMN usage.aggregation_run.scope IS 'day: the keys of usage_date; all: every key; dirty: the counters marked as changed';

CREATE INDEX ON usage.aggregation_run (started_at);
CREATE INDEX ON usage.aggregation_run (usage_date, started_at) WHERE usage_date IS NOT NULL;
