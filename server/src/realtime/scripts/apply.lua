-- Adds one line of the journal to the live stock: all of it or nothing (2-consistency, "The live stock").
-- First it looks, then it writes: a script that fails half-way would keep what it wrote.
--
-- KEYS  1 meta, 2 index, 3.. the hash of each key
-- ARGV  1 installation, 2 partition, 3 previous batch or '', 4 batch, 5 from, 6 to, 7 feed channel, 8 note (JSON),
--       9 where damaged hashes go; then for each key: member, net, gross in, entries

local KEY_ARGS, FIRST = 4, 9
local meta, index = KEYS[1], KEYS[2]
local installation, partition, previous, batch = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local from, to, channel, note, attic = tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[7], ARGV[8], ARGV[9]

local m = redis.call('HMGET', meta, 'mark', 'installation', 'incarnation', 'run', 'position:' .. partition, 'batch:' .. partition)
if not m[1] then return { 'empty' } end
if m[2] ~= installation then return { 'foreign', m[2] or '' } end
if m[1] ~= 'ready' then return { 'rebuilding' } end

local run = m[4] or ''
if not m[5] then
  if previous ~= '' then return { 'gap', '0' } end
else
  local position = tonumber(m[5])
  -- A line that fits exactly comes before all else: where the cursor was set back, it ends before it begins.
  if position ~= from or (m[6] or '') ~= previous then
    if position >= to then return { 'repeat' } end
    if position < from then return { 'gap', m[5] } end
    return { 'parted', m[5], m[6] or '' }
  end
end

-- The delta goes to the active version, and to the other one from the newest cut on. false: it would leave the range.
-- `names` collects the sums that changed: most writes touch three of twelve.
local CHANGES = { 'change_v', 'change_in_v', 'change_entries_v' }
local function add(it, delta, names)
  local fits = true
  local function put(version, sum, value)
    local at = change_at(version, sum)
    it.sums[at] = value
    fits = fits and in_range(value)
    names[#names + 1] = CHANGES[sum] .. version
    names[#names + 1] = text(value)
  end
  it.rev = it.rev + 1
  for sum = 1, 3 do
    put(it.active, sum, it.sums[change_at(it.active, sum)] + delta[sum])
    fits = fits and in_range(shown(it, sum))
  end
  if it.settled ~= run then
    local other, open = 3 - it.active, it.pending == run
    for sum = 1, 3 do put(other, sum, (open and it.sums[change_at(other, sum)] or 0) + delta[sum]) end
    it.pending = run
  end
  return fits
end

-- Look: nothing is written before every key was read and worked out.
local plans = {}
for i = 1, #KEYS - 2 do
  local at = FIRST + (i - 1) * KEY_ARGS
  local delta = { tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3]), tonumber(ARGV[at + 4]) }
  local plan = { key = KEYS[i + 2], member = ARGV[at + 1], names = {} }
  local state, it = read(plan.key)
  plan.made = state == 'missing'
  if state == 'missing' then it = fresh() end
  if state == 'broken' or not add(it, delta, plan.names) then
    plan.set_apart, plan.made = true, true
    it = fresh()
    it.damaged = run
    add(it, delta, {})
  end
  plan.it = it
  plans[i] = plan
end

-- Write.
local changed, damaged, anew = {}, 0, 0
for i, plan in ipairs(plans) do
  local it = plan.it
  if plan.set_apart then
    damaged = damaged + 1
    redis.call('RENAME', plan.key, attic .. batch .. ':' .. plan.member)
  end
  if plan.made then
    write(plan.key, it)
    -- A hash that is made again, since somebody deleted it or it is set apart, begins at a lower rev than it had.
    if redis.call('ZADD', index, 0, plan.member) == 0 then anew = anew + 1 end
  else
    redis.call('HSET', plan.key, 'rev', text(it.rev), 'pending', it.pending, unpack(plan.names))
  end
  -- Members are percent-encoded, so they need no escaping in JSON.
  changed[i] = '["' .. plan.member .. '",' .. (it.damaged and 'null' or text(shown(it, 1))) .. ',' .. text(it.rev) .. ']'
end
-- Whoever follows revs must read again.
if anew > 0 then redis.call('HINCRBY', meta, 'settlings', 1) end
redis.call('HSET', meta, 'position:' .. partition, ARGV[6], 'batch:' .. partition, batch)
redis.call('PUBLISH', channel, '{"partition":' .. partition .. ',"from":' .. ARGV[5] .. ',"to":' .. ARGV[6]
  .. ',"incarnation":"' .. (m[3] or '') .. '","keys":[' .. table.concat(changed, ',') .. '],"note":' .. note .. '}')
return { 'applied', tostring(damaged) }
