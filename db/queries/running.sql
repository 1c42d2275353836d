-- What runs now, where, and for how long?
SELECT id, kind, queue, tenant, attempt, worker, now() - started_at AS running_for
FROM jobs
WHERE state = 'processing'
ORDER BY started_at;
