-- What happens to jobs, for Java and for SQL alike. Names sort before those of the views, which use these functions.
-- Times passed as p_now come from the caller's clock; what concerns workers' lives goes by the database's.

-- ---------------------------------------------------------------------------------------------- telling a job's story

CREATE OR REPLACE FUNCTION rowrunner.iso(p_at timestamptz) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT to_char(p_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') $$;

-- One entry of a job's history as JobRunr writes it.
CREATE OR REPLACE FUNCTION rowrunner.state(p_name text, p_at timestamptz, p_more jsonb DEFAULT '{}') RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$
SELECT jsonb_build_object('@class', 'org.jobrunr.jobs.states.' || initcap(p_name) || 'State',
                          'state', p_name, 'createdAt', rowrunner.iso(p_at)) || p_more
$$;

CREATE OR REPLACE FUNCTION rowrunner.scheduled_state(p_at timestamptz, p_run_at timestamptz, p_reason text) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT rowrunner.state('SCHEDULED', p_at, jsonb_build_object('scheduledAt', rowrunner.iso(p_run_at), 'reason', p_reason)) $$;

CREATE OR REPLACE FUNCTION rowrunner.failed_state(p_at timestamptz, p_message text, p_type text, p_error text, p_stack text)
    RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$
SELECT rowrunner.state('FAILED', p_at, jsonb_build_object(
        'message', p_message, 'exceptionType', p_type, 'exceptionMessage', p_error, 'exceptionCauseType', null,
        'exceptionCauseMessage', null, 'stackTrace', p_stack, 'doNotRetry', false))
$$;

CREATE OR REPLACE FUNCTION rowrunner.args_of(j rowrunner.job) RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(j.args, (SELECT b.args FROM rowrunner.job_body b WHERE b.id = j.id)) $$;

-- What may be shown of a job's args: the secret ones only as ***.
CREATE OR REPLACE FUNCTION rowrunner.shown_args(p_kind text, p_args jsonb) RETURNS jsonb
    LANGUAGE sql STABLE AS
$$
SELECT coalesce((
    SELECT p_args || (SELECT jsonb_object_agg(arg, '***') FROM unnest(k.secret_args) AS arg WHERE p_args ? arg)
    FROM rowrunner.kind k WHERE k.name = p_kind AND p_args ?| k.secret_args), p_args)
$$;

CREATE OR REPLACE FUNCTION rowrunner.ready_at(j rowrunner.job) RETURNS timestamptz
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT j.claim_key + j.priority * interval '1 minute' $$;

CREATE OR REPLACE FUNCTION rowrunner.processing_state(j rowrunner.job) RETURNS jsonb
    LANGUAGE sql STABLE AS
$$
SELECT rowrunner.state('PROCESSING', j.started_at, jsonb_build_object(
        'serverId', coalesce(w.server, '00000000-0000-0000-0000-000000000000'), 'serverName', coalesce(w.name, 'gone'),
        'updatedAt', rowrunner.iso(greatest(j.started_at, w.beat_at))))
FROM (SELECT) AS one LEFT JOIN rowrunner.worker w ON w.id = j.worker
$$;

-- The states that a job went through, oldest first. Those after the stored ones follow from its columns: a job that
-- waits, runs and succeeds stores none.
CREATE OR REPLACE FUNCTION rowrunner.history(j rowrunner.job) RETURNS jsonb
    LANGUAGE plpgsql STABLE AS
$$
DECLARE
    stored rowrunner.job_history;
    states jsonb;
    seconds numeric;
BEGIN
    SELECT * INTO stored FROM rowrunner.job_history WHERE id = j.id;
    states := stored.states;
    IF stored.version = j.version THEN
        RETURN states;
    END IF;
    IF states IS NULL THEN
        states := jsonb_build_array(CASE WHEN j.run_at IS NULL THEN rowrunner.state('ENQUEUED', j.created_at)
                                         ELSE rowrunner.scheduled_state(j.created_at, j.run_at, NULL) END);
    END IF;
    IF j.state <> 'SCHEDULED' AND states -> -1 ->> 'state' = 'SCHEDULED' THEN
        states := states || rowrunner.state('ENQUEUED', rowrunner.ready_at(j));
    END IF;
    IF j.state IN ('PROCESSING', 'SUCCEEDED') THEN
        states := states || rowrunner.processing_state(j);
    END IF;
    IF j.state = 'SUCCEEDED' THEN
        seconds := extract(epoch FROM j.updated_at - j.started_at);
        states := states || rowrunner.state('SUCCEEDED', j.updated_at, jsonb_build_object(
                'latencyDuration', greatest(extract(epoch FROM j.started_at - rowrunner.ready_at(j)), 0),
                'processDuration', greatest(seconds, 0)));
    END IF;
    RETURN states;
END
$$;

-- A story that grows without end keeps its first 10 entries and the newest 90.
CREATE OR REPLACE FUNCTION rowrunner.capped(p_states jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE AS
$$
SELECT CASE WHEN jsonb_array_length(p_states) <= 100 THEN p_states ELSE (
    SELECT jsonb_agg(state ORDER BY n) FROM jsonb_array_elements(p_states) WITH ORDINALITY AS s(state, n)
    WHERE n <= 10 OR n > jsonb_array_length(p_states) - 90) END
$$;

-- JobRunr's metadata: progress bar and log lines of an attempt go under the position of its PROCESSING state.
CREATE OR REPLACE FUNCTION rowrunner.metadata(j rowrunner.job, p_states jsonb) RETURNS jsonb
    LANGUAGE plpgsql STABLE AS
$$
DECLARE
    told   rowrunner.job_progress;
    result jsonb;
    place  bigint;
BEGIN
    SELECT metadata INTO result FROM rowrunner.job_history WHERE id = j.id;
    result := coalesce(result, '{"@class": "java.util.concurrent.ConcurrentHashMap"}');
    SELECT * INTO told FROM rowrunner.job_progress WHERE id = j.id;
    IF NOT FOUND THEN
        RETURN result;
    END IF;
    SELECT max(n) INTO place
    FROM jsonb_array_elements(p_states) WITH ORDINALITY AS s(state, n) WHERE state ->> 'state' = 'PROCESSING';
    IF place IS NULL THEN
        RETURN result;
    END IF;
    IF told.total > 0 THEN
        result := result || jsonb_build_object('jobRunrDashboardProgressBar-' || place, jsonb_build_object(
                '@class', 'org.jobrunr.jobs.context.JobDashboardProgressBar$JobDashboardProgress',
                'totalAmount', told.total, 'succeededAmount', told.done, 'failedAmount', 0,
                'progress', least(greatest(told.done * 100 / told.total, 0), 100)));
    END IF;
    IF told.log <> '[]' THEN
        result := result || jsonb_build_object('jobRunrDashboardLog-' || place, jsonb_build_object(
                '@class', 'org.jobrunr.jobs.context.JobDashboardLogger$JobDashboardLogLines', 'logLines', told.log));
    END IF;
    RETURN result;
END
$$;

-- The job as JobRunr reads it.
CREATE OR REPLACE FUNCTION rowrunner.job_json(j rowrunner.job) RETURNS jsonb
    LANGUAGE plpgsql STABLE AS
$$
DECLARE
    states jsonb := rowrunner.history(j);
    result jsonb;
BEGIN
    result := coalesce((SELECT foreign_job FROM rowrunner.job_body WHERE id = j.id), jsonb_build_object(
            'jobSignature', 'dev.rowrunner.runner.jobrunr.RunStoredJob.run(dev.rowrunner.runner.jobrunr.StoredJob)',
            'jobName', j.kind, 'labels', '[]'::jsonb,
            'jobDetails', jsonb_build_object(
                    'className', 'dev.rowrunner.runner.jobrunr.RunStoredJob', 'methodName', 'run', 'cacheable', true,
                    'jobParameters', jsonb_build_array(jsonb_build_object(
                            'className', 'dev.rowrunner.runner.jobrunr.StoredJob',
                            'actualClassName', 'dev.rowrunner.runner.jobrunr.StoredJob',
                            'object', jsonb_build_object('kind', j.kind, 'args', rowrunner.shown_args(j.kind, rowrunner.args_of(j))::text))))));
    IF j.recurring_id IS NOT NULL THEN
        result := result || jsonb_build_object('recurringJobId', j.recurring_id);
    END IF;
    RETURN result || jsonb_build_object('id', j.id, 'version', j.version, 'jobHistory', states,
                                        'metadata', rowrunner.metadata(j, states));
END
$$;

-- Ends the current chapter of a job's story, after its row was updated: p_before is the row as it was.
CREATE OR REPLACE FUNCTION rowrunner.tell(p_before rowrunner.job, p_version int, p_new jsonb, p_error text, p_reason text)
    RETURNS void
    LANGUAGE plpgsql AS
$$
DECLARE
    states jsonb := rowrunner.history(p_before);
    facts  jsonb := rowrunner.metadata(p_before, states);
BEGIN
    IF pg_column_size(facts) > 4000000 THEN
        -- Of a job that logs much in each of many attempts the newest logs stay.
        facts := (SELECT jsonb_object_agg(key, value) FROM jsonb_each(facts)
                  WHERE key = '@class' OR split_part(key, '-', 2)::int > jsonb_array_length(states) - 5);
    END IF;
    INSERT INTO rowrunner.job_history AS h (id, version, states, metadata, last_error, reason)
    VALUES (p_before.id, p_version, rowrunner.capped(states || p_new), facts, left(p_error, 4000), left(p_reason, 1000))
    ON CONFLICT (id) DO UPDATE
        SET version    = excluded.version,
            states     = excluded.states,
            metadata   = excluded.metadata,
            last_error = coalesce(excluded.last_error, h.last_error),
            reason     = excluded.reason;
    DELETE FROM rowrunner.job_progress WHERE id = p_before.id;
END
$$;

-- ------------------------------------------------------------------------------------------------------------ enqueue

CREATE OR REPLACE FUNCTION rowrunner.claim_key(p_ready timestamptz, p_priority int) RETURNS timestamptz
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT p_ready - p_priority * interval '1 minute' $$;

-- Tells the workers, when this transaction commits, where something waits and how far ahead in its lane.
CREATE OR REPLACE FUNCTION rowrunner.wake(p_queue text, p_kind text, p_tenant text, p_claim_key timestamptz) RETURNS void
    LANGUAGE sql AS
$$
SELECT pg_notify('rowrunner', concat_ws(E'\t', 'lane', p_queue, p_kind, p_tenant, (extract(epoch FROM p_claim_key) * 1000000)::bigint))
$$;

CREATE OR REPLACE FUNCTION rowrunner.known_kind(p_kind text) RETURNS rowrunner.kind
    LANGUAGE plpgsql STABLE AS
$$
DECLARE
    found_kind rowrunner.kind;
BEGIN
    SELECT * INTO found_kind FROM rowrunner.kind WHERE name = p_kind;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Kind ''%'' is not known', p_kind
            USING ERRCODE = 'invalid_parameter_value',
                HINT = 'Known are ' || coalesce((SELECT string_agg(name, ', ' ORDER BY name) FROM rowrunner.kind), 'none yet')
                    || '. A kind becomes known when a process that has its handler starts.';
    END IF;
    RETURN found_kind;
END
$$;

CREATE OR REPLACE FUNCTION rowrunner.known_queue(p_queue text) RETURNS text
    LANGUAGE plpgsql STABLE AS
$$
BEGIN
    IF NOT EXISTS (SELECT FROM rowrunner.queue WHERE name = p_queue) THEN
        RAISE EXCEPTION 'Queue ''%'' does not exist', p_queue
            USING ERRCODE = 'invalid_parameter_value',
                HINT = 'There are ' || coalesce((SELECT string_agg(name, ', ' ORDER BY name) FROM rowrunner.queue), 'none yet')
                    || '. Make one: INSERT INTO rowrunner.queue (name) VALUES (''...'')';
    END IF;
    RETURN p_queue;
END
$$;

-- The key under which a job of a kind is unique: what the caller says, or the args that the kind names. A loop, since it
-- is called for each of very many jobs, and a query within it would be begun and ended as often.
CREATE OR REPLACE FUNCTION rowrunner.unique_key_of(k rowrunner.kind, p_args jsonb, p_key text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE AS
$$
DECLARE
    named jsonb := '{}';
    arg   text;
BEGIN
    IF p_key IS NOT NULL THEN
        RETURN k.name || ':' || p_key;
    ELSIF k.unique_while IS NULL THEN
        RETURN NULL;
    ELSIF k.unique_args IS NULL THEN
        RETURN k.name || '#' || md5(p_args::text);
    END IF;
    FOREACH arg IN ARRAY k.unique_args LOOP
        named := named || jsonb_build_object(arg, p_args -> arg);
    END LOOP;
    RETURN k.name || '#' || md5(named::text);
END
$$;

-- Takes unique keys, in their order lest two callers wait for each other, and answers who holds each afterwards.
CREATE OR REPLACE FUNCTION rowrunner.take_unique_keys(k rowrunner.kind, p_ids uuid[], p_keys text[], p_now timestamptz)
    RETURNS TABLE (key text, job_id uuid)
    LANGUAGE plpgsql AS
$$
DECLARE
    held    text := coalesce(k.unique_while, 'unfinished');
    wanted  text[];
    wanters uuid[];
    taken   bigint;
    known   text[];
    holders uuid[];
BEGIN
    SELECT array_agg(f.key), array_agg(f.id) INTO wanted, wanters
    FROM (SELECT DISTINCT ON (w.key) w.key, w.id
          FROM unnest(p_ids, p_keys) WITH ORDINALITY AS w(id, key, n) WHERE w.key IS NOT NULL ORDER BY w.key, w.n) AS f;
    IF wanted IS NULL THEN
        RETURN;
    END IF;
    LOOP
        IF EXISTS (SELECT FROM rowrunner.unique_key u WHERE u.expires_at <= p_now) THEN
            DELETE FROM rowrunner.unique_key u WHERE u.key = ANY (wanted) AND u.expires_at <= p_now;
        END IF;
        INSERT INTO rowrunner.unique_key AS u (key, job_id, held_while, expires_at)
        SELECT f.key, f.id, held, p_now + k.unique_for FROM unnest(wanted, wanters) AS f(key, id)
        ON CONFLICT ON CONSTRAINT unique_key_pkey DO NOTHING;
        GET DIAGNOSTICS taken = ROW_COUNT;
        IF taken = cardinality(wanted) THEN
            RETURN QUERY SELECT f.key, f.id FROM unnest(wanted, wanters) AS f(key, id);
            RETURN;
        END IF;
        -- Who is told that a job waits wants it to see what he commits: it does not begin before that.
        PERFORM FROM rowrunner.unique_key u
        WHERE u.key = ANY (wanted) AND u.held_while = 'waiting' AND u.job_id <> ALL (p_ids) ORDER BY u.key FOR SHARE;
        -- A new statement, which sees what committed while those before it waited. A holder may have gone meanwhile.
        SELECT array_agg(u.key), array_agg(u.job_id) INTO known, holders
        FROM rowrunner.unique_key u WHERE u.key = ANY (wanted);
        EXIT WHEN cardinality(known) = cardinality(wanted);
    END LOOP;
    RETURN QUERY SELECT h.key, h.job_id FROM unnest(known, holders) AS h(key, job_id);
END
$$;

-- Tenants and keys stand in indexes, which take no long text.
CREATE OR REPLACE FUNCTION rowrunner.check_key(p_kind text, p_what text, p_key text) RETURNS void
    LANGUAGE plpgsql IMMUTABLE AS
$$
BEGIN
    IF octet_length(p_key) > 500 THEN
        RAISE EXCEPTION 'A % has at most 500 bytes; a job of kind ''%'' was given %, which begins with %',
            p_what, p_kind, octet_length(p_key), left(p_key, 50) USING ERRCODE = 'invalid_parameter_value';
    END IF;
END
$$;

-- Stores jobs of one kind in the caller's transaction and answers their ids in order: where a unique key is held
-- already, the id of the job that holds it. Wakes nobody.
CREATE OR REPLACE FUNCTION rowrunner.insert_jobs(
    p_kind text, p_ids uuid[], p_args jsonb[], p_queue text, p_tenant text, p_priority int, p_run_at timestamptz,
    p_unique_key text, p_concurrency_key text, p_recurring_ids text[], p_now timestamptz) RETURNS uuid[]
    LANGUAGE plpgsql AS
$$
DECLARE
    k       rowrunner.kind;
    q       text;
    prio    int;
    due     boolean := p_run_at > p_now;
    -- Longer args are not rewritten with each step of the job.
    longest CONSTANT int := 400;
    keys    text[];
    holders uuid[] := p_ids;
    stored  bigint;
BEGIN
    SELECT * INTO k FROM rowrunner.kind WHERE name = p_kind;
    IF NOT FOUND THEN
        k := rowrunner.known_kind(p_kind);
    END IF;
    q := coalesce(p_queue, k.queue);
    prio := coalesce(p_priority, k.priority);
    IF NOT EXISTS (SELECT FROM rowrunner.queue WHERE name = q) THEN
        q := rowrunner.known_queue(q);
    END IF;
    IF prio NOT BETWEEN -100 AND 100 THEN
        RAISE EXCEPTION 'A priority is from -100 to 100; a job of kind ''%'' was given %', p_kind, prio
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF NOT isfinite(p_run_at) THEN
        RAISE EXCEPTION 'A job runs at a time that comes; a job of kind ''%'' was given %', p_kind, p_run_at
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF coalesce(p_tenant, p_unique_key, p_concurrency_key) IS NOT NULL THEN
        PERFORM rowrunner.check_key(p_kind, what, key)
        FROM (VALUES ('tenant', p_tenant), ('unique key', p_unique_key), ('concurrency key', p_concurrency_key)) AS given(what, key);
    END IF;
    IF p_tenant IS NULL AND k.tenant_arg IS NOT NULL OR p_concurrency_key IS NULL AND k.key_arg IS NOT NULL THEN
        PERFORM rowrunner.check_key(p_kind, 'tenant', args ->> k.tenant_arg),
                rowrunner.check_key(p_kind, 'concurrency key', args ->> k.key_arg) FROM unnest(p_args) AS args;
    END IF;
    IF p_unique_key IS NOT NULL OR k.unique_while IS NOT NULL THEN
        SELECT array_agg(rowrunner.unique_key_of(k, args, p_unique_key) ORDER BY n) INTO keys
        FROM unnest(p_args) WITH ORDINALITY AS a(args, n);
        WITH holder AS MATERIALIZED (SELECT * FROM rowrunner.take_unique_keys(k, p_ids, keys, p_now))
        SELECT array_agg(h.job_id ORDER BY w.n) INTO holders
        FROM unnest(keys) WITH ORDINALITY AS w(key, n) JOIN holder h USING (key);
    END IF;
    INSERT INTO rowrunner.job (id, state, queue, kind, tenant, priority, args, claim_key, run_at, created_at, updated_at,
                               concurrency_key, unique_key, recurring_id, counted)
    SELECT w.id, CASE WHEN due THEN 'SCHEDULED' ELSE 'ENQUEUED' END, q, p_kind,
           coalesce(p_tenant, w.args ->> k.tenant_arg, ''), prio,
           CASE WHEN pg_column_size(w.args) <= longest THEN w.args END,
           rowrunner.claim_key(CASE WHEN due THEN p_run_at ELSE p_now END, prio),
           CASE WHEN due THEN p_run_at END, p_now, p_now,
           p_kind || ':' || coalesce(p_concurrency_key, w.args ->> k.key_arg), w.unique_key, w.recurring_id, true
    FROM unnest(p_ids, p_args, holders, keys, p_recurring_ids) AS w(id, args, holder, unique_key, recurring_id)
    WHERE w.id = w.holder;
    GET DIAGNOSTICS stored = ROW_COUNT;
    IF stored > 0 THEN
        INSERT INTO rowrunner.job_count VALUES (q, CASE WHEN due THEN 'SCHEDULED' ELSE 'ENQUEUED' END, stored);
    END IF;
    IF pg_column_size(p_args) > longest THEN
        INSERT INTO rowrunner.job_body (id, args)
        SELECT w.id, w.args FROM unnest(p_ids, p_args, holders) AS w(id, args, holder)
        WHERE w.id = w.holder AND pg_column_size(w.args) > longest;
    END IF;
    IF rowrunner.is_person() THEN
        PERFORM rowrunner.note_enqueued(ARRAY(SELECT w.id FROM unnest(p_ids, holders) AS w(id, holder) WHERE w.id = w.holder),
                                        CASE WHEN due THEN 'scheduled' ELSE 'enqueued' END);
    END IF;
    RETURN holders;
END
$$;

-- For SQL: a job in the caller's transaction, picked up when that commits. Answers its id, or that of the unfinished job
-- that holds the unique key.
CREATE OR REPLACE FUNCTION rowrunner.enqueue(
    kind text, args jsonb DEFAULT '{}', queue text DEFAULT NULL, run_at timestamptz DEFAULT NULL,
    unique_key text DEFAULT NULL, tenant text DEFAULT NULL, priority int DEFAULT NULL, concurrency_key text DEFAULT NULL)
    RETURNS uuid
    LANGUAGE plpgsql AS
$$
DECLARE
    new_id uuid := gen_random_uuid();
    stored uuid;
BEGIN
    IF args IS NULL OR jsonb_typeof(args) <> 'object' THEN
        RAISE EXCEPTION 'The args of a job are a JSON object; kind ''%'' was given %', kind, coalesce('a ' || jsonb_typeof(args), 'null')
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF octet_length(args::text) > 1048576 THEN
        RAISE EXCEPTION 'Args of kind ''%'' have % bytes as JSON; at most 1048576 are stored. Store the data elsewhere and enqueue its key',
            kind, octet_length(args::text) USING ERRCODE = 'invalid_parameter_value';
    END IF;
    stored := (rowrunner.insert_jobs(kind, ARRAY [new_id], ARRAY [args], queue, tenant, priority, run_at, unique_key,
                                     concurrency_key, NULL, clock_timestamp()))[1];
    PERFORM rowrunner.wake(j.queue, j.kind, j.tenant, j.claim_key) FROM rowrunner.job j WHERE j.id = new_id AND j.state = 'ENQUEUED';
    RETURN stored;
END
$$;

COMMENT ON FUNCTION rowrunner.enqueue IS 'enqueues a job in this transaction; answers its id, or that of the job that holds the unique key';

-- ------------------------------------------------------------------------------------------------- limits and uniqueness

-- The limit that a scope of slots stands for, or null where it has none.
CREATE OR REPLACE FUNCTION rowrunner.limit_of(p_scope text) RETURNS int
    LANGUAGE sql STABLE AS
$$
SELECT CASE split_part(p_scope, ':', 1)
    WHEN 'queue' THEN (SELECT concurrency FROM rowrunner.queue WHERE name = split_part(p_scope, ':', 2))
    ELSE (SELECT concurrency FROM rowrunner.kind WHERE name = split_part(p_scope, ':', 2)) END
$$;

-- Reserves slots until the worker has as many as it wants, or until none is left. Answers how many of its jobs may run: where
-- the limit was lowered below what runs, none until as few run as it says.
CREATE OR REPLACE FUNCTION rowrunner.reserve_slots(p_scope text, p_worker int, p_wanted int) RETURNS int
    LANGUAGE plpgsql AS
$$
DECLARE
    most      int := rowrunner.limit_of(p_scope);
    wanted    int := least(p_wanted, most);
    mine      int;
    too_many  boolean;
    added     int;
BEGIN
    IF most IS NULL THEN
        RETURN p_wanted;
    END IF;
    SELECT count(*) FILTER (WHERE worker = p_worker), coalesce(bool_or(n > most AND worker IS NOT NULL), false)
    INTO mine, too_many
    FROM rowrunner.limit_slot WHERE scope = p_scope;
    IF too_many THEN
        RETURN 0;
    END IF;
    -- Nothing is written where nothing is needed: the statement may be a transaction of its own.
    IF mine >= wanted THEN
        RETURN mine;
    END IF;
    -- A slot that is reserved after its worker was lost would be nobody's.
    PERFORM 1 FROM rowrunner.worker WHERE id = p_worker AND ended_at IS NULL FOR KEY SHARE;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    UPDATE rowrunner.limit_slot SET worker = p_worker
    WHERE scope = p_scope AND n = ANY (ARRAY(SELECT n FROM rowrunner.limit_slot
                                             WHERE scope = p_scope AND worker IS NULL AND n <= most
                                             ORDER BY n LIMIT wanted - mine FOR UPDATE SKIP LOCKED));
    GET DIAGNOSTICS added = ROW_COUNT;
    RETURN mine + added;
END
$$;

-- Gives back what a worker does not need, and exchanges what a lowered limit has made too many for slots within it.
CREATE OR REPLACE FUNCTION rowrunner.settle_slots(p_scope text, p_worker int, p_needed int) RETURNS void
    LANGUAGE plpgsql AS
$$
DECLARE
    most int := rowrunner.limit_of(p_scope);
BEGIN
    UPDATE rowrunner.limit_slot SET worker = NULL
    WHERE scope = p_scope AND n = ANY (ARRAY(SELECT n FROM rowrunner.limit_slot
                                             WHERE scope = p_scope AND worker = p_worker ORDER BY n OFFSET p_needed));
    WITH above AS (
        SELECT n, row_number() OVER (ORDER BY n) AS turn
        FROM rowrunner.limit_slot WHERE scope = p_scope AND worker = p_worker AND n > most),
    within AS (
        SELECT n, row_number() OVER (ORDER BY n) AS turn
        FROM (SELECT n FROM rowrunner.limit_slot
              WHERE scope = p_scope AND worker IS NULL AND n <= most
              ORDER BY n LIMIT (SELECT count(*) FROM above) FOR UPDATE SKIP LOCKED) AS free),
    exchanged AS (
        UPDATE rowrunner.limit_slot s SET worker = p_worker FROM within JOIN above USING (turn)
        WHERE s.scope = p_scope AND s.n = within.n RETURNING above.n)
    UPDATE rowrunner.limit_slot s SET worker = NULL FROM exchanged WHERE s.scope = p_scope AND s.n = exchanged.n;
    DELETE FROM rowrunner.limit_slot WHERE scope = p_scope AND n > most AND worker IS NULL;
END
$$;

-- Keys are locked in their order; whoever claims takes only those that are free at once, so nobody waits in a circle.
CREATE OR REPLACE FUNCTION rowrunner.leave_keys(p_keys text[]) RETURNS void
    LANGUAGE plpgsql AS
$$
DECLARE
    left_key record;
BEGIN
    FOR left_key IN SELECT key, count(*)::int AS n FROM unnest(p_keys) AS key WHERE key IS NOT NULL GROUP BY key ORDER BY key
    LOOP
        UPDATE rowrunner.concurrency_key SET running = greatest(running - left_key.n, 0) WHERE key = left_key.key;
        PERFORM rowrunner.unpark(left_key.key);
    END LOOP;
END
$$;

-- Lets the oldest parked jobs of a key back among the claimable ones, as many as may run. Answers how many.
CREATE OR REPLACE FUNCTION rowrunner.unpark(p_key text) RETURNS int
    LANGUAGE plpgsql AS
$$
DECLARE
    room     int;
    returned rowrunner.job;
    unparked int := 0;
BEGIN
    SELECT coalesce(k.key_concurrency, 1) - c.running INTO room
    FROM rowrunner.concurrency_key c LEFT JOIN rowrunner.kind k ON k.name = split_part(p_key, ':', 1)
    WHERE c.key = p_key FOR UPDATE OF c;
    FOR returned IN
        UPDATE rowrunner.job SET parked = false
        WHERE id = ANY (ARRAY(SELECT id FROM rowrunner.job WHERE state = 'ENQUEUED' AND parked AND concurrency_key = p_key
                              ORDER BY claim_key LIMIT greatest(coalesce(room, 1), 0) FOR UPDATE SKIP LOCKED))
        RETURNING *
    LOOP
        PERFORM rowrunner.wake(returned.queue, returned.kind, returned.tenant, returned.claim_key);
        unparked := unparked + 1;
    END LOOP;
    RETURN unparked;
END
$$;

-- Gives up the unique keys of jobs that have ended.
CREATE OR REPLACE FUNCTION rowrunner.leave_unique_keys(p_jobs uuid[]) RETURNS void
    LANGUAGE sql AS
$$ DELETE FROM rowrunner.unique_key WHERE job_id = ANY (p_jobs) AND held_while <> 'period' $$;

-- Gives up the keys that jobs held while they waited. Answers those that must wait on: somebody who has not committed
-- yet was told that they wait.
CREATE OR REPLACE FUNCTION rowrunner.begin_unique(p_jobs uuid[]) RETURNS SETOF uuid
    LANGUAGE sql AS
$$
WITH free AS MATERIALIZED (
    SELECT key FROM rowrunner.unique_key WHERE job_id = ANY (p_jobs) AND held_while = 'waiting' ORDER BY key FOR UPDATE SKIP LOCKED),
gone AS (DELETE FROM rowrunner.unique_key u USING free WHERE u.key = free.key)
SELECT job_id FROM rowrunner.unique_key u
WHERE job_id = ANY (p_jobs) AND held_while = 'waiting' AND NOT EXISTS (SELECT FROM free WHERE free.key = u.key)
$$;

-- Takes back the unique key of a job that is to wait again. Answers the other job that holds it now, if one does. It does
-- not wait for somebody who is enqueueing the same job and has not committed: then both may wait.
CREATE OR REPLACE FUNCTION rowrunner.retake_unique_key(j rowrunner.job, p_now timestamptz) RETURNS uuid
    LANGUAGE plpgsql SET lock_timeout = '50ms' AS
$$
DECLARE
    k      rowrunner.kind;
    holder uuid;
BEGIN
    SELECT * INTO k FROM rowrunner.kind WHERE name = j.kind;
    IF j.unique_key IS NULL OR k.unique_while = 'period' THEN
        RETURN NULL;
    END IF;
    SELECT t.job_id INTO holder FROM rowrunner.take_unique_keys(k, ARRAY [j.id], ARRAY [j.unique_key], p_now) t;
    RETURN nullif(holder, j.id);
EXCEPTION
    WHEN lock_not_available THEN
        RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION rowrunner.release(p_jobs uuid[], p_ended boolean) RETURNS void
    LANGUAGE plpgsql AS
$$
BEGIN
    PERFORM rowrunner.leave_keys((SELECT array_agg(concurrency_key) FROM rowrunner.job
                                  WHERE id = ANY (p_jobs) AND concurrency_key IS NOT NULL));
    IF p_ended THEN
        PERFORM rowrunner.leave_unique_keys(p_jobs);
    END IF;
END
$$;

-- ------------------------------------------------------------------------------------------------ what operators may do

-- Lets jobs that have ended, or that wait for later, run now. Attempts begin anew, the history stays. Answers those that
-- do; left out are running and waiting ones, and those whose unique key another job holds.
CREATE OR REPLACE FUNCTION rowrunner.requeue(p_jobs uuid[], p_now timestamptz DEFAULT clock_timestamp()) RETURNS SETOF uuid
    LANGUAGE plpgsql AS
$$
DECLARE
    j      rowrunner.job;
    done   uuid[] := '{}';
    before text[] := '{}';
BEGIN
    FOR j IN SELECT * FROM rowrunner.job
             WHERE id = ANY (p_jobs) AND state IN ('FAILED', 'DELETED', 'SUCCEEDED', 'SCHEDULED') ORDER BY id FOR UPDATE
    LOOP
        CONTINUE WHEN rowrunner.retake_unique_key(j, p_now) IS NOT NULL;
        UPDATE rowrunner.job
        SET state = 'ENQUEUED', version = j.version + 1, parked = false, cancel_reason = NULL, updated_at = p_now,
            attempt = CASE WHEN j.state = 'SCHEDULED' THEN j.attempt ELSE 0 END, snoozes = 0,
            run_at = least(run_at, p_now), claim_key = rowrunner.claim_key(p_now, j.priority)
        WHERE id = j.id;
        PERFORM rowrunner.tell(j, j.version + 1, rowrunner.state('ENQUEUED', p_now), NULL, NULL);
        PERFORM rowrunner.wake(j.queue, j.kind, j.tenant, rowrunner.claim_key(p_now, j.priority));
        done := done || j.id;
        before := before || j.state;
        RETURN NEXT j.id;
    END LOOP;
    PERFORM rowrunner.note_jobs('job.requeue', done, before, array_fill('enqueued'::text, ARRAY [cardinality(done)]));
END
$$;

-- Ends jobs that wait or are dead letters, and asks the workers of running ones to stop them. Answers 'discarded',
-- 'stopping' for a running job, or 'ended' where there was nothing left to do.
CREATE OR REPLACE FUNCTION rowrunner.discard(
    p_jobs uuid[], p_reason text DEFAULT 'Discarded by an operator', p_now timestamptz DEFAULT clock_timestamp())
    RETURNS TABLE (id uuid, outcome text)
    LANGUAGE plpgsql AS
$$
DECLARE
    j      rowrunner.job;
    done   uuid[] := '{}';
    before text[] := '{}';
    after  text[] := '{}';
BEGIN
    FOR j IN SELECT * FROM rowrunner.job WHERE job.id = ANY (p_jobs) ORDER BY job.id FOR UPDATE
    LOOP
        id := j.id;
        IF rowrunner.is_running(j) THEN
            UPDATE rowrunner.job SET cancel_reason = left(p_reason, 1000) WHERE job.id = j.id;
            PERFORM pg_notify('rowrunner', 'cancel');
            outcome := 'stopping';
        ELSIF j.state IN ('SUCCEEDED', 'DELETED') THEN
            outcome := 'ended';
        ELSE
            UPDATE rowrunner.job SET state = 'DELETED', version = j.version + 1, parked = false, updated_at = p_now WHERE job.id = j.id;
            PERFORM rowrunner.tell(j, j.version + 1,
                                   rowrunner.state('DELETED', p_now, jsonb_build_object('reason', p_reason)), NULL, p_reason);
            PERFORM rowrunner.release(ARRAY [j.id], true) WHERE j.state = 'PROCESSING';
            PERFORM rowrunner.leave_unique_keys(ARRAY [j.id]);
            outcome := 'discarded';
        END IF;
        IF outcome <> 'ended' THEN
            done := done || j.id;
            before := before || j.state;
            after := after || CASE outcome WHEN 'stopping' THEN 'stopping' ELSE 'deleted' END;
        END IF;
        RETURN NEXT;
    END LOOP;
    PERFORM rowrunner.note_jobs('job.discard', done, before, after);
END
$$;

-- The dead letters that a filter means; null means all.
CREATE OR REPLACE FUNCTION rowrunner.dead_letters_of(
    p_kind text, p_queue text, p_tenant text, p_since timestamptz, p_until timestamptz, p_error text, p_limit bigint DEFAULT NULL)
    RETURNS SETOF uuid
    LANGUAGE sql STABLE AS
$$
SELECT j.id FROM rowrunner.job j LEFT JOIN rowrunner.job_history h USING (id)
WHERE lower(j.state) = 'failed' AND (p_kind IS NULL OR j.kind = p_kind) AND (p_queue IS NULL OR j.queue = p_queue)
  AND (p_tenant IS NULL OR j.tenant = p_tenant) AND (p_since IS NULL OR j.updated_at >= p_since)
  AND (p_until IS NULL OR j.updated_at < p_until)
  AND (p_error IS NULL OR strpos(lower(h.last_error), lower(p_error)) > 0)
ORDER BY j.updated_at, j.id LIMIT p_limit
$$;

-- Requeues the dead letters that a filter means and answers how many; with dry_run only counts them.
CREATE OR REPLACE FUNCTION rowrunner.requeue_dead_letters(
    kind text DEFAULT NULL, queue text DEFAULT NULL, tenant text DEFAULT NULL, since timestamptz DEFAULT NULL,
    until timestamptz DEFAULT NULL, error text DEFAULT NULL, dry_run boolean DEFAULT true) RETURNS bigint
    LANGUAGE plpgsql AS
$$
DECLARE
    found_jobs uuid[] := ARRAY(SELECT rowrunner.dead_letters_of(kind, queue, tenant, since, until, error));
BEGIN
    IF dry_run THEN
        RETURN cardinality(found_jobs);
    END IF;
    RETURN (SELECT count(*) FROM rowrunner.requeue(found_jobs));
END
$$;

-- Discards the dead letters that a filter means and answers how many; with dry_run only counts them.
CREATE OR REPLACE FUNCTION rowrunner.discard_dead_letters(
    kind text DEFAULT NULL, queue text DEFAULT NULL, tenant text DEFAULT NULL, since timestamptz DEFAULT NULL,
    until timestamptz DEFAULT NULL, error text DEFAULT NULL, dry_run boolean DEFAULT true) RETURNS bigint
    LANGUAGE plpgsql AS
$$
DECLARE
    found_jobs uuid[] := ARRAY(SELECT rowrunner.dead_letters_of(kind, queue, tenant, since, until, error));
BEGIN
    IF dry_run THEN
        RETURN cardinality(found_jobs);
    END IF;
    RETURN (SELECT count(*) FROM rowrunner.discard(found_jobs, 'Dead letter discarded by an operator'));
END
$$;

-- --------------------------------------------------------------------------------------------------- what workers do

-- Jobs whose time has come become claimable. Answers their lanes.
CREATE OR REPLACE FUNCTION rowrunner.promote(p_now timestamptz, p_limit int)
    RETURNS TABLE (queue text, kind text, tenant text, claim_key timestamptz)
    LANGUAGE sql AS
$$
WITH promoted AS (
    UPDATE rowrunner.job
    SET state = 'ENQUEUED', version = version + 1, updated_at = p_now, claim_key = rowrunner.claim_key(run_at, priority),
        counted = NOT counted
    WHERE id = ANY (ARRAY(SELECT id FROM rowrunner.job WHERE state = 'SCHEDULED' AND run_at <= p_now
                          ORDER BY run_at LIMIT p_limit FOR UPDATE SKIP LOCKED))
    RETURNING queue, kind, tenant, claim_key),
counted AS (
    INSERT INTO rowrunner.job_count
    SELECT m.queue, s.state, s.sign * m.jobs
    FROM (SELECT p.queue, count(*) AS jobs FROM promoted p GROUP BY p.queue) AS m,
         (VALUES ('SCHEDULED', -1), ('ENQUEUED', 1)) AS s(state, sign))
SELECT * FROM promoted
$$;

-- Ends an attempt otherwise than by success. p_outcome: retry (at p_run_at), dead, snooze (until p_run_at), back (given
-- back by a worker that stops), discard or cancel. Answers accepted; superseded, where a job that is unique while it
-- waits finds its key taken and ends; or refused, where the lease was lost. Asked twice, it answers accepted twice.
CREATE OR REPLACE FUNCTION rowrunner.end_attempt(
    p_id uuid, p_lease int, p_worker int, p_outcome text, p_at timestamptz, p_run_at timestamptz,
    p_message text, p_type text, p_error text, p_stack text) RETURNS text
    LANGUAGE plpgsql AS
$$
DECLARE
    j       rowrunner.job;
    holder  uuid;
    target  text := CASE p_outcome WHEN 'dead' THEN 'FAILED' WHEN 'back' THEN 'ENQUEUED'
                                   WHEN 'retry' THEN 'SCHEDULED' WHEN 'snooze' THEN 'SCHEDULED' ELSE 'DELETED' END;
    costs   boolean := p_outcome NOT IN ('snooze', 'back');
    failed  boolean := p_outcome IN ('retry', 'dead');
    told    jsonb := '[]';
BEGIN
    SELECT * INTO j FROM rowrunner.job WHERE id = p_id FOR UPDATE;
    IF j.version = p_lease + 1 AND j.worker = p_worker AND j.state <> 'PROCESSING' THEN
        RETURN 'accepted';
    ELSIF j.version IS DISTINCT FROM p_lease OR j.worker IS DISTINCT FROM p_worker OR j.state <> 'PROCESSING' THEN
        RETURN 'refused';
    END IF;
    IF j.cancel_reason IS NOT NULL AND target IN ('SCHEDULED', 'ENQUEUED') THEN
        target := 'DELETED';
        p_message := j.cancel_reason;
    ELSIF target IN ('SCHEDULED', 'ENQUEUED') THEN
        holder := rowrunner.retake_unique_key(j, p_at);
    END IF;
    IF failed THEN
        told := told || rowrunner.failed_state(p_at, p_message, p_type, p_error, p_stack);
    END IF;
    IF holder IS NOT NULL THEN
        target := 'DELETED';
        told := told || rowrunner.state('DELETED', p_at, jsonb_build_object('reason', 'Superseded by job ' || holder));
    ELSIF target = 'SCHEDULED' THEN
        told := told || rowrunner.scheduled_state(p_at, p_run_at, p_message);
    ELSIF target = 'ENQUEUED' THEN
        told := told || rowrunner.scheduled_state(p_at, p_at, p_message) || rowrunner.state('ENQUEUED', p_at);
    ELSIF target = 'DELETED' THEN
        told := told || rowrunner.state('DELETED', p_at, jsonb_build_object('reason', p_message));
    END IF;
    UPDATE rowrunner.job
    SET state = target, version = p_lease + 1, updated_at = p_at, cancel_reason = NULL,
        attempt = j.attempt - CASE WHEN costs THEN 0 ELSE 1 END,
        snoozes = j.snoozes + CASE WHEN p_outcome = 'snooze' THEN 1 ELSE 0 END,
        run_at = CASE WHEN target = 'SCHEDULED' THEN p_run_at ELSE j.run_at END,
        claim_key = CASE WHEN target = 'ENQUEUED' THEN j.claim_key ELSE rowrunner.claim_key(coalesce(p_run_at, p_at), j.priority) END
    WHERE id = p_id;
    PERFORM rowrunner.tell(j, p_lease + 1, told, CASE WHEN failed THEN concat_ws(': ', p_type, p_error) END,
                           CASE WHEN holder IS NOT NULL THEN 'Superseded by job ' || holder ELSE p_message END);
    PERFORM rowrunner.release(ARRAY [p_id], target IN ('FAILED', 'DELETED'));
    IF target = 'ENQUEUED' THEN
        PERFORM rowrunner.wake(j.queue, j.kind, j.tenant, j.claim_key);
    END IF;
    RETURN CASE WHEN holder IS NULL THEN 'accepted' ELSE 'superseded' END;
END
$$;

-- Ends the lives of workers that have not beaten for the lease, and takes the jobs of all that have ended: each lost an
-- attempt, and runs again at once or, after its last one, is a dead letter. Answers whose jobs were taken, and how many.
CREATE OR REPLACE FUNCTION rowrunner.rescue(p_lease interval) RETURNS TABLE (lost text, jobs bigint)
    -- Not for ever where a frozen process still holds a lock: it holds the other workers' jobs, too.
    LANGUAGE plpgsql SET lock_timeout = '2s' AS
$$
BEGIN
    -- A claim that is not committed yet holds its worker's row; it shows that the worker lives.
    WITH ended AS (
        UPDATE rowrunner.worker
        SET ended_at = clock_timestamp(), ended_by = coalesce(ended_by, 'lost: no beat since ' || rowrunner.iso(beat_at))
        WHERE id = ANY (ARRAY(SELECT id FROM rowrunner.worker
                              WHERE ended_at IS NULL AND beat_at < clock_timestamp() - p_lease ORDER BY id FOR UPDATE SKIP LOCKED))
        RETURNING server)
    DELETE FROM jobrunr.jobrunr_backgroundjobservers WHERE id IN (SELECT server::text FROM ended);
    RETURN QUERY
        WITH owner AS MATERIALIZED (
            SELECT DISTINCT j.worker FROM rowrunner.job j WHERE lower(j.state) = 'processing' AND j.worker IS NOT NULL)
        SELECT coalesce(w.name, 'unknown'), rowrunner.rescue_jobs(o.worker, w)
        FROM owner o LEFT JOIN rowrunner.worker w ON w.id = o.worker
        WHERE w.id IS NULL OR w.ended_at IS NOT NULL;
    PERFORM rowrunner.free_slots();
END
$$;

-- Slots of workers that have ended, and whose jobs have been taken.
CREATE OR REPLACE FUNCTION rowrunner.free_slots() RETURNS void
    LANGUAGE sql AS
$$
UPDATE rowrunner.limit_slot s SET worker = NULL
FROM rowrunner.worker w
WHERE w.id = s.worker AND w.ended_at IS NOT NULL
  AND NOT EXISTS (SELECT FROM rowrunner.job j WHERE lower(j.state) = 'processing' AND j.worker = w.id)
$$;

CREATE OR REPLACE FUNCTION rowrunner.rescue_jobs(p_worker int, w rowrunner.worker) RETURNS bigint
    LANGUAGE plpgsql AS
$$
DECLARE
    j       rowrunner.job;
    t       timestamptz := clock_timestamp();
    why     text := format('Worker %s (%s) was lost while it ran this attempt', coalesce(w.name, 'unknown'), p_worker);
    -- One that said it was stopping, and whose handler would not, costs no attempt.
    back    boolean := coalesce(w.ended_by = 'stopping', false);
    over    boolean;
    holder  uuid;
    pointless text;
    target  text;
    rescued bigint := 0;
BEGIN
    FOR j IN SELECT * FROM rowrunner.job WHERE lower(state) = 'processing' AND worker = p_worker ORDER BY id FOR UPDATE SKIP LOCKED
    LOOP
        over := NOT back AND j.attempt >= coalesce((SELECT max_attempts FROM rowrunner.kind WHERE name = j.kind), 11);
        holder := CASE WHEN NOT over AND j.cancel_reason IS NULL THEN rowrunner.retake_unique_key(j, t) END;
        pointless := coalesce(j.cancel_reason, 'Superseded by job ' || holder);
        target := CASE WHEN pointless IS NOT NULL THEN 'DELETED' WHEN over THEN 'FAILED' ELSE 'ENQUEUED' END;
        UPDATE rowrunner.job
        SET state = target, version = j.version + 1, worker = NULL, updated_at = t, cancel_reason = NULL,
            attempt = j.attempt - CASE WHEN back THEN 1 ELSE 0 END, claim_key = rowrunner.claim_key(t, j.priority)
        WHERE id = j.id;
        PERFORM rowrunner.tell(
            j, j.version + 1,
            rowrunner.failed_state(t, why, 'dev.rowrunner.runner.WorkerLost', why, '')
                || CASE target WHEN 'DELETED' THEN rowrunner.state('DELETED', t, jsonb_build_object('reason', pointless))
                               WHEN 'ENQUEUED' THEN rowrunner.state('ENQUEUED', t)
                               ELSE '[]'::jsonb END,
            why, CASE target WHEN 'DELETED' THEN pointless WHEN 'FAILED' THEN 'attempts exhausted: worker lost' END);
        PERFORM rowrunner.release(ARRAY [j.id], target <> 'ENQUEUED');
        IF target = 'ENQUEUED' THEN
            PERFORM rowrunner.wake(j.queue, j.kind, j.tenant, rowrunner.claim_key(t, j.priority));
        END IF;
        rescued := rescued + 1;
    END LOOP;
    RETURN rescued;
END
$$;

-- Mends what a fault may have left: parked jobs whose key is free, slots of queues that are gone, keys that nobody
-- uses, unique periods that are over.
CREATE OR REPLACE FUNCTION rowrunner.sweep(p_now timestamptz) RETURNS void
    LANGUAGE plpgsql AS
$$
DECLARE
    idle text;
BEGIN
    FOR idle IN
        WITH RECURSIVE parked_key AS (
            (SELECT concurrency_key AS key FROM rowrunner.job WHERE state = 'ENQUEUED' AND parked ORDER BY concurrency_key LIMIT 1)
            UNION ALL
            SELECT (SELECT concurrency_key FROM rowrunner.job WHERE state = 'ENQUEUED' AND parked AND concurrency_key > k.key
                    ORDER BY concurrency_key LIMIT 1)
            FROM parked_key k WHERE k.key IS NOT NULL)
        SELECT k.key FROM parked_key k LEFT JOIN rowrunner.concurrency_key c USING (key)
        LEFT JOIN rowrunner.kind kind ON kind.name = split_part(k.key, ':', 1)
        WHERE k.key IS NOT NULL AND coalesce(c.running, 0) < coalesce(kind.key_concurrency, 1) ORDER BY k.key
    LOOP
        PERFORM rowrunner.unpark(idle);
    END LOOP;
    DELETE FROM rowrunner.limit_slot WHERE scope IN (
        SELECT scope FROM (SELECT DISTINCT scope FROM rowrunner.limit_slot) AS limited WHERE rowrunner.limit_of(scope) IS NULL);
    DELETE FROM rowrunner.concurrency_key WHERE key IN (
        SELECT key FROM rowrunner.concurrency_key c WHERE running = 0 LIMIT 1000 FOR UPDATE SKIP LOCKED);
    DELETE FROM rowrunner.unique_key WHERE key IN (
        SELECT key FROM rowrunner.unique_key WHERE expires_at <= p_now LIMIT 1000 FOR UPDATE SKIP LOCKED);
    DELETE FROM rowrunner.worker WHERE ended_at < p_now - interval '30 days';
END
$$;

-- Adds up the differences. One at a time; a second caller leaves it to the first.
CREATE OR REPLACE FUNCTION rowrunner.add_up_counts() RETURNS void
    LANGUAGE plpgsql AS
$$
BEGIN
    IF pg_try_advisory_xact_lock(hashtext('rowrunner.job_count')) THEN
        WITH gone AS (DELETE FROM rowrunner.job_count RETURNING *)
        INSERT INTO rowrunner.job_count SELECT queue, state, sum(count) FROM gone GROUP BY queue, state HAVING sum(count) <> 0;
    END IF;
END
$$;

-- Deletes up to p_limit jobs that have succeeded or were discarded before the given time. Dead letters stay. Answers how many.
CREATE OR REPLACE FUNCTION rowrunner.prune(p_state text, p_before timestamptz, p_limit int) RETURNS int
    LANGUAGE plpgsql AS
$$
DECLARE
    old uuid[];
BEGIN
    IF p_state NOT IN ('SUCCEEDED', 'DELETED') THEN
        RAISE EXCEPTION 'Jobs in state % are not pruned', p_state USING ERRCODE = 'invalid_parameter_value';
    END IF;
    old := ARRAY(SELECT id FROM rowrunner.job
                 WHERE lower(state) = lower(p_state) AND updated_at < p_before
                 ORDER BY updated_at LIMIT p_limit FOR UPDATE SKIP LOCKED);
    PERFORM rowrunner.forget_jobs(old);
    RETURN cardinality(old);
END
$$;

CREATE OR REPLACE FUNCTION rowrunner.forget_jobs(p_jobs uuid[]) RETURNS void
    LANGUAGE sql AS
$$
DELETE FROM rowrunner.job WHERE id = ANY (p_jobs);
DELETE FROM rowrunner.job_body WHERE id = ANY (p_jobs);
DELETE FROM rowrunner.job_history WHERE id = ANY (p_jobs);
DELETE FROM rowrunner.job_progress WHERE id = ANY (p_jobs);
$$;

-- --------------------------------------------------------------------------------------------- what JobRunr's API stores

-- Whether a worker that is not known to be gone runs the job.
CREATE OR REPLACE FUNCTION rowrunner.is_running(j rowrunner.job) RETURNS boolean
    LANGUAGE sql STABLE AS
$$
SELECT j.state = 'PROCESSING' AND EXISTS (SELECT FROM rowrunner.worker w WHERE w.id = j.worker AND w.ended_at IS NULL)
$$;

-- When the newest of those states that have a due time is due: a job that awaits green energy, at the end of its period.
CREATE OR REPLACE FUNCTION rowrunner.due_of(p_states jsonb) RETURNS timestamptz
    LANGUAGE sql STABLE AS
$$
SELECT coalesce(state ->> 'scheduledAt', state ->> 'to')::timestamptz
FROM jsonb_array_elements(p_states) WITH ORDINALITY AS s(state, n)
WHERE state ->> 'state' IN ('SCHEDULED', 'AWAITING') ORDER BY n DESC LIMIT 1
$$;

-- Stores a job that JobRunr's own API made or changed: the dashboard's requeue and delete, a recurring job's next run.
-- Answers false where the stored version is not the one that was changed, or where a job that is to wait again would do
-- so beside another with its unique key.
CREATE OR REPLACE FUNCTION rowrunner.save_job(p_job jsonb, p_previous int) RETURNS boolean
    LANGUAGE plpgsql AS
$$
DECLARE
    latest jsonb := p_job -> 'jobHistory' -> -1;
    at     timestamptz := coalesce(latest ->> 'updatedAt', latest ->> 'createdAt');
    stored boolean;
BEGIN
    IF p_previous = 0 THEN
        stored := rowrunner.insert_from_jobrunr((p_job ->> 'id')::uuid, p_job, latest, at);
    ELSE
        stored := rowrunner.update_from_jobrunr((p_job ->> 'id')::uuid, p_job, p_previous, latest, at);
    END IF;
    IF stored THEN
        PERFORM rowrunner.wake(queue, kind, tenant, claim_key) FROM rowrunner.job WHERE id = (p_job ->> 'id')::uuid AND state = 'ENQUEUED';
    END IF;
    RETURN stored;
END
$$;

-- A job of a known kind is stored as that kind declares; nothing is where another job holds its unique key.
CREATE OR REPLACE FUNCTION rowrunner.insert_from_jobrunr(p_id uuid, p_job jsonb, p_latest jsonb, p_at timestamptz) RETURNS boolean
    LANGUAGE plpgsql AS
$$
DECLARE
    ours    boolean := p_job -> 'jobDetails' ->> 'className' = 'dev.rowrunner.runner.jobrunr.RunStoredJob';
    details jsonb := p_job -> 'jobDetails' -> 'jobParameters' -> 0 -> 'object';
    target  text := p_latest ->> 'state';
    due     timestamptz := rowrunner.due_of(p_job -> 'jobHistory');
BEGIN
    IF EXISTS (SELECT FROM rowrunner.job WHERE id = p_id) THEN
        RETURN false;
    END IF;
    IF ours AND target IN ('SCHEDULED', 'ENQUEUED') AND EXISTS (SELECT FROM rowrunner.kind WHERE name = details ->> 'kind') THEN
        PERFORM rowrunner.insert_jobs(details ->> 'kind', ARRAY [p_id], ARRAY [(details ->> 'args')::jsonb], NULL, NULL, NULL,
                                      CASE WHEN target = 'SCHEDULED' THEN due END, NULL, NULL, ARRAY [p_job ->> 'recurringJobId'], p_at);
        RETURN true;
    END IF;
    INSERT INTO rowrunner.job_body (id, args, foreign_job)
    VALUES (p_id, CASE WHEN ours THEN (details ->> 'args')::jsonb ELSE '{}' END,
            CASE WHEN NOT ours THEN p_job - '{id,version,jobHistory,metadata}'::text[] END);
    INSERT INTO rowrunner.job (id, state, queue, kind, claim_key, run_at, created_at, updated_at, recurring_id)
    VALUES (p_id, target, 'default', CASE WHEN ours THEN details ->> 'kind' ELSE 'jobrunr' END,
            CASE WHEN target = 'SCHEDULED' THEN due ELSE p_at END, due,
            (p_job -> 'jobHistory' -> 0 ->> 'createdAt')::timestamptz, p_at, p_job ->> 'recurringJobId');
    PERFORM rowrunner.tell_as_jobrunr(p_id, 1, p_job, p_latest);
    PERFORM rowrunner.note_enqueued(ARRAY [p_id], target) WHERE rowrunner.is_person();
    RETURN true;
END
$$;

CREATE OR REPLACE FUNCTION rowrunner.update_from_jobrunr(
    p_id uuid, p_job jsonb, p_previous int, p_latest jsonb, p_at timestamptz) RETURNS boolean
    LANGUAGE plpgsql AS
$$
DECLARE
    j      rowrunner.job;
    target text := p_latest ->> 'state';
    due    timestamptz := rowrunner.due_of(p_job -> 'jobHistory');
    anew   boolean;
    begins boolean;
BEGIN
    SELECT * INTO j FROM rowrunner.job WHERE id = p_id AND version = p_previous FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    IF target = 'DELETED' AND rowrunner.is_running(j) THEN
        -- Only its worker can stop it; the row becomes DELETED when that has.
        PERFORM rowrunner.discard(ARRAY [p_id], coalesce(p_latest ->> 'reason', 'Deleted in the dashboard'));
        RETURN true;
    END IF;
    anew := target IN ('ENQUEUED', 'SCHEDULED') AND j.state IN ('FAILED', 'DELETED', 'SUCCEEDED');
    begins := target = 'PROCESSING' AND j.state <> 'PROCESSING';
    IF anew AND rowrunner.retake_unique_key(j, p_at) IS NOT NULL THEN
        RETURN false;
    END IF;
    UPDATE rowrunner.job
    SET state = target, version = p_previous + 1, updated_at = p_at, cancel_reason = NULL,
        parked = parked AND target = 'ENQUEUED',
        attempt = CASE WHEN anew THEN 0 WHEN begins THEN attempt + 1 ELSE attempt END,
        snoozes = CASE WHEN anew THEN 0 ELSE snoozes END,
        started_at = CASE WHEN begins THEN p_at ELSE started_at END,
        worker = CASE WHEN begins THEN NULL ELSE worker END,
        run_at = coalesce(due, run_at),
        claim_key = CASE target WHEN 'ENQUEUED' THEN rowrunner.claim_key(p_at, priority)
                                WHEN 'SCHEDULED' THEN rowrunner.claim_key(due, priority) ELSE claim_key END
    WHERE id = p_id;
    PERFORM rowrunner.tell_as_jobrunr(p_id, p_previous + 1, p_job, p_latest);
    PERFORM rowrunner.note_jobs(CASE WHEN target = 'DELETED' THEN 'job.discard' WHEN anew THEN 'job.requeue' ELSE 'job.update' END,
                                ARRAY [p_id], ARRAY [j.state], ARRAY [target]) WHERE rowrunner.actor() <> 'rowrunner';
    IF j.state = 'PROCESSING' AND target <> 'PROCESSING' THEN
        PERFORM rowrunner.release(ARRAY [p_id], target IN ('SUCCEEDED', 'FAILED', 'DELETED'));
    ELSIF target IN ('SUCCEEDED', 'FAILED', 'DELETED') THEN
        PERFORM rowrunner.leave_unique_keys(ARRAY [p_id]);
    END IF;
    RETURN true;
END
$$;

-- Keeps a story as JobRunr tells it, with the progress that it read.
CREATE OR REPLACE FUNCTION rowrunner.tell_as_jobrunr(p_id uuid, p_version int, p_job jsonb, p_latest jsonb) RETURNS void
    LANGUAGE sql AS
$$
INSERT INTO rowrunner.job_history AS h (id, version, states, metadata, last_error, reason)
VALUES (p_id, p_version, p_job -> 'jobHistory', p_job -> 'metadata',
        CASE WHEN p_latest ->> 'state' = 'FAILED' THEN left(p_latest ->> 'exceptionMessage', 4000) END,
        left(p_latest ->> 'reason', 1000))
ON CONFLICT (id) DO UPDATE
    SET version    = excluded.version,
        states     = excluded.states,
        metadata   = excluded.metadata,
        last_error = coalesce(excluded.last_error, h.last_error),
        reason     = excluded.reason;
DELETE FROM rowrunner.job_progress WHERE id = p_id AND p_latest ->> 'state' <> 'PROCESSING';
$$;

-- Deletes a job with all that is told of it.
CREATE OR REPLACE FUNCTION rowrunner.delete_job(p_id uuid) RETURNS boolean
    LANGUAGE plpgsql AS
$$
DECLARE
    j rowrunner.job;
BEGIN
    SELECT * INTO j FROM rowrunner.job WHERE id = p_id FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    IF rowrunner.is_running(j) THEN
        RAISE EXCEPTION 'Job % can''t be deleted while worker % runs it', p_id, j.worker
            USING ERRCODE = 'object_in_use',
                HINT = format('Stop it: SELECT * FROM rowrunner.discard(ARRAY [%L::uuid])', p_id);
    END IF;
    PERFORM rowrunner.release(ARRAY [p_id], true) WHERE j.state = 'PROCESSING';
    PERFORM rowrunner.leave_unique_keys(ARRAY [p_id]);
    PERFORM rowrunner.forget_jobs(ARRAY [p_id]);
    PERFORM rowrunner.note_jobs('job.delete', ARRAY [p_id], ARRAY [j.state], NULL) WHERE rowrunner.actor() <> 'rowrunner';
    RETURN true;
END
$$;

-- What JobRunr, and whoever writes SQL against its table, does to jobrunr.jobrunr_jobs. A row that is not returned
-- counts as not written.
CREATE OR REPLACE FUNCTION rowrunner.write_jobrunr_job() RETURNS trigger
    LANGUAGE plpgsql AS
$$
BEGIN
    IF tg_op = 'DELETE' THEN
        RETURN CASE WHEN rowrunner.delete_job(old.id) THEN old END;
    END IF;
    IF new.state IS DISTINCT FROM new.jobAsJson::jsonb -> 'jobHistory' -> -1 ->> 'state' THEN
        RAISE EXCEPTION 'The state of job % can''t be set to ''%'' here: jobrunr_jobs is a view', new.id, new.state
            USING ERRCODE = 'object_not_in_prerequisite_state',
                HINT = 'Use rowrunner.requeue or rowrunner.discard; both take an array of ids';
    END IF;
    IF tg_op = 'INSERT' AND new.state = 'ENQUEUED' AND rowrunner.trigger_from_jobrunr(new.jobAsJson::jsonb) THEN
        RETURN new;
    END IF;
    IF NOT rowrunner.save_job(new.jobAsJson::jsonb, CASE WHEN tg_op = 'INSERT' THEN 0 ELSE old.version END) THEN
        RETURN NULL;
    END IF;
    RETURN new;
END
$$;

-- ------------------------------------------------------------------------------------------------------------ triggers

-- What every job goes through is counted by the statements that do it, once for all their rows, and these flip 'counted':
-- enqueueing, becoming due, the claim, success. Whatever else happens to a row is counted here, whoever does it.
CREATE OR REPLACE FUNCTION rowrunner.count_job() RETURNS trigger
    LANGUAGE plpgsql AS
$$
BEGIN
    INSERT INTO rowrunner.job_count
    SELECT queue, state, n FROM (VALUES (old.queue, old.state, -1), (new.queue, new.state, 1)) AS change(queue, state, n)
    WHERE queue IS NOT NULL;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION rowrunner.count_gone_jobs() RETURNS trigger
    LANGUAGE plpgsql AS
$$
BEGIN
    INSERT INTO rowrunner.job_count SELECT queue, state, -count(*) FROM old_rows GROUP BY queue, state;
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER count_new_job AFTER INSERT ON rowrunner.job
    FOR EACH ROW WHEN (NOT new.counted) EXECUTE FUNCTION rowrunner.count_job();
CREATE OR REPLACE TRIGGER count_changed_job AFTER UPDATE OF queue, state ON rowrunner.job
    FOR EACH ROW WHEN (new.counted = old.counted AND (new.queue, new.state) IS DISTINCT FROM (old.queue, old.state))
    EXECUTE FUNCTION rowrunner.count_job();
CREATE OR REPLACE TRIGGER count_gone_jobs AFTER DELETE ON rowrunner.job
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION rowrunner.count_gone_jobs();

-- As many slots as the limit says. Workers that run jobs already get some for these, or more than there are.
CREATE OR REPLACE FUNCTION rowrunner.set_limit(p_scope text, p_limit int) RETURNS void
    LANGUAGE plpgsql AS
$$
DECLARE
    owed   record;
    taken  int;
BEGIN
    DELETE FROM rowrunner.limit_slot WHERE scope = p_scope AND (p_limit IS NULL OR n > p_limit AND worker IS NULL);
    IF p_limit IS NULL THEN
        RETURN;
    END IF;
    INSERT INTO rowrunner.limit_slot (scope, n) SELECT p_scope, n FROM generate_series(1, p_limit) AS n ON CONFLICT DO NOTHING;
    FOR owed IN
        SELECT worker, runs.jobs - coalesce(has.slots, 0) AS slots
        FROM (SELECT worker, count(*)::int AS jobs FROM rowrunner.job
              WHERE lower(state) = 'processing' AND p_scope IN ('queue:' || queue, 'kind:' || kind) AND worker IS NOT NULL
              GROUP BY worker) AS runs
             LEFT JOIN (SELECT worker, count(*)::int AS slots FROM rowrunner.limit_slot WHERE scope = p_scope
                        GROUP BY worker) AS has USING (worker)
        WHERE runs.jobs > coalesce(has.slots, 0) ORDER BY worker
    LOOP
        UPDATE rowrunner.limit_slot SET worker = owed.worker
        WHERE scope = p_scope AND n = ANY (ARRAY(SELECT n FROM rowrunner.limit_slot WHERE scope = p_scope AND worker IS NULL
                                                 ORDER BY n LIMIT owed.slots FOR UPDATE SKIP LOCKED));
        GET DIAGNOSTICS taken = ROW_COUNT;
        INSERT INTO rowrunner.limit_slot (scope, n, worker)
        SELECT p_scope, last.n + i, owed.worker
        FROM (SELECT coalesce(max(n), 0) AS n FROM rowrunner.limit_slot WHERE scope = p_scope) AS last,
             generate_series(1, owed.slots - taken) AS i;
    END LOOP;
END
$$;

CREATE OR REPLACE FUNCTION rowrunner.apply_queue() RETURNS trigger
    LANGUAGE plpgsql AS
$$
BEGIN
    PERFORM rowrunner.set_limit('queue:' || new.name, new.concurrency);
    DELETE FROM rowrunner.rate_bucket WHERE queue = new.name;
    INSERT INTO rowrunner.rate_bucket (queue, tokens, at)
    SELECT new.name, new.rate_jobs, clock_timestamp() WHERE new.rate_jobs IS NOT NULL;
    PERFORM pg_notify('rowrunner', 'queues');
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER apply_queue AFTER INSERT OR UPDATE ON rowrunner.queue
    FOR EACH ROW EXECUTE FUNCTION rowrunner.apply_queue();

CREATE OR REPLACE FUNCTION rowrunner.apply_kind() RETURNS trigger
    LANGUAGE plpgsql AS
$$
BEGIN
    PERFORM rowrunner.set_limit('kind:' || new.name, new.concurrency);
    PERFORM pg_notify('rowrunner', 'queues');
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER apply_kind AFTER INSERT OR UPDATE ON rowrunner.kind
    FOR EACH ROW EXECUTE FUNCTION rowrunner.apply_kind();
