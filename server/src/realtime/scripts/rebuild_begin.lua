-- Begins to make the live stock anew: from now on nothing is added (2-consistency, "A rebuild").
-- KEYS 1 meta; ARGV 1 installation, 2 run; mark, rebuild, written and run as they were seen, '' where there was none
local meta, installation, run = KEYS[1], ARGV[1], ARGV[2]
local m = redis.call('HMGET', meta, 'mark', 'rebuild', 'written', 'run', 'installation')
if m[5] and m[5] ~= installation then return { 'foreign' } end
for i = 1, 4 do
  if (m[i] or '') ~= ARGV[2 + i] then return { 'moved' } end
end
redis.call('HSET', meta, 'mark', 'rebuilding', 'installation', installation, 'rebuild', run, 'written', '0')
return { 'begun' }
