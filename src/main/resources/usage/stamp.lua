-- Writes the new marks of counters that are about to be committed. ARGV: as they were when the counters were read, the id
-- of the server's process, of the set of counters, and its number of rebirths; the shard; the number of the flush; the
-- shard's number of expiries as it was when the dirty counters were listed; then, for MSET, each mark's key and text.
-- Answers 0, and writes nothing, if the server was restarted or replaced, or counters were lost or born again since; or if
-- a later flush was here: then this one has lost its connection to PostgreSQL, and with it the shard, without noticing yet.
-- A mark keeps the time to live of its counter: what is dirty has none, unless another flush has let go of it meanwhile.
local flushed, expiries = 'flush-' .. ARGV[4], 'expiries-' .. ARGV[4]
local set = redis.call('HMGET', 'usage-set', 'id', 'reborn', flushed, expiries)
if set[1] ~= ARGV[2] or (set[2] or '0') ~= ARGV[3] or tonumber(set[3] or '0') >= tonumber(ARGV[5])
    or not string.find(redis.call('INFO', 'server'), 'run_id:' .. ARGV[1], 1, true) then
  return 0
end
if (set[4] or '0') == ARGV[6] then
  redis.call('MSET', unpack(ARGV, 7))
else
  for i = 7, #ARGV, 2 do
    redis.call('SET', ARGV[i], ARGV[i + 1], 'KEEPTTL')
  end
end
redis.call('HSET', 'usage-set', flushed, ARGV[5])
return 1
