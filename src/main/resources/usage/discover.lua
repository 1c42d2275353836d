-- Marks as dirty what was counted without saying so, as a plain INCRBY does, and stops its time to live; starts that of
-- what was not. One whose time is almost up goes now: a plain INCRBY may come later than this search and would go with
-- it, but can't come between comparing and deleting.
-- KEYS: counters that SCAN found. ARGV: the shard of each; then the time to live in ms, what is almost none of it, and 1
-- to mark every one as dirty. Answers the keys that hold no string, each followed by its type.
local timeToLive, almostUp, all = ARGV[#KEYS + 1], tonumber(ARGV[#KEYS + 2]), ARGV[#KEYS + 3] == '1'
local marks = {}
for i, counter in ipairs(KEYS) do
  marks[i] = 'usage-mark:' .. string.sub(counter, 7)
end
local values, found = redis.call('MGET', unpack(KEYS)), redis.call('MGET', unpack(marks))
local strangers = {}
for i, counter in ipairs(KEYS) do
  local value, mark, dirty = values[i], found[i], 'usage-dirty:' .. ARGV[i]
  if not value then
    local type = redis.call('TYPE', counter).ok
    if type ~= 'none' then
      strangers[#strangers + 1] = counter
      strangers[#strangers + 1] = type
    end
  elseif all or not mark or string.sub(mark, -#value - 1) ~= ' ' .. value then
    redis.call('SADD', dirty, counter)
    redis.call('PERSIST', counter)
    redis.call('PERSIST', marks[i])
  else
    local left = redis.call('PTTL', counter)
    if left < almostUp and redis.call('SISMEMBER', dirty, counter) == 0
        and redis.call('SISMEMBER', 'usage-flushing:' .. ARGV[i], counter) == 0 then
      if left == -1 then
        redis.call('PEXPIRE', counter, timeToLive)
        redis.call('PEXPIRE', marks[i], timeToLive)
      else
        redis.call('DEL', counter, marks[i])
      end
    end
  end
end
return strangers
