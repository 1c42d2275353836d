-- Who is alive, and who was lost lately?
SELECT name, id, coalesce(array_to_string(queues, ','), 'all') AS queues, running || ' of ' || slots AS busy, stuck,
       now() - beat_at AS silent_for, started_at, ended_at, ended_by
FROM workers
WHERE ended_at IS NULL OR ended_at > now() - interval '1 day'
ORDER BY ended_at DESC NULLS FIRST, id;
