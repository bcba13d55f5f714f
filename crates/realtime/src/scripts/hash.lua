-- The hash of one key: what all scripts that touch one have in common. Put before each of them (realtime/scripts.rs).
-- Sums cross as text; within +-(2^53 - 1) a Lua number is exact.
--
--   active_version  1 or 2         settled  the run that settled it last, '' none, or `!RUN`: what the key held before was
--   rev             counts changes          set apart as damaged while RUN was the newest
--   pending         the run for which the other version was opened
--   base_v1 ...     net stock, gross in, entries of both versions
-- What every apply needs comes first: Redis finds a field of a small hash by walking from its start.

local MAX = 9007199254740991
local SUMS = { 'base_v1', 'change_v1', 'base_in_v1', 'change_in_v1', 'base_entries_v1', 'change_entries_v1',
               'base_v2', 'change_v2', 'base_in_v2', 'change_in_v2', 'base_entries_v2', 'change_entries_v2' }
local FIELDS = { 'active_version', 'rev', 'settled', 'pending', unpack(SUMS) }
local HEAD = #FIELDS - #SUMS
local PER_VERSION = 6   -- base and change of net, gross in, entries
local WORD = { '1', '2' }
local BASES = { { 'base_v1', 'base_in_v1', 'base_entries_v1' }, { 'base_v2', 'base_in_v2', 'base_entries_v2' } }
local CHANGES = { { 'change_v1', 'change_in_v1', 'change_entries_v1' }, { 'change_v2', 'change_in_v2', 'change_entries_v2' } }

-- '%d' is three times as fast as '%.0f', and as exact where a C long has 64 bits.
local FORMAT = string.format('%d', MAX) == '9007199254740991' and '%d' or '%.0f'
local function text(number) return string.format(FORMAT, number) end
local function in_range(number) return number <= MAX and number >= -MAX end

-- A stored sum as a number; nil where it is missing, no integer, or beyond the range.
local function parse(value)
  if value == '0' then return 0 end
  if not value or not string.find(value, '^%-?%d+$') then return nil end
  local number = tonumber(value)
  if number > MAX or number < -MAX then return nil end
  return number
end

local function fresh()
  return { active = 1, rev = 0, settled = '', pending = '', sums = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 } }
end

-- What is stored under a key: 'missing', 'broken', or 'whole' and the parts.
local function read(key)
  local values = redis.pcall('HMGET', key, unpack(FIELDS))
  if values.err then return 'broken' end
  if not values[1] and redis.call('EXISTS', key) == 0 then return 'missing' end
  local active = values[1] == '1' and 1 or values[1] == '2' and 2
  local rev, sums = parse(values[2]), {}
  if not active or not rev or rev < 0 then return 'broken' end
  for i = 1, #SUMS do
    sums[i] = parse(values[HEAD + i])
    if not sums[i] then return 'broken' end
  end
  local it = { active = active, rev = rev, settled = values[3] or '', pending = values[4] or '', sums = sums }
  if string.sub(it.settled, 1, 1) == '!' then
    it.damaged, it.settled = string.sub(it.settled, 2), ''
  end
  return 'whole', it
end

-- Where base and change of a sum (1 net, 2 gross in, 3 entries) of a version are.
local function base_at(version, sum) return (version - 1) * PER_VERSION + 2 * sum - 1 end
local function change_at(version, sum) return base_at(version, sum) + 1 end
local function shown(it, sum) return it.sums[base_at(it.active, sum)] + it.sums[change_at(it.active, sum)] end

-- Writes all of it.
local function write(key, it)
  local settled = it.damaged and '!' .. it.damaged or it.settled
  local values = { 'active_version', tostring(it.active), 'rev', text(it.rev), 'settled', settled, 'pending', it.pending }
  for i, name in ipairs(SUMS) do
    values[#values + 1] = name
    values[#values + 1] = text(it.sums[i])
  end
  redis.call('HSET', key, unpack(values))
end

-- The delta goes to the active version, and to the other one from the newest cut on. false: it would leave the range.
local function add(it, run, net, gross_in, entries)
  local delta, fits = { net, gross_in, entries }, true
  local function put(version, sum, value)
    it.sums[change_at(version, sum)] = value
    fits = fits and in_range(value)
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
