-- Begins to make the live stock anew: from now on nothing is added (docs/consistency.md#a-rebuild). KEYS 1 meta, 2
-- index; ARGV 1 installation, 2 run; mark, rebuild, written and run as they were seen, '' where there was none
local meta, installation, run = KEYS[1], ARGV[1], ARGV[2]
local m = redis.call('HMGET', meta, 'mark', 'rebuild', 'written', 'run', 'installation')
if m[5] and m[5] ~= installation then return { 'foreign' } end
for i = 1, 4 do
  if (m[i] or '') ~= ARGV[2 + i] then return { 'moved' } end
end
redis.call('HSET', meta, 'mark', 'rebuilding', 'installation', installation, 'rebuild', run, 'written', '0')
-- What somebody edited by hand so that nothing can be added to it.
if redis.call('TYPE', KEYS[2]).ok ~= 'zset' then redis.call('DEL', KEYS[2]) end
if not parse(redis.call('HGET', meta, 'settlings')) then redis.call('HSET', meta, 'settlings', '0') end
return { 'begun' }
