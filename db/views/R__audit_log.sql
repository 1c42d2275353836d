-- Who changed what, for operators. Sorts after the functions of the same name.
DROP VIEW IF EXISTS public.audit;
CREATE VIEW public.audit AS
SELECT id, at, actor, action, subject, before, after
FROM rowrunner.audit;

COMMENT ON VIEW public.audit IS 'who changed what, kept for rowrunner.retention.audit; actor: http:TOKEN, http:jwt:SUBJECT, dashboard:TOKEN, cli:USER, sql:ROLE or rowrunner itself';
