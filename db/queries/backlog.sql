-- What waits where, since when, and does anybody listen?
SELECT q.name AS queue, q.paused, q.workers, q.enqueued, q.scheduled, q.running, q.dead_letters,
       now() - q.oldest_ready_at AS oldest
FROM queues q
ORDER BY q.enqueued DESC, q.name;
