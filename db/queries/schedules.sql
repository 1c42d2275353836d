-- Which schedules can't run or are paused, which differ from what code declares, and when is each due next?
SELECT id, kind, coalesce(cron, 'every ' || every) AS timing, zone, error,
       CASE WHEN enabled THEN 'on' ELSE 'paused' END AS state, next_due, last_due, last_decision, edited
FROM schedules
ORDER BY error IS NULL, enabled, next_due;

SELECT id, removed_by, removed_at FROM rowrunner.schedule WHERE removed_at IS NOT NULL ORDER BY removed_at DESC;
