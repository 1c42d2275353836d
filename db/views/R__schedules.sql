-- What operators read of schedules and of what became of each time that one was due.

DROP VIEW IF EXISTS public.schedules;
CREATE VIEW public.schedules AS
SELECT s.id,
       coalesce(s.kind, 'jobrunr') AS kind,
       rowrunner.shown_args(s.kind, s.args) AS args,
       s.cron,
       s.every,
       s.zone,
       s.enabled,
       s.misfire,
       s.misfire_cap,
       s.grace,
       s.overlap,
       s.next_due,
       r.due_at                    AS last_due,
       r.decision                  AS last_decision,
       r.job_id                    AS last_job,
       r.note                      AS last_note,
       s.error,
       s.declared || jsonb_build_object('args', rowrunner.shown_args(s.declared ->> 'kind', s.declared -> 'args')) AS declared,
       s.edited,
       s.changed_at
FROM rowrunner.schedule s
     LEFT JOIN LATERAL (SELECT * FROM rowrunner.schedule_run r WHERE r.schedule_id = s.id ORDER BY r.due_at DESC LIMIT 1) r ON true
WHERE s.removed_at IS NULL;

COMMENT ON VIEW public.schedules IS 'change, add and delete rows of rowrunner.schedule: workers see it at once; edited: what declarations leave alone';

DROP VIEW IF EXISTS public.schedule_runs;
CREATE VIEW public.schedule_runs AS
SELECT r.schedule_id,
       r.due_at,
       r.decision,
       r.decided_at,
       r.job_id,
       lower(j.state) AS job_state,
       r.note
FROM rowrunner.schedule_run r
     LEFT JOIN rowrunner.job j ON j.id = r.job_id;

COMMENT ON VIEW public.schedule_runs IS 'one row for each time that a schedule was due, and each time that somebody triggered it';
