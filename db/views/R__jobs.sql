-- The jobs as an operator reads them. scheduled_at is when a waiting job is due, or was last due.
CREATE OR REPLACE VIEW public.jobs AS
SELECT id::text::uuid                                                                  AS id,
       job.json ->> 'jobName'                                                          AS kind,
       (job.json #>> '{jobDetails,jobParameters,0,object,args}')::jsonb                AS args,
       lower(state)                                                                    AS state,
       createdAt AT TIME ZONE 'UTC'                                                    AS created_at,
       updatedAt AT TIME ZONE 'UTC'                                                    AS updated_at,
       scheduledAt AT TIME ZONE 'UTC'                                                  AS scheduled_at
FROM jobrunr.jobrunr_jobs
     CROSS JOIN LATERAL (SELECT jobAsJson::jsonb AS json) AS job;
