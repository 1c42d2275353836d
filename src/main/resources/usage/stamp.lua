-- Writes the new marks of counters that are about to be committed. KEYS: the counters. ARGV: the set's id, the shard,
-- the number of the flush; then for each counter its mark as it was read ('' for none), and its new one. A mark that
-- changed since belongs to another life and is left. Answers 0 if this is no longer the set that was read, else 1.
if redis.call('HGET', 'usage-set', 'id') ~= ARGV[1] then
  return 0
end
local marks = {}
for i, counter in ipairs(KEYS) do
  marks[i] = 'usage-mark:' .. string.sub(counter, 7)
end
local found = redis.call('MGET', unpack(marks))
local pairs = {}
for i, mark in ipairs(marks) do
  if (found[i] or '') == ARGV[2 * i + 2] then
    pairs[#pairs + 1] = mark
    pairs[#pairs + 1] = ARGV[2 * i + 3]
  end
end
if #pairs > 0 then
  redis.call('MSET', unpack(pairs))
end
redis.call('HSET', 'usage-set', 'flush-' .. ARGV[2], ARGV[3])
return 1
