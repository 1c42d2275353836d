-- Which kinds fail, with which errors, most of all?
SELECT kind, left(last_error, 120) AS error, state, count(*) AS jobs, max(updated_at) AS latest
FROM jobs
WHERE state IN ('failed', 'scheduled') AND last_error IS NOT NULL
GROUP BY 1, 2, 3
ORDER BY jobs DESC
LIMIT 50;
