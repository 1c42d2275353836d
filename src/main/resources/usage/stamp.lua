-- Writes the new marks of counters that are about to be committed. KEYS: the marks. ARGV: the set's id and its number of
-- rebirths as they were when the counters were read, the shard, the number of the flush; then, for MSET, each mark's
-- key and text. Answers 0, and writes nothing, if counters were lost or born again since.
local set = redis.call('HMGET', 'usage-set', 'id', 'reborn')
if set[1] ~= ARGV[1] or (set[2] or '0') ~= ARGV[2] then
  return 0
end
redis.call('MSET', unpack(ARGV, 5))
redis.call('HSET', 'usage-set', 'flush-' .. ARGV[3], ARGV[4])
return 1
