-- The attempts at a job as people read them; JobRunr reads the same story as rowrunner.history tells it.

-- One row for each attempt whose beginning is still told (of a long story the first and the newest are), oldest first. outcome: running,
-- succeeded, failed, worker_lost, snoozed, given_back (by a worker that stopped; costs no attempt) or discarded.
CREATE OR REPLACE FUNCTION rowrunner.attempts(job uuid)
    RETURNS TABLE (number bigint, worker text, started_at timestamptz, ended_at timestamptz, outcome text, error text,
                   message text, trace text, done bigint, total bigint, percent int, log jsonb)
    LANGUAGE sql STABLE AS
$$
WITH told AS MATERIALIZED (
    SELECT j.state, h.states, rowrunner.metadata(j, h.states) AS facts
    FROM rowrunner.job j CROSS JOIN LATERAL (SELECT rowrunner.history(j) AS states) AS h
    WHERE j.id = attempts.job),
step AS (
    SELECT t.state AS now, t.facts, s.n, s.state, lead(s.state) OVER (ORDER BY s.n) AS next,
           lead(s.state, 2) OVER (ORDER BY s.n) AS then_next
    FROM told t CROSS JOIN LATERAL jsonb_array_elements(t.states) WITH ORDINALITY AS s(state, n))
SELECT row_number() OVER (ORDER BY s.n),
       nullif(s.state ->> 'serverName', 'gone'),
       (s.state ->> 'createdAt')::timestamptz,
       (s.next ->> 'createdAt')::timestamptz,
       CASE s.next ->> 'state'
           WHEN 'SUCCEEDED' THEN 'succeeded'
           WHEN 'FAILED' THEN CASE WHEN s.next ->> 'exceptionType' = 'dev.rowrunner.runner.WorkerLost' THEN 'worker_lost' ELSE 'failed' END
           WHEN 'SCHEDULED' THEN CASE WHEN s.then_next ->> 'state' = 'ENQUEUED' AND s.next ->> 'scheduledAt' = s.next ->> 'createdAt'
                                      THEN 'given_back' ELSE 'snoozed' END
           WHEN 'ENQUEUED' THEN 'given_back'
           WHEN 'DELETED' THEN 'discarded'
           ELSE CASE WHEN s.now = 'PROCESSING' THEN 'running' ELSE lower(s.next ->> 'state') END END,
       nullif(concat_ws(': ', s.next ->> 'exceptionType', s.next ->> 'exceptionMessage'), ''),
       coalesce(s.next ->> 'message', s.next ->> 'reason'),
       nullif(s.next ->> 'stackTrace', ''),
       (bar.told ->> 'succeededAmount')::bigint,
       (bar.told ->> 'totalAmount')::bigint,
       (bar.told ->> 'progress')::int,
       coalesce((SELECT jsonb_agg(jsonb_build_object('at', line ->> 'logInstant', 'text', line ->> 'logMessage') ORDER BY i)
                 FROM jsonb_array_elements(s.facts -> ('jobRunrDashboardLog-' || s.n) -> 'logLines') WITH ORDINALITY AS l(line, i)), '[]')
FROM step s CROSS JOIN LATERAL (SELECT s.facts -> ('jobRunrDashboardProgressBar-' || s.n) AS told) AS bar
WHERE s.state ->> 'state' = 'PROCESSING'
ORDER BY s.n
$$;

COMMENT ON FUNCTION rowrunner.attempts IS 'the attempts at a job with how they ended, their progress and their log lines';
