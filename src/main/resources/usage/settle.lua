-- Lets go of counters that PostgreSQL has. KEYS: the counters. ARGV: their shard; the time to live in ms, or '' to leave
-- that to the next search; the value of each that was committed ('' for a counter that was gone). One that was
-- counted on since then stays dirty and does not expire. A mark lives exactly as long as its counter.
local values = redis.call('MGET', unpack(KEYS))
local settled = {}
for i, counter in ipairs(KEYS) do
  if (values[i] or '') == ARGV[i + 2] then
    settled[#settled + 1] = counter
    if values[i] and ARGV[2] ~= '' then
      redis.call('PEXPIRE', counter, ARGV[2])
      redis.call('PEXPIRE', 'usage-mark:' .. string.sub(counter, 7), ARGV[2])
    end
  end
end
if #settled == 0 then
  return 0
end
redis.call('SREM', 'usage-dirty:' .. ARGV[1], unpack(settled))
return redis.call('HINCRBY', 'usage-set', 'settled-' .. ARGV[1], 1)
