-- Why does the first job of each queue not run?
SELECT q.name AS queue, q.enqueued, now() - q.oldest_ready_at AS oldest, head.id, why.code, why.sentence
FROM queues q
     CROSS JOIN LATERAL (SELECT j.id FROM rowrunner.job j
                         WHERE j.state = 'ENQUEUED' AND NOT j.parked AND j.queue = q.name
                         ORDER BY j.kind, j.tenant, j.claim_key, j.id LIMIT 1) AS head
     CROSS JOIN LATERAL rowrunner.why(head.id) AS why
ORDER BY q.oldest_ready_at;
