-- What waits where, since when, and does anybody listen?
SELECT q.name AS queue, q.paused, q.workers, q.enqueued, q.scheduled, q.running, q.dead_letters,
       now() - (SELECT min(j.updated_at) FROM rowrunner.job j WHERE j.state = 'ENQUEUED' AND j.queue = q.name) AS oldest
FROM queues q
ORDER BY q.enqueued DESC, q.name;
