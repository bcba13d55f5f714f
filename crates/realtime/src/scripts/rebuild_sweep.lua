-- Deletes those of some keys that this run has not written: the records lack them.
-- KEYS 3.. the hash of each key; then for each key: member
for i = 3, #KEYS do
  local settled = redis.pcall('HGET', KEYS[i], 'settled')
  if settled ~= run then
    redis.call('DEL', KEYS[i])
    redis.call('ZREM', index, ARGV[i + 1])
  end
end
return { 'done' }
