-- Writes the new marks of counters that are about to be committed. KEYS: the marks. ARGV: as they were when the counters
-- were read, the id of the server's process, of the set of counters, and its number of rebirths; the shard; the number of
-- the flush; then each mark's text. Answers 0, and writes nothing, if the server was restarted or replaced, or counters
-- were lost or born again since; or if a later flush was here: then this one has lost its connection to PostgreSQL, and
-- with it the shard, without noticing yet. A mark keeps the time to live of its counter.
local flushed = 'flush-' .. ARGV[4]
local set = redis.call('HMGET', 'usage-set', 'id', 'reborn', flushed)
if set[1] ~= ARGV[2] or (set[2] or '0') ~= ARGV[3] or tonumber(set[3] or '0') >= tonumber(ARGV[5])
    or not string.find(redis.call('INFO', 'server'), 'run_id:' .. ARGV[1], 1, true) then
  return 0
end
for i, mark in ipairs(KEYS) do
  redis.call('SET', mark, ARGV[5 + i], 'KEEPTTL')
end
redis.call('HSET', 'usage-set', flushed, ARGV[5])
return 1
