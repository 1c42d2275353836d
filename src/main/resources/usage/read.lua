-- Reads counters and their marks at one moment. KEYS: the counters. ARGV: an id for the set of counters if it has none
-- yet, and the shard. Answers the set's id, the number of the shard's last flush, the values, and the marks.
redis.call('HSETNX', 'usage-set', 'id', ARGV[1])
local marks = {}
for i, counter in ipairs(KEYS) do
  marks[i] = 'usage-mark:' .. string.sub(counter, 7)
end
local set = redis.call('HMGET', 'usage-set', 'id', 'flush-' .. ARGV[2])
return { set[1], set[2] or '0', redis.call('MGET', unpack(KEYS)), redis.call('MGET', unpack(marks)) }
