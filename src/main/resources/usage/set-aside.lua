-- Sets the dirty counters of a shard aside, unless an earlier flush has left some. KEYS: the dirty index, and where it
-- goes. Answers whether any are aside.
if redis.call('EXISTS', KEYS[2]) == 0 and redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('RENAME', KEYS[1], KEYS[2])
end
return redis.call('EXISTS', KEYS[2])
