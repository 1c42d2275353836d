-- JobRunr's own tables of jobs, recurring jobs and counts, as they would read if it wrote them: its queries and everybody else's work on
-- these, reading and writing.

DROP VIEW IF EXISTS jobrunr.jobrunr_jobs;
CREATE VIEW jobrunr.jobrunr_jobs AS
SELECT j.id,
       j.version,
       rowrunner.job_json(j)::text                                            AS jobAsJson,
       coalesce((SELECT b.foreign_job ->> 'jobSignature' FROM rowrunner.job_body b WHERE b.id = j.id),
                'dev.rowrunner.runner.jobrunr.RunStoredJob.run(dev.rowrunner.runner.jobrunr.StoredJob)') AS jobSignature,
       j.state,
       (j.created_at AT TIME ZONE 'UTC')                                      AS createdAt,
       (j.updated_at AT TIME ZONE 'UTC')                                      AS updatedAt,
       (j.run_at AT TIME ZONE 'UTC')                                          AS scheduledAt,
       j.recurring_id                                                         AS recurringJobId,
       j.queue,
       j.priority,
       j.kind,
       j.tenant,
       j.unique_key,
       j.attempt,
       j.run_at,
       j.updated_at,
       lower(j.state)                                                         AS state_name
FROM rowrunner.job j;

CREATE TRIGGER write_jobrunr_job INSTEAD OF INSERT OR UPDATE OR DELETE ON jobrunr.jobrunr_jobs
    FOR EACH ROW EXECUTE FUNCTION rowrunner.write_jobrunr_job();

-- JobRunr inserts into this one by position: the order of its columns matters.
CREATE OR REPLACE VIEW jobrunr.jobrunr_recurring_jobs AS
SELECT s.id,
       1                                                                AS version,
       rowrunner.recurring_json(s)::text                                AS jobAsJson,
       floor(extract(epoch FROM rowrunner.grid_start(s)) * 1000)::bigint AS createdAt
FROM rowrunner.schedule s
WHERE s.removed_at IS NULL;

CREATE OR REPLACE TRIGGER write_jobrunr_recurring_job INSTEAD OF INSERT OR UPDATE OR DELETE ON jobrunr.jobrunr_recurring_jobs
    FOR EACH ROW EXECUTE FUNCTION rowrunner.write_jobrunr_recurring_job();

CREATE OR REPLACE VIEW jobrunr.jobrunr_jobs_stats AS
WITH counted AS MATERIALIZED (SELECT state, sum(count) AS count FROM rowrunner.job_count GROUP BY state)
SELECT coalesce((SELECT sum(count) FROM counted), 0)                       AS total,
       coalesce((SELECT count FROM counted WHERE state = 'AWAITING'), 0)   AS awaiting,
       coalesce((SELECT count FROM counted WHERE state = 'SCHEDULED'), 0)  AS scheduled,
       coalesce((SELECT count FROM counted WHERE state = 'ENQUEUED'), 0)   AS enqueued,
       coalesce((SELECT count FROM counted WHERE state = 'PROCESSING'), 0) AS processing,
       coalesce((SELECT count FROM counted WHERE state = 'PROCESSED'), 0)  AS processed,
       coalesce((SELECT count FROM counted WHERE state = 'FAILED'), 0)     AS failed,
       coalesce((SELECT count FROM counted WHERE state = 'SUCCEEDED'), 0)  AS succeeded,
       coalesce((SELECT value::numeric FROM jobrunr.jobrunr_metadata
                 WHERE id = 'succeeded-jobs-counter-cluster'), 0)          AS allTimeSucceeded,
       coalesce((SELECT count FROM counted WHERE state = 'DELETED'), 0)    AS deleted,
       (SELECT count(*) FROM jobrunr.jobrunr_backgroundjobservers)         AS nbrOfBackgroundJobServers,
       (SELECT count(*) FROM rowrunner.schedule WHERE removed_at IS NULL)  AS nbrOfRecurringJobs;
