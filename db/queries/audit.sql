-- Who changed what in the last day?
SELECT at, actor, action, subject, before, after
FROM audit
WHERE at > now() - interval '1 day'
ORDER BY at DESC
LIMIT 100;
