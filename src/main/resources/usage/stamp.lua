-- Writes the new marks of counters that are about to be committed. KEYS: the counters. ARGV: the set's id and its number
-- of rebirths as they were when the counters were read, the shard, the number of the flush; then two for each counter,
-- its value as read and the text of its mark. Answers 0, and writes nothing, if counters were lost or born again since,
-- or if a later flush was here: then this one has lost its connection to PostgreSQL, and with it the shard, without
-- noticing yet.
local flushed = 'flush-' .. ARGV[3]
local set = redis.call('HMGET', 'usage-set', 'id', 'reborn', flushed)
if set[1] ~= ARGV[1] or (set[2] or '0') ~= ARGV[2] or tonumber(set[3] or '0') >= tonumber(ARGV[4]) then
  return 0
end
-- a counter below what was read came back from a disk or a replica that lacked the rest
local values = redis.call('MGET', unpack(KEYS))
for i, value in ipairs(values) do
  local read = ARGV[3 + 2 * i]
  if not value or #value < #read or (#value == #read and value < read) then
    return 0
  end
end
-- only what is dirty has no time to live: another flush may have let go of some since they were listed
local dirty = redis.call('SMISMEMBER', 'usage-dirty:' .. ARGV[3], unpack(KEYS))
local marks = {}
for i, counter in ipairs(KEYS) do
  local mark = 'usage-mark:' .. string.sub(counter, 7)
  if dirty[i] == 1 then
    marks[#marks + 1] = mark
    marks[#marks + 1] = ARGV[4 + 2 * i]
  else
    redis.call('SET', mark, ARGV[4 + 2 * i], 'KEEPTTL')
  end
end
if #marks > 0 then
  redis.call('MSET', unpack(marks))
end
redis.call('HSET', 'usage-set', flushed, ARGV[4])
return 1
