-- Marks as dirty what was counted without saying so, as a plain INCRBY does, and stops its time to live; starts that of
-- what was not. KEYS: counters that SCAN found. ARGV: the dirty index of each; then the time to live in ms, and 1 to mark
-- every one as dirty. Answers the keys that hold no string, each followed by its type.
local timeToLive, all = ARGV[#KEYS + 1], ARGV[#KEYS + 2] == '1'
local marks = {}
for i, counter in ipairs(KEYS) do
  marks[i] = 'usage-mark:' .. string.sub(counter, 7)
end
local values, found = redis.call('MGET', unpack(KEYS)), redis.call('MGET', unpack(marks))
local strangers, expiring = {}, {}
for i, counter in ipairs(KEYS) do
  local value, mark = values[i], found[i]
  if not value then
    local type = redis.call('TYPE', counter).ok
    if type ~= 'none' then
      strangers[#strangers + 1] = counter
      strangers[#strangers + 1] = type
    end
  elseif all or not mark or string.sub(mark, -#value - 1) ~= ' ' .. value then
    redis.call('SADD', ARGV[i], counter)
    redis.call('PERSIST', counter)
    redis.call('PERSIST', marks[i])
  elseif redis.call('PTTL', counter) == -1 and redis.call('SISMEMBER', ARGV[i], counter) == 0 then
    redis.call('PEXPIRE', counter, timeToLive)
    redis.call('PEXPIRE', marks[i], timeToLive)
    expiring[ARGV[i]] = true
  end
end
for dirty in pairs(expiring) do
  redis.call('HINCRBY', 'usage-set', 'settled-' .. string.sub(dirty, 13), 1)
end
return strangers
