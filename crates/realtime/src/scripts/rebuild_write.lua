-- Keys as the records have them, absolutely.
-- KEYS 3.. the hash of each key; then for each key: member, net, gross in, entries
for i = 3, #KEYS do
  local at, it = 3 + (i - 3) * 4, fresh()
  it.rev, it.settled = 1, run
  for sum = 1, 3 do it.sums[base_at(1, sum)] = tonumber(ARGV[at + 1 + sum]) end
  redis.call('DEL', KEYS[i])
  write(KEYS[i], it)
  redis.call('ZADD', index, 0, ARGV[at + 1])
end
return { 'done' }
