-- Adds one line of the journal to the live stock: all of it or nothing (docs/consistency.md#the-live-stock).
-- First it looks, then it writes: a script that fails half-way would keep what it wrote.
--
-- KEYS  1 meta, 2 index, 3.. the hash of each key
-- ARGV  1 installation, 2 partition, 3 previous batch or '', 4 batch, 5 from, 6 to, 7 feed channel, 8 note (JSON),
--       9 where damaged hashes go, 10 what each hash's name begins with: the rest of it is the member,
--       11 the deltas as one JSON array: net, gross in, entries of each key

local meta, index = KEYS[1], KEYS[2]
local installation, partition, previous, batch = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local from, to, channel, note, quarantine = tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[7], ARGV[8], ARGV[9]
local name_at, deltas = #ARGV[10] + 1, cjson.decode(ARGV[11])

local m = redis.call('HMGET', meta, 'mark', 'installation', 'incarnation', 'run', 'position:' .. partition, 'batch:' .. partition, 'settlings')
if not m[1] then return { 'empty' } end
if m[2] ~= installation then return { 'foreign', m[2] or '' } end
if m[1] ~= 'ready' then return { 'rebuilding' } end

-- Whoever edits these by hand must not make us fail half-way: a rebuild mends them.
local kind = redis.call('TYPE', index).ok
if (kind ~= 'zset' and kind ~= 'none') or (m[5] and not parse(m[5])) or (m[7] and not parse(m[7])) then
  return { 'unreadable' }
end

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

-- Look: nothing is written before every key was read and worked out. Most keys are whole: of those only what is needed is
-- read, and no table is made for them. `others` holds the three sums of the other version where a run is under way.
local count = #KEYS - 2
local NEEDED = {
  { 'active_version', 'rev', 'settled', 'pending', 'base_v1', 'change_v1', 'base_in_v1', 'change_in_v1', 'base_entries_v1', 'change_entries_v1' },
  { 'active_version', 'rev', 'settled', 'pending', 'base_v2', 'change_v2', 'base_in_v2', 'change_in_v2', 'base_entries_v2', 'change_entries_v2' },
}
local guess = 1 -- the version that the last key had
local actives, revs, nets, ins, entries, stocks, others, plans = {}, {}, {}, {}, {}, {}, {}, {}

-- The other version holds what came after the newest cut. nil: it cannot be read or would leave the range.
local function look_at_other(key, pending, net, gross_in, more)
  local c1, c2, c3 = 0, 0, 0
  if pending == run then
    local names = CHANGES[3 - guess]
    local v = redis.call('HMGET', key, names[1], names[2], names[3])
    c1, c2, c3 = parse(v[1]), parse(v[2]), parse(v[3])
    if not (c1 and c2 and c3) then return nil end
  end
  c1, c2, c3 = c1 + net, c2 + gross_in, c3 + more
  if not (in_range(c1) and in_range(c2) and in_range(c3)) then return nil end
  return { text(c1), text(c2), text(c3) }
end

-- A key that is whole. false: look closely.
local function look_quickly(i, key, net, gross_in, more)
  local v = redis.pcall('HMGET', key, unpack(NEEDED[guess]))
  if v.err then return false end
  if not v[1] then
    -- A new key: by what it is added to first it is whole.
    if redis.call('EXISTS', key) == 1 or not (in_range(net) and in_range(gross_in) and in_range(more)) then return false end
    actives[i], revs[i], nets[i], ins[i], entries[i] = 0, '1', text(net), text(gross_in), text(more)
    stocks[i] = nets[i]
    return true
  end
  if v[1] ~= WORD[guess] then
    guess = 3 - guess
    v = redis.pcall('HMGET', key, unpack(NEEDED[guess]))
    if v[1] ~= WORD[guess] then return false end
  end
  local rev, settled = parse(v[2]), v[3] or ''
  local b1, c1, b2, c2, b3, c3 = parse(v[5]), parse(v[6]), parse(v[7]), parse(v[8]), parse(v[9]), parse(v[10])
  if not (rev and rev >= 0 and b1 and c1 and b2 and c2 and b3 and c3) or string.byte(settled) == 33 then return false end
  c1, c2, c3 = c1 + net, c2 + gross_in, c3 + more
  if not (in_range(c1) and in_range(c2) and in_range(c3) and in_range(b1 + c1) and in_range(b2 + c2) and in_range(b3 + c3)) then
    return false
  end
  if settled ~= run then
    others[i] = look_at_other(key, v[4] or '', net, gross_in, more)
    if not others[i] then return false end
  end
  actives[i], revs[i], nets[i], ins[i], entries[i], stocks[i] = guess, text(rev + 1), text(c1), text(c2), text(c3), text(b1 + c1)
  return true
end

-- A key that was set apart before, or must be now.
local function look_closely(key, net, gross_in, more)
  local plan, state = {}, nil
  state, plan.it = read(key)
  if state ~= 'whole' or not add(plan.it, run, net, gross_in, more) then
    plan.set_apart = state ~= 'missing'
    plan.made, plan.it = true, begin_anew(run)
    add(plan.it, run, net, gross_in, more)
  end
  return plan
end

for i = 1, count do
  local key, net, gross_in, more = KEYS[i + 2], deltas[3 * i - 2], deltas[3 * i - 1], deltas[3 * i]
  if not look_quickly(i, key, net, gross_in, more) then plans[i] = look_closely(key, net, gross_in, more) end
end

-- Write.
local changed, damaged, anew = {}, 0, 0
for i = 1, count do
  local key, plan = KEYS[i + 2], plans[i]
  local member = string.sub(key, name_at)
  local stock, rev
  if plan then
    if plan.set_apart then
      damaged = damaged + 1
      set_apart(key, quarantine, batch, member)
    end
    write(key, plan.it)
    -- A hash that is made again, since somebody deleted it or it is set apart, begins at a lower rev than it had.
    if plan.made and redis.call('ZADD', index, 0, member) == 0 then anew = anew + 1 end
    stock, rev = plan.it.damaged and 'null' or text(shown(plan.it, 1)), text(plan.it.rev)
  else
    local names, other = CHANGES[actives[i]], others[i]
    stock, rev = stocks[i], revs[i]
    if not names then
      local net, gross_in, more, seen = nets[i], ins[i], entries[i], run ~= ''
      redis.call('HSET', key, 'active_version', '1', 'rev', '1', 'settled', '', 'pending', run,
        'base_v1', '0', 'change_v1', net, 'base_in_v1', '0', 'change_in_v1', gross_in,
        'base_entries_v1', '0', 'change_entries_v1', more,
        'base_v2', '0', 'change_v2', seen and net or '0', 'base_in_v2', '0', 'change_in_v2', seen and gross_in or '0',
        'base_entries_v2', '0', 'change_entries_v2', seen and more or '0')
      if redis.call('ZADD', index, 0, member) == 0 then anew = anew + 1 end
    elseif other then
      local to = CHANGES[3 - actives[i]]
      redis.call('HSET', key, 'rev', rev, 'pending', run, names[1], nets[i], names[2], ins[i], names[3], entries[i],
        to[1], other[1], to[2], other[2], to[3], other[3])
    else
      redis.call('HSET', key, 'rev', rev, names[1], nets[i], names[2], ins[i], names[3], entries[i])
    end
  end
  -- Members are percent-encoded, so they need no escaping in JSON.
  changed[i] = '["' .. member .. '",' .. stock .. ',' .. rev .. ']'
end
-- Whoever follows revs must read again.
if anew > 0 then redis.call('HINCRBY', meta, 'settlings', 1) end
redis.call('HSET', meta, 'position:' .. partition, ARGV[6], 'batch:' .. partition, batch)
redis.call('PUBLISH', channel, '{"partition":' .. partition .. ',"from":' .. ARGV[5] .. ',"to":' .. ARGV[6]
  .. ',"incarnation":"' .. (m[3] or '') .. '","keys":[' .. table.concat(changed, ',') .. '],"note":' .. note .. '}')
return { 'applied', tostring(damaged) }
