-- What happens to schedules, for Java and for SQL alike. Times passed as p_now come from the caller's clock.

-- -------------------------------------------------------------------------------------------------------------- ticking

-- Stores what was decided of times that were due, makes the jobs, and moves the schedules on. A job is made only for a row
-- that was inserted here: whoever else decided the same time has made its job.
CREATE OR REPLACE FUNCTION rowrunner.record_ticks(
    p_schedules text[], p_due timestamptz[], p_decisions text[], p_jobs uuid[], p_notes text[],
    p_new_schedules text[], p_new_jobs uuid[],
    p_moved text[], p_high_water timestamptz[], p_next_due timestamptz[], p_now timestamptz) RETURNS void
    LANGUAGE plpgsql SET enable_hashjoin = on AS
$$
DECLARE
    schedules text[];
    jobs      uuid[];
BEGIN
    WITH written AS (
        INSERT INTO rowrunner.schedule_run (schedule_id, due_at, decided_at, decision, job_id, note)
        SELECT w.schedule, w.due, p_now, w.decision, w.job, w.note
        FROM unnest(p_schedules, p_due, p_decisions, p_jobs, p_notes) AS w(schedule, due, decision, job, note)
        ON CONFLICT (schedule_id, due_at) DO NOTHING
        RETURNING job_id)
    SELECT array_agg(n.schedule ORDER BY n.place), array_agg(n.job ORDER BY n.place) INTO schedules, jobs
    FROM unnest(p_new_schedules, p_new_jobs) WITH ORDINALITY AS n(schedule, job, place)
    WHERE n.job IN (SELECT job_id FROM written);
    IF jobs IS NOT NULL THEN
        PERFORM rowrunner.make_scheduled_jobs(schedules, jobs, (SELECT min(due) FROM unnest(p_due) AS due), p_now);
    END IF;
    UPDATE rowrunner.schedule s SET high_water = m.high_water, next_due = m.next_due
    FROM unnest(p_moved, p_high_water, p_next_due) AS m(id, high_water, next_due) WHERE s.id = m.id;
END
$$;

-- Enqueues a job for each of these schedules, as their kinds declare. Where another job holds the unique key, the
-- schedule's row of the runs since p_since says so instead.
CREATE OR REPLACE FUNCTION rowrunner.make_scheduled_jobs(p_schedules text[], p_jobs uuid[], p_since timestamptz, p_now timestamptz)
    RETURNS void
    LANGUAGE plpgsql SET enable_hashjoin = on AS
$$
DECLARE
    same_kind record;
    holders   uuid[];
BEGIN
    FOR same_kind IN
        SELECT s.kind, array_agg(s.id ORDER BY n.place) AS schedules, array_agg(n.job ORDER BY n.place) AS jobs,
               array_agg(s.args ORDER BY n.place) AS args
        FROM unnest(p_schedules, p_jobs) WITH ORDINALITY AS n(schedule, job, place)
             JOIN rowrunner.schedule s ON s.id = n.schedule
        WHERE s.kind IS NOT NULL GROUP BY s.kind ORDER BY s.kind
    LOOP
        holders := rowrunner.insert_jobs(same_kind.kind, same_kind.jobs, same_kind.args, NULL, NULL, NULL, NULL, NULL, NULL,
                                         same_kind.schedules, p_now);
        IF holders <> same_kind.jobs THEN
            UPDATE rowrunner.schedule_run r
            SET decision = 'overlapped', job_id = h.holder,
                note = concat_ws(' ', r.note, 'Another job holds the unique key.')
            FROM unnest(same_kind.schedules, same_kind.jobs, holders) AS h(schedule, job, holder)
            WHERE h.job <> h.holder AND r.schedule_id = h.schedule AND r.due_at >= p_since AND r.job_id = h.job;
        END IF;
    END LOOP;
    PERFORM rowrunner.insert_from_jobrunr(n.job, rowrunner.job_of_foreign(s, n.job, p_now), rowrunner.state('ENQUEUED', p_now), p_now)
    FROM unnest(p_schedules, p_jobs) AS n(schedule, job) JOIN rowrunner.schedule s ON s.id = n.schedule
    WHERE s.kind IS NULL;
    PERFORM rowrunner.wake(queue, kind, tenant, min(claim_key))
    FROM rowrunner.job WHERE id = ANY (p_jobs) AND state = 'ENQUEUED' GROUP BY queue, kind, tenant;
END
$$;

CREATE OR REPLACE FUNCTION rowrunner.job_of_foreign(s rowrunner.schedule, p_job uuid, p_now timestamptz) RETURNS jsonb
    LANGUAGE sql STABLE AS
$$
SELECT s.foreign_job - '{id,version,scheduleExpression,zoneId,createdBy,createdAt}'::text[] || jsonb_build_object(
        'id', p_job, 'version', 1, 'recurringJobId', s.id, 'jobHistory', jsonb_build_array(rowrunner.state('ENQUEUED', p_now)),
        'metadata', '{"@class": "java.util.concurrent.ConcurrentHashMap"}'::jsonb)
$$;

-- ------------------------------------------------------------------------------------------------------------ by hand

CREATE OR REPLACE FUNCTION rowrunner.known_schedule(p_id text) RETURNS rowrunner.schedule
    LANGUAGE plpgsql AS
$$
DECLARE
    known rowrunner.schedule;
BEGIN
    SELECT * INTO known FROM rowrunner.schedule WHERE id = p_id AND removed_at IS NULL FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'Schedule ''%'' does not exist', p_id
            USING ERRCODE = 'invalid_parameter_value', HINT = 'SELECT id FROM schedules lists them';
    END IF;
    RETURN known;
END
$$;

-- Runs a schedule now, paused or not and whatever else of it runs, and leaves a row in its runs. Answers the job; where
-- another job holds the unique key, that one.
CREATE OR REPLACE FUNCTION rowrunner.trigger_schedule(
    schedule_id text, job_id uuid DEFAULT gen_random_uuid(), at timestamptz DEFAULT clock_timestamp()) RETURNS uuid
    LANGUAGE plpgsql AS
$$
#variable_conflict use_column
DECLARE
    known  rowrunner.schedule := rowrunner.known_schedule(trigger_schedule.schedule_id);
    moment timestamptz := trigger_schedule.at;
    made   uuid;
BEGIN
    -- Beside the whole milliseconds, where times that are due lie.
    WHILE extract(microseconds FROM moment)::bigint % 1000 = 0
          OR EXISTS (SELECT FROM rowrunner.schedule_run r WHERE r.schedule_id = known.id AND r.due_at = moment)
    LOOP
        moment := moment + interval '1 microsecond';
    END LOOP;
    INSERT INTO rowrunner.schedule_run AS r (schedule_id, due_at, decided_at, decision, job_id, note)
    VALUES (known.id, moment, trigger_schedule.at, 'triggered', trigger_schedule.job_id,
            'Triggered by ' || rowrunner.actor() || '.');
    PERFORM rowrunner.make_scheduled_jobs(ARRAY [known.id], ARRAY [trigger_schedule.job_id], moment, trigger_schedule.at);
    SELECT r.job_id INTO made FROM rowrunner.schedule_run r WHERE r.schedule_id = known.id AND r.due_at = moment;
    PERFORM rowrunner.note('schedule.trigger', known.id, NULL, jsonb_build_object('job', made));
    RETURN made;
END
$$;

COMMENT ON FUNCTION rowrunner.trigger_schedule IS 'runs a schedule now, paused or not; answers the job''s id';

-- -------------------------------------------------------------------------------------------- what JobRunr's API stores

-- A job that JobRunr enqueues for a recurring job is one that somebody triggered. Answers false where it is of no schedule.
CREATE OR REPLACE FUNCTION rowrunner.trigger_from_jobrunr(p_job jsonb) RETURNS boolean
    LANGUAGE plpgsql AS
$$
BEGIN
    IF NOT EXISTS (SELECT FROM rowrunner.schedule WHERE id = p_job ->> 'recurringJobId' AND removed_at IS NULL) THEN
        RETURN false;
    END IF;
    PERFORM rowrunner.trigger_schedule(p_job ->> 'recurringJobId', (p_job ->> 'id')::uuid,
                                       (p_job -> 'jobHistory' -> 0 ->> 'createdAt')::timestamptz);
    RETURN true;
END
$$;

CREATE OR REPLACE FUNCTION rowrunner.iso_duration(p_every interval) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT AS
$$
SELECT coalesce('PT' || nullif(concat(div(s, 3600)::int || nullif('H', CASE div(s, 3600) WHEN 0 THEN 'H' END),
                                      div(mod(s, 3600), 60)::int || nullif('M', CASE div(mod(s, 3600), 60) WHEN 0 THEN 'M' END),
                                      trim_scale(mod(s, 60)) || nullif('S', CASE mod(s, 60) WHEN 0 THEN 'S' END)), ''), 'PT0S')
FROM (SELECT extract(epoch FROM p_every) AS s) AS seconds
$$;

-- JobRunr counts intervals from the time of making, which is therefore one of the grid's.
CREATE OR REPLACE FUNCTION rowrunner.grid_start(s rowrunner.schedule) RETURNS timestamptz
    LANGUAGE sql STABLE AS
$$ SELECT CASE WHEN s.every IS NULL THEN s.changed_at ELSE date_bin(s.every, s.changed_at, timestamptz 'epoch') END $$;

-- The schedule as JobRunr reads it.
CREATE OR REPLACE FUNCTION rowrunner.recurring_json(s rowrunner.schedule) RETURNS jsonb
    LANGUAGE sql STABLE AS
$$
SELECT coalesce(s.foreign_job, jsonb_build_object(
        'version', 0, 'createdBy', 'API', 'jobName', s.kind,
        'jobSignature', 'dev.rowrunner.runner.jobrunr.RunStoredJob.run(dev.rowrunner.runner.jobrunr.StoredJob)',
        'jobDetails', jsonb_build_object(
                'className', 'dev.rowrunner.runner.jobrunr.RunStoredJob', 'methodName', 'run', 'cacheable', true,
                'jobParameters', jsonb_build_array(jsonb_build_object(
                        'className', 'dev.rowrunner.runner.jobrunr.StoredJob',
                        'actualClassName', 'dev.rowrunner.runner.jobrunr.StoredJob',
                        'object', jsonb_build_object('kind', s.kind, 'args', rowrunner.shown_args(s.kind, s.args)::text))))))
    || jsonb_build_object(
        'id', s.id, 'zoneId', s.zone, 'scheduleExpression', coalesce(s.cron, rowrunner.iso_duration(s.every)),
        'createdAt', rowrunner.iso(rowrunner.grid_start(s)))
    || CASE WHEN s.error IS NOT NULL THEN '{"labels": ["can''t run, see schedules.error"]}'::jsonb
            WHEN NOT s.enabled THEN '{"labels": ["paused"]}'
            WHEN s.foreign_job IS NULL THEN '{"labels": []}' ELSE '{}' END
$$;

-- Only what differs from what is stored counts as changed: JobRunr writes all of a definition, whoever made it.
CREATE OR REPLACE FUNCTION rowrunner.write_jobrunr_recurring_job() RETURNS trigger
    LANGUAGE plpgsql AS
$$
DECLARE
    job     jsonb;
    details jsonb;
    ours    boolean;
    timing  text;
BEGIN
    IF tg_op = 'DELETE' THEN
        RETURN CASE WHEN rowrunner.remove_schedule(old.id) THEN old END;
    END IF;
    job := new.jobAsJson::jsonb;
    details := job -> 'jobDetails' -> 'jobParameters' -> 0 -> 'object';
    ours := job -> 'jobDetails' ->> 'className' = 'dev.rowrunner.runner.jobrunr.RunStoredJob';
    IF ours THEN
        PERFORM rowrunner.known_kind(details ->> 'kind');
    END IF;
    -- Without the margin of a schedule that waits for green energy, which is not kept here.
    timing := regexp_replace(job ->> 'scheduleExpression', '\s*\[.*\]\s*$', '');
    INSERT INTO rowrunner.schedule AS s (id, kind, args, cron, every, zone, foreign_job)
    VALUES (new.id, CASE WHEN ours THEN details ->> 'kind' END, CASE WHEN ours THEN (details ->> 'args')::jsonb ELSE '{}' END,
            CASE WHEN timing NOT LIKE 'P%' THEN timing END, CASE WHEN timing LIKE 'P%' THEN timing::interval END,
            job ->> 'zoneId', CASE WHEN NOT ours THEN job END)
    ON CONFLICT (id) DO UPDATE
        -- Whoever writes back what he was shown means the secrets that he was not.
        SET args = CASE WHEN excluded.args = rowrunner.shown_args(s.kind, s.args) THEN s.args ELSE excluded.args END,
            kind = excluded.kind, cron = excluded.cron, every = excluded.every, zone = excluded.zone, foreign_job = excluded.foreign_job, removed_at = NULL, removed_by = NULL;
    RETURN new;
END
$$;

-- ---------------------------------------------------------------------------------------------------------- declarations

CREATE OR REPLACE FUNCTION rowrunner.is_declaring() RETURNS boolean
    LANGUAGE sql STABLE AS
$$ SELECT coalesce(current_setting('rowrunner.declaring', true), '') = 'on' $$;

-- Whether a declaration leaves these fields alone.
CREATE OR REPLACE FUNCTION rowrunner.is_kept(s rowrunner.schedule, VARIADIC p_fields text[]) RETURNS boolean
    LANGUAGE sql IMMUTABLE AS
$$ SELECT s.declared IS NULL OR s.edited && p_fields $$;

-- Takes what an operator no longer wants out of use. What code declares stays as a tombstone. Answers false where there is
-- no such schedule.
CREATE OR REPLACE FUNCTION rowrunner.remove_schedule(schedule_id text) RETURNS boolean
    LANGUAGE plpgsql AS
$$
DECLARE
    known rowrunner.schedule;
BEGIN
    SELECT * INTO known FROM rowrunner.schedule WHERE id = schedule_id AND removed_at IS NULL FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    DELETE FROM rowrunner.schedule WHERE id = schedule_id AND declared IS NULL;
    UPDATE rowrunner.schedule SET removed_at = clock_timestamp(), removed_by = 'operator' WHERE id = schedule_id;
    RETURN true;
END
$$;

-- Makes a schedule what code last declared, whatever operators did to it.
CREATE OR REPLACE FUNCTION rowrunner.reset_schedule(schedule_id text) RETURNS void
    LANGUAGE plpgsql SET rowrunner.declaring = 'on' AS
$$
BEGIN
    IF NOT EXISTS (SELECT FROM rowrunner.schedule WHERE id = schedule_id AND declared IS NOT NULL) THEN
        RAISE EXCEPTION 'Schedule ''%'' is not declared by code, so there is nothing to reset it to', schedule_id
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    UPDATE rowrunner.schedule
    SET edited = '{}', removed_at = NULL, removed_by = NULL, kind = declared ->> 'kind', args = declared -> 'args',
        cron = declared ->> 'cron', every = (declared ->> 'every')::interval, zone = declared ->> 'zone',
        enabled = (declared ->> 'enabled')::boolean, misfire = declared ->> 'misfire',
        misfire_cap = (declared ->> 'misfire_cap')::int, grace = (declared ->> 'grace')::interval,
        overlap = declared ->> 'overlap', foreign_job = NULL
    WHERE id = schedule_id;
END
$$;

-- ------------------------------------------------------------------------------------------------------------- triggers

-- Keeps the books of a change: who made it, what an operator changed, and that a new timing begins with it.
CREATE OR REPLACE FUNCTION rowrunner.change_schedule() RETURNS trigger
    LANGUAGE plpgsql AS
$$
DECLARE
    changes text[];
    retimed boolean := (new.cron, new.every, new.zone, new.removed_at) IS DISTINCT FROM (old.cron, old.every, old.zone, old.removed_at);
BEGIN
    IF new.removed_at IS NULL THEN
        new.removed_by := NULL;
    ELSE
        new.removed_by := coalesce(new.removed_by, 'operator');
    END IF;
    changes := ARRAY(SELECT n.key FROM jsonb_each(to_jsonb(new)) AS n JOIN jsonb_each(to_jsonb(old)) AS o USING (key)
                     WHERE n.value <> o.value AND n.key IN ('kind', 'args', 'cron', 'every', 'zone', 'enabled', 'misfire',
                                                            'misfire_cap', 'grace', 'overlap'));
    IF new.declared IS NOT NULL AND NOT rowrunner.is_declaring() THEN
        new.edited := ARRAY(SELECT DISTINCT field FROM unnest(new.edited || changes) AS field ORDER BY field);
    END IF;
    IF new.kind <> old.kind AND new.args = old.args AND NOT rowrunner.is_declaring() AND EXISTS (
        SELECT FROM rowrunner.kind WHERE name = old.kind AND old.args ?| secret_args)
    THEN
        RAISE EXCEPTION 'args must be given with another kind: those of kind ''%'' hold secrets, which the new one might show', old.kind
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF new.zone <> old.zone THEN
        PERFORM rowrunner.check_zone(new.zone);
    END IF;
    IF retimed THEN
        IF old.next_due <= clock_timestamp() AND old.removed_at IS NULL THEN
            INSERT INTO rowrunner.schedule_run (schedule_id, due_at, decided_at, decision, note)
            VALUES (old.id, old.next_due, clock_timestamp(), 'misfired',
                    'The timing was changed before this time was decided, and with it those after it.')
            ON CONFLICT DO NOTHING;
        END IF;
        new.high_water := NULL;
        new.next_due := NULL;
    END IF;
    new.error := NULL;
    new.changed_at := clock_timestamp();
    RETURN new;
END
$$;
CREATE OR REPLACE TRIGGER change_schedule
    BEFORE UPDATE OF kind, args, cron, every, zone, enabled, misfire, misfire_cap, grace, overlap, removed_at, foreign_job
    ON rowrunner.schedule FOR EACH ROW EXECUTE FUNCTION rowrunner.change_schedule();

CREATE OR REPLACE FUNCTION rowrunner.check_zone(p_zone text) RETURNS void
    LANGUAGE plpgsql STABLE AS
$$
BEGIN
    PERFORM now() AT TIME ZONE p_zone;
EXCEPTION
    WHEN invalid_parameter_value THEN
        RAISE EXCEPTION 'zone must be a time zone such as Europe/Istanbul, was ''%''', p_zone USING ERRCODE = 'invalid_parameter_value';
END
$$;

CREATE OR REPLACE FUNCTION rowrunner.make_schedule() RETURNS trigger
    LANGUAGE plpgsql AS
$$
BEGIN
    PERFORM rowrunner.check_zone(new.zone);
    IF NOT rowrunner.is_declaring() AND EXISTS (SELECT FROM rowrunner.schedule WHERE id = new.id AND removed_by = 'code') THEN
        -- Nobody declares it any more, so its id is free.
        DELETE FROM rowrunner.schedule WHERE id = new.id;
    END IF;
    RETURN new;
END
$$;
CREATE OR REPLACE TRIGGER make_schedule BEFORE INSERT ON rowrunner.schedule
    FOR EACH ROW EXECUTE FUNCTION rowrunner.make_schedule();

-- A declared schedule would come back with the next start, were it simply deleted.
CREATE OR REPLACE FUNCTION rowrunner.keep_tombstone() RETURNS trigger
    LANGUAGE plpgsql AS
$$
BEGIN
    IF old.declared IS NULL OR old.removed_by = 'code' THEN
        RETURN old;
    END IF;
    UPDATE rowrunner.schedule SET removed_at = clock_timestamp(), removed_by = 'operator' WHERE id = old.id AND removed_at IS NULL;
    RAISE NOTICE 'Schedule ''%'' is declared by code: it is kept as removed, lest the next start bring it back', old.id;
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER keep_tombstone BEFORE DELETE ON rowrunner.schedule
    FOR EACH ROW EXECUTE FUNCTION rowrunner.keep_tombstone();
