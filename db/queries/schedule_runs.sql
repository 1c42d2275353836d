-- What did not run on time in the last day, and why?
SELECT schedule_id, due_at, decision, decided_at - due_at AS late, job_id, job_state, note
FROM schedule_runs
WHERE decided_at > now() - interval '1 day' AND decision NOT IN ('ran', 'triggered')
ORDER BY due_at DESC
LIMIT 200;
