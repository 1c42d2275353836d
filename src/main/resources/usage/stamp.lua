-- Writes the new marks of counters that are about to be committed. ARGV: as they were when the counters were read, the id
-- of the server's process, of the set of counters, and its number of rebirths; the shard; the number of the flush; how
-- often the shard was settled until the dirty counters were listed; then, for MSET, each mark's key and text.
-- Answers 0, and writes nothing, if the server was restarted or replaced, or counters were lost or born again since; or if
-- a later flush was here: then this one has lost its connection to PostgreSQL, and with it the shard, without noticing yet.
-- A mark may be ahead of PostgreSQL only while its counter is dirty, and has no time to live: where another flush has
-- settled some meanwhile, all are made dirty again.
local flushed, settled = 'flush-' .. ARGV[4], 'settled-' .. ARGV[4]
local set = redis.call('HMGET', 'usage-set', 'id', 'reborn', flushed, settled)
if set[1] ~= ARGV[2] or (set[2] or '0') ~= ARGV[3] or tonumber(set[3] or '0') >= tonumber(ARGV[5])
    or not string.find(redis.call('INFO', 'server'), 'run_id:' .. ARGV[1], 1, true) then
  return 0
end
if (set[4] or '0') == ARGV[6] then
  redis.call('MSET', unpack(ARGV, 7))
else
  for i = 7, #ARGV, 2 do
    local counter = 'usage:' .. string.sub(ARGV[i], 12)
    if redis.call('EXISTS', counter) == 1 then
      redis.call('SADD', 'usage-dirty:' .. ARGV[4], counter)
      redis.call('PERSIST', counter)
      redis.call('SET', ARGV[i], ARGV[i + 1])
    end
  end
end
redis.call('HSET', 'usage-set', flushed, ARGV[5])
return 1
