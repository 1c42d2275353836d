-- What was given up, and what would a requeue of one kind's newest day mean? Say dry_run => false to do it.
SELECT kind, queue, reason, count(*) AS dead, min(died_at) AS since, max(died_at) AS until
FROM dead_letters
GROUP BY 1, 2, 3
ORDER BY dead DESC;

SELECT rowrunner.requeue_dead_letters(kind => 'usage.aggregate-day', since => now() - interval '1 day', dry_run => true);
