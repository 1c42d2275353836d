-- Counts usage. KEYS: the counters. ARGV, three for each: by, the dirty index of the counter, the key of its event id
-- or ''. Answers for each 1 (counted), 0 (its event was counted before) or the reason why it can't be counted.
-- INCRBY comes first, since it alone can fail. A Redis that takes no writes at all (full, a replica, no disk) fails the
-- first one, and with it the call.
local function isOfCounter(err)
  return string.find(err, 'WRONGTYPE') or string.find(err, 'not an integer') or string.find(err, 'overflow')
end

local outcomes = {}
for i, counter in ipairs(KEYS) do
  local by, dirty, event = ARGV[3 * i - 2], ARGV[3 * i - 1], ARGV[3 * i]
  if event ~= '' and redis.call('EXISTS', event) == 1 then
    outcomes[i] = 0
  else
    local value = redis.pcall('INCRBY', counter, by)
    if type(value) == 'table' then
      if not isOfCounter(value.err) then
        return value
      end
      outcomes[i] = value.err
    else
      local persisted = redis.call('PERSIST', counter) == 1
      if value == tonumber(by) then
        -- just born: a mark that is still there belongs to an earlier life, and a flush under way must know
        if redis.call('DEL', 'usage-mark:' .. string.sub(counter, 7)) == 1 then
          redis.call('HINCRBY', 'usage-shard:' .. string.sub(dirty, 13), 'reborn', 1)
        end
      elseif persisted then
        redis.call('PERSIST', 'usage-mark:' .. string.sub(counter, 7))
      end
      redis.call('SADD', dirty, counter)
      if event ~= '' then
        redis.call('SET', event, '1', 'EX', 3024000) -- 35 days
      end
      outcomes[i] = 1
    end
  end
end
return outcomes
