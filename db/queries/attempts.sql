-- How did each attempt at the newest dead letters end?
SELECT d.id, d.kind, a.number, a.worker, a.started_at, a.ended_at - a.started_at AS took, a.outcome, a.error
FROM (SELECT id, kind, died_at FROM dead_letters ORDER BY died_at DESC LIMIT 20) AS d
     CROSS JOIN LATERAL rowrunner.attempts(d.id) AS a
ORDER BY d.died_at DESC, d.id, a.number;
