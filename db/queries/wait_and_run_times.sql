-- How long do jobs of each kind wait and run? Of the last hour.
SELECT kind,
       count(*)                                                                                      AS jobs,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM started_at - coalesce(run_at, created_at)))   AS wait_p50_s,
       percentile_cont(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM started_at - coalesce(run_at, created_at)))  AS wait_p99_s,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM finished_at - started_at))     AS run_p50_s,
       percentile_cont(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM finished_at - started_at))    AS run_p99_s
FROM jobs
WHERE state = 'succeeded' AND finished_at > now() - interval '1 hour'
GROUP BY kind
ORDER BY jobs DESC;
