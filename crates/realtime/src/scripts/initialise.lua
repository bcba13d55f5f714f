-- Marks an empty Redis as ready for an installation whose records are empty too. Never touches one that is marked.
-- KEYS 1 meta, 2 index; ARGV 1 installation, 2 incarnation
local m = redis.call('HMGET', KEYS[1], 'mark', 'installation')
if m[1] then return { m[2] == ARGV[1] and 'marked' or 'foreign', m[2] or '' } end
if redis.call('EXISTS', KEYS[2]) == 1 then return { 'leftovers' } end
redis.call('HSET', KEYS[1], 'mark', 'ready', 'installation', ARGV[1], 'incarnation', ARGV[2], 'run', '', 'settlings', '0')
return { 'marked', ARGV[1] }
