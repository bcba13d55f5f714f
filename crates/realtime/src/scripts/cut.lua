-- Names the newest run and answers where everything stood at that instant: A (docs/consistency.md#an-audit-run, Cut).
-- Asked again under the same name it answers the same A.
-- KEYS 1 meta; ARGV 1 installation, 2 run, 3 the newest run as it was seen, or ''
-- A is kept as text, a line per partition: `partition position batch`.

local meta, installation, run, seen = KEYS[1], ARGV[1], ARGV[2], ARGV[3]
local m = redis.call('HMGET', meta, 'mark', 'installation', 'run', 'cut')
if not m[1] then return { 'empty' } end
if m[2] ~= installation then return { 'foreign' } end
if m[1] ~= 'ready' then return { 'rebuilding' } end
if m[3] == run then return { 'cut', m[4] or '' } end
if (m[3] or '') ~= seen then return { 'moved', m[3] or '' } end

local stored, positions, batches, lines = redis.call('HGETALL', meta), {}, {}, {}
for i = 1, #stored, 2 do
  local partition = string.match(stored[i], '^position:(%d+)$')
  if partition then positions[partition] = stored[i + 1] end
  partition = string.match(stored[i], '^batch:(%d+)$')
  if partition then batches[partition] = stored[i + 1] end
end
for partition, position in pairs(positions) do
  lines[#lines + 1] = partition .. ' ' .. position .. ' ' .. (batches[partition] or '')
end
table.sort(lines)
local cut = table.concat(lines, '\n')
redis.call('HSET', meta, 'run', run, 'cut', cut)
return { 'cut', cut }
