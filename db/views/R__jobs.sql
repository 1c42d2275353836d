-- What operators read of jobs, queues and workers. Jobs are indexed by the state as people write it.

DROP VIEW IF EXISTS public.jobs;
CREATE VIEW public.jobs AS
SELECT j.id,
       j.kind,
       rowrunner.shown_args(j.kind, rowrunner.args_of(j))            AS args,
       lower(j.state)                                                AS state,
       j.queue,
       nullif(j.tenant, '')                                          AS tenant,
       j.priority,
       j.attempt,
       j.created_at,
       j.run_at,
       j.started_at,
       CASE WHEN j.state IN ('SUCCEEDED', 'FAILED', 'DELETED') THEN j.updated_at END AS finished_at,
       j.updated_at,
       w.name                                                        AS worker,
       j.parked,
       j.concurrency_key,
       j.unique_key,
       h.last_error,
       coalesce(h.reason, j.cancel_reason)                           AS reason,
       j.recurring_id                                                AS schedule_id
FROM rowrunner.job j
     LEFT JOIN rowrunner.job_history h ON h.id = j.id
     LEFT JOIN rowrunner.worker w ON w.id = j.worker;

COMMENT ON VIEW public.jobs IS 'every job that is stored; attempt: how many attempts have begun, those cut off by a stopping worker not counted';

DROP VIEW IF EXISTS public.dead_letters;
CREATE VIEW public.dead_letters AS
SELECT j.id,
       j.kind,
       rowrunner.shown_args(j.kind, rowrunner.args_of(j))            AS args,
       j.queue,
       nullif(j.tenant, '')            AS tenant,
       h.reason,
       h.last_error,
       j.attempt,
       (SELECT jsonb_agg(jsonb_build_object('at', state ->> 'createdAt', 'error', state ->> 'exceptionMessage',
                                            'type', state ->> 'exceptionType', 'message', state ->> 'message') ORDER BY n)
        FROM jsonb_array_elements(h.states) WITH ORDINALITY AS x(state, n)
        WHERE state ->> 'state' = 'FAILED') AS attempts,
       j.created_at,
       j.updated_at                    AS died_at
FROM rowrunner.job j
     LEFT JOIN rowrunner.job_history h ON h.id = j.id
WHERE lower(j.state) = 'failed';

COMMENT ON VIEW public.dead_letters IS 'jobs that were given up: rowrunner.requeue and rowrunner.discard, or *_dead_letters by filter; kept until then';

DROP VIEW IF EXISTS public.queues;
CREATE VIEW public.queues AS
WITH counted AS (SELECT queue, state, sum(count) AS count FROM rowrunner.job_count GROUP BY queue, state)
SELECT q.name,
       q.priority,
       q.paused,
       q.concurrency,
       q.rate_jobs,
       q.rate_interval,
       coalesce((SELECT count FROM counted c WHERE c.queue = q.name AND c.state = 'ENQUEUED'), 0)   AS enqueued,
       coalesce((SELECT count FROM counted c WHERE c.queue = q.name AND c.state = 'SCHEDULED'), 0)  AS scheduled,
       coalesce((SELECT count FROM counted c WHERE c.queue = q.name AND c.state = 'PROCESSING'), 0) AS running,
       coalesce((SELECT count FROM counted c WHERE c.queue = q.name AND c.state = 'FAILED'), 0)     AS dead_letters,
       (SELECT count(*) FROM rowrunner.worker w
        WHERE w.ended_at IS NULL AND (w.queues IS NULL OR q.name = ANY (w.queues)))                 AS workers,
       -- Hops from lane to lane, so that its cost is not in the jobs, and nobody pays who does not ask for it.
       (WITH RECURSIVE lane AS (
            (SELECT j.kind, j.tenant, rowrunner.ready_at(j) AS ready_at FROM rowrunner.job j
             WHERE j.state = 'ENQUEUED' AND NOT j.parked AND j.queue = q.name
             ORDER BY j.kind, j.tenant, j.claim_key, j.id LIMIT 1)
            UNION ALL
            SELECT next.* FROM lane CROSS JOIN LATERAL (
                SELECT j.kind, j.tenant, rowrunner.ready_at(j) FROM rowrunner.job j
                WHERE j.state = 'ENQUEUED' AND NOT j.parked AND j.queue = q.name AND (j.kind, j.tenant) > (lane.kind, lane.tenant)
                ORDER BY j.kind, j.tenant, j.claim_key, j.id LIMIT 1) AS next)
        SELECT min(ready_at) FROM lane)                                                             AS oldest_ready_at
FROM rowrunner.queue q;

COMMENT ON VIEW public.queues IS 'change rowrunner.queue to pause, limit or prioritize a queue: workers see it at once';
COMMENT ON COLUMN public.queues.oldest_ready_at IS 'of the jobs that may be claimed next; where priorities differ within a lane, others may be older';

DROP VIEW IF EXISTS public.workers;
CREATE VIEW public.workers AS
SELECT id, name, queues, slots, running, stuck, started_at, beat_at, ended_at, ended_by, kinds
FROM rowrunner.worker;

COMMENT ON VIEW public.workers IS 'one row for each life of a worker; queues null: it listens to all';
