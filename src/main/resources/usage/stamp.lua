-- Writes the new marks of counters that are about to be committed. ARGV: the set's id and its number of rebirths as they
-- were when the counters were read, the shard, the number of the flush; then, for MSET, each mark's key and text.
-- Answers 0, and writes nothing, if counters were lost or born again since, or if a later flush was here: then this one
-- has lost its connection to PostgreSQL, and with it the shard, without noticing yet.
local flushed = 'flush-' .. ARGV[3]
local set = redis.call('HMGET', 'usage-set', 'id', 'reborn', flushed)
if set[1] ~= ARGV[1] or (set[2] or '0') ~= ARGV[2] or tonumber(set[3] or '0') >= tonumber(ARGV[4]) then
  return 0
end
redis.call('MSET', unpack(ARGV, 5))
redis.call('HSET', 'usage-set', flushed, ARGV[4])
return 1
