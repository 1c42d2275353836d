-- Marks as dirty what was counted without a mark, as a plain INCRBY does. KEYS: counters that SCAN found. ARGV: the
-- dirty index of each, and at last 1 to mark every one. Answers the keys that hold no string, each followed by its type.
local all = ARGV[#KEYS + 1] == '1'
local marks = {}
for i, counter in ipairs(KEYS) do
  marks[i] = 'usage-mark:' .. string.sub(counter, 7)
end
local values = redis.call('MGET', unpack(KEYS))
marks = redis.call('MGET', unpack(marks))
local changed, strangers = {}, {}
for i, counter in ipairs(KEYS) do
  local value, mark = values[i], marks[i]
  if value then
    if all or not mark or string.sub(mark, -#value - 1) ~= ' ' .. value then
      local of = changed[ARGV[i]]
      if not of then
        of = {}
        changed[ARGV[i]] = of
      end
      of[#of + 1] = counter
    end
  else
    local type = redis.call('TYPE', counter).ok
    if type ~= 'none' then
      strangers[#strangers + 1] = counter
      strangers[#strangers + 1] = type
    end
  end
end
for dirty, counters in pairs(changed) do
  redis.call('SADD', dirty, unpack(counters))
end
return strangers
