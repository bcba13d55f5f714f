-- Adds one recorded batch of one partition to the live stock: all of it or nothing (2-consistency, "The live stock").
-- First it looks, then it writes: a script that fails half-way would keep what it wrote.
--
-- KEYS  1 meta, 2 index, 3.. the hash of each key
-- ARGV  1 installation, 2 partition, 3 previous batch or '', 4 batch, 5 from, 6 to, 7 feed channel, 8 note (JSON),
--       9 where damaged hashes go; then for each key: member, net, gross in, entries
-- Sums cross as strings; within +-(2^53 - 1) a Lua number is exact, and '%.0f' writes it so.

local MAX = 9007199254740991
local KEY_ARGS, HEAD = 4, 9
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
  if position >= to then return { 'repeat' } end
  if position < from then return { 'gap', m[5] } end
  if position > from or (m[6] or '') ~= previous then return { 'parted', m[5], m[6] or '' } end
end

local FIELDS = {
  'active_version', 'rev', 'settled', 'pending',
  'base_v1', 'change_v1', 'base_in_v1', 'change_in_v1', 'base_entries_v1', 'change_entries_v1',
  'base_v2', 'change_v2', 'base_in_v2', 'change_in_v2', 'base_entries_v2', 'change_entries_v2',
  'damaged',
}
local SUMS = 4          -- fields before the first sum
local PER_VERSION = 6   -- base and change of net, gross in, entries

local function text(number) return string.format('%.0f', number) end
local function in_range(number) return number <= MAX and number >= -MAX end

-- The sums of a hash as numbers; nil where one is missing, no integer, or beyond the range.
local function read_sums(values)
  local sums = {}
  for i = 1, 2 * PER_VERSION do
    local value = values[SUMS + i]
    if not value or not string.match(value, '^%-?%d+$') then return nil end
    local number = tonumber(value)
    if not in_range(number) then return nil end
    sums[i] = number
  end
  return sums
end

-- Look: nothing is written before every key was read and worked out.
local plans = {}
for i = 1, #KEYS - 2 do
  local at = HEAD + (i - 1) * KEY_ARGS
  local delta = { tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3]), tonumber(ARGV[at + 4]) }
  local plan = { key = KEYS[i + 2], member = ARGV[at + 1] }
  local values = redis.pcall('HMGET', plan.key, unpack(FIELDS))
  local sums, active, rev, settled, pending
  if values.err then
    plan.damaged = true
  elseif not values[1] and redis.call('EXISTS', plan.key) == 0 then
    plan.fresh = true
  else
    sums = read_sums(values)
    local whole = values[2] and string.match(values[2], '^%d+$')
    active, rev = values[1] == '1' and 1 or values[1] == '2' and 2, whole and tonumber(values[2])
    settled, pending, plan.unreadable = values[3] or '', values[4] or '', values[17]
    plan.damaged = not sums or not rev or not in_range(rev) or not active
  end
  for _ = 1, 2 do -- a second time where adding would leave the range: that too is damage
    if plan.fresh or plan.damaged then
      sums, active, rev, settled, pending = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, 1, 0, '', ''
      if plan.damaged then plan.unreadable = run end
    end
    local a, o = (active - 1) * PER_VERSION, (2 - active) * PER_VERSION
    local write, fits = { 'rev', text(rev + 1) }, true
    local function put(name, version, value)
      fits = fits and in_range(value)
      write[#write + 1] = name .. version
      write[#write + 1] = text(value)
    end
    local NAMES = { 'change_v', 'change_in_v', 'change_entries_v' }
    for s = 1, 3 do
      local change = sums[a + 2 * s] + delta[s]
      fits = fits and in_range(sums[a + 2 * s - 1] + change)
      put(NAMES[s], active, change)
      if s == 1 then plan.stock = sums[a + 1] + change end
    end
    if settled ~= run then
      local open = pending == run
      for s = 1, 3 do put(NAMES[s], 3 - active, (open and sums[o + 2 * s] or 0) + delta[s]) end
      if not open then write[#write + 1] = 'pending'; write[#write + 1] = run end
    end
    plan.rev, plan.write = rev + 1, write
    if fits then break end
    plan.damaged = true
  end
  plans[i] = plan
end

-- Write.
local changed, damaged, anew = {}, 0, 0
for i, plan in ipairs(plans) do
  if plan.damaged then
    damaged = damaged + 1
    redis.call('RENAME', plan.key, attic .. batch .. ':' .. plan.member)
  end
  if plan.damaged or plan.fresh then
    redis.call('HSET', plan.key, 'active_version', '1', 'settled', '', 'pending', '',
      'base_v1', '0', 'change_v1', '0', 'base_in_v1', '0', 'change_in_v1', '0', 'base_entries_v1', '0', 'change_entries_v1', '0',
      'base_v2', '0', 'change_v2', '0', 'base_in_v2', '0', 'change_in_v2', '0', 'base_entries_v2', '0', 'change_entries_v2', '0')
    -- A hash that is made again, since somebody deleted it or it is set apart, begins at a lower rev than it had.
    if redis.call('ZADD', index, 0, plan.member) == 0 then anew = anew + 1 end
    if plan.damaged then redis.call('HSET', plan.key, 'damaged', run) end
  end
  redis.call('HSET', plan.key, unpack(plan.write))
  -- Members are percent-encoded, so they need no escaping in JSON.
  changed[i] = '["' .. plan.member .. '",' .. (plan.unreadable and 'null' or text(plan.stock)) .. ',' .. text(plan.rev) .. ']'
end
-- Whoever follows revs must read again.
if anew > 0 then redis.call('HINCRBY', meta, 'settlings', 1) end
redis.call('HSET', meta, 'position:' .. partition, ARGV[6], 'batch:' .. partition, batch)
redis.call('PUBLISH', channel, '{"partition":' .. partition .. ',"from":' .. ARGV[5] .. ',"to":' .. ARGV[6]
  .. ',"incarnation":"' .. (m[3] or '') .. '","keys":[' .. table.concat(changed, ',') .. '],"note":' .. note .. '}')
return { 'applied', tostring(damaged) }
