-- The live stock is that of the records at their cursors C, and ready under a new incarnation.
-- then for each partition: partition, position, batch or ''
local stored, old = redis.call('HGETALL', meta), { 'rebuild', 'written', 'cut' }
for i = 1, #stored, 2 do
  if string.match(stored[i], '^position:') or string.match(stored[i], '^batch:') then old[#old + 1] = stored[i] end
end
redis.call('HDEL', meta, unpack(old))
for at = 4, #ARGV, 3 do
  redis.call('HSET', meta, 'position:' .. ARGV[at], ARGV[at + 1])
  if ARGV[at + 2] ~= '' then redis.call('HSET', meta, 'batch:' .. ARGV[at], ARGV[at + 2]) end
end
redis.call('HSET', meta, 'mark', 'ready', 'run', run, 'incarnation', run)
return { 'done' }
