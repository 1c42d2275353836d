-- Who holds the slots of which limit, and which concurrency keys make jobs wait?
SELECT s.scope, count(*) AS slots, count(s.job_id) AS taken, array_agg(s.job_id) FILTER (WHERE s.job_id IS NOT NULL) AS by_jobs
FROM rowrunner.limit_slot s
GROUP BY s.scope
ORDER BY s.scope;

SELECT k.key, k.running, count(j.id) AS parked
FROM rowrunner.concurrency_key k
     LEFT JOIN rowrunner.job j ON j.concurrency_key = k.key AND j.state = 'ENQUEUED' AND j.parked
GROUP BY k.key, k.running
ORDER BY parked DESC
LIMIT 50;
