-- The hash of one key: what all scripts that touch one have in common. Put before each of them (realtime/scripts.rs).
-- Sums cross as strings; within +-(2^53 - 1) a Lua number is exact, and '%.0f' writes it so.

local MAX = 9007199254740991
local SUMS = { 'base_v1', 'change_v1', 'base_in_v1', 'change_in_v1', 'base_entries_v1', 'change_entries_v1',
               'base_v2', 'change_v2', 'base_in_v2', 'change_in_v2', 'base_entries_v2', 'change_entries_v2' }
local FIELDS = { 'active_version', 'rev', 'settled', 'pending', 'damaged', unpack(SUMS) }
local HEAD = #FIELDS - #SUMS
local PER_VERSION = 6   -- base and change of net, gross in, entries

local function text(number) return string.format('%.0f', number) end
local function in_range(number) return number <= MAX and number >= -MAX end

local function fresh()
  return { active = 1, rev = 0, settled = '', pending = '', sums = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 } }
end

-- The sums as numbers; nil where one is missing, no integer, or beyond the range.
local function read_sums(values)
  local sums = {}
  for i = 1, #SUMS do
    local value = values[HEAD + i]
    if not value or not string.match(value, '^%-?%d+$') then return nil end
    local number = tonumber(value)
    if not in_range(number) then return nil end
    sums[i] = number
  end
  return sums
end

-- What is stored under a key: 'missing', 'broken', or 'whole' and the parts.
local function read(key)
  local values = redis.pcall('HMGET', key, unpack(FIELDS))
  if values.err then return 'broken' end
  if not values[1] and redis.call('EXISTS', key) == 0 then return 'missing' end
  local sums = read_sums(values)
  local active = values[1] == '1' and 1 or values[1] == '2' and 2
  local rev = values[2] and string.match(values[2], '^%d+$') and tonumber(values[2])
  if not sums or not active or not rev or not in_range(rev) then return 'broken' end
  return 'whole', { active = active, rev = rev, settled = values[3] or '', pending = values[4] or '', damaged = values[5], sums = sums }
end

-- Where base and change of a sum (1 net, 2 gross in, 3 entries) of a version are.
local function base_at(version, sum) return (version - 1) * PER_VERSION + 2 * sum - 1 end
local function change_at(version, sum) return base_at(version, sum) + 1 end
local function shown(it, sum) return it.sums[base_at(it.active, sum)] + it.sums[change_at(it.active, sum)] end

-- Writes all of it.
local function write(key, it)
  local values = { 'active_version', tostring(it.active), 'rev', text(it.rev), 'settled', it.settled, 'pending', it.pending }
  for i, name in ipairs(SUMS) do
    values[#values + 1] = name
    values[#values + 1] = text(it.sums[i])
  end
  redis.call('HSET', key, unpack(values))
  if it.damaged then redis.call('HSET', key, 'damaged', it.damaged) else redis.call('HDEL', key, 'damaged') end
end
