-- Compares keys with the records at the cut of a run, and settles those that agree or are still as they were written
-- down as findings (docs/consistency.md#an-audit-run, Compare and settle).
--
-- KEYS  1 meta, 2 index, 3.. the hash of each key
-- ARGV  1 installation, 2 run, 3 where damaged hashes go; then for each key: member, net, gross in and entries by the
--       records at the cut, and what may be settled: 'look' (nothing), '' (what agrees), or what was written down, which
--       is 'missing', 'unreadable' or 'net,in,entries' (what agrees, and what is still so)
-- Answers `over`, or for each key `already`, `done NRS`, `deviates NRS` or `later`.

local KEY_ARGS, FIRST = 5, 3
local meta, index, installation, run, quarantine = KEYS[1], KEYS[2], ARGV[1], ARGV[2], ARGV[3]
local m = redis.call('HMGET', meta, 'mark', 'installation', 'run')
if m[1] ~= 'ready' or m[2] ~= installation or m[3] ~= run then return { 'over' } end

-- What the other version holds came after the cut.
local function at_cut(it)
  if it.damaged then return 'unreadable' end
  local sums = {}
  for sum = 1, 3 do
    local after = it.pending == run and it.sums[change_at(3 - it.active, sum)] or 0
    sums[sum] = text(shown(it, sum) - after)
  end
  return table.concat(sums, ',')
end

local function is_settled(it, rrs)
  for sum = 1, 3 do
    if it.sums[base_at(it.active, sum)] ~= rrs[sum] or it.sums[change_at(it.active, sum)] ~= 0 then return false end
  end
  return true
end

-- The other version, with the right base, becomes the active one. Never in place: that would lose what arrived meanwhile.
local function settle(it, rrs)
  local before, other = it.active, 3 - it.active
  for sum = 1, 3 do
    if it.pending ~= run then it.sums[change_at(other, sum)] = 0 end
    it.sums[base_at(other, sum)] = rrs[sum]
    it.sums[base_at(before, sum)], it.sums[change_at(before, sum)] = 0, 0
  end
  it.active, it.rev, it.settled, it.pending, it.damaged = other, it.rev + 1, run, '', nil
end

-- Most keys are whole and agree: of those no table is made, and only what changes is written. The answer; nil: look closely.
local function settle_quickly(key, member, net, gross_in, entries)
  local v = redis.pcall('HMGET', key, unpack(FIELDS))
  local active = v[1] == '1' and 1 or v[1] == '2' and 2
  local rev, settled = parse(v[2]), v[3]
  if not active or not rev or rev < 0 or not settled or settled == run or string.byte(settled) == 33 then return nil end
  local at, other = HEAD + (active - 1) * PER_VERSION, HEAD + (2 - active) * PER_VERSION
  local b1, c1, b2, c2, b3, c3 = parse(v[at + 1]), parse(v[at + 2]), parse(v[at + 3]), parse(v[at + 4]), parse(v[at + 5]), parse(v[at + 6])
  local o1, o2, o3 = parse(v[other + 2]), parse(v[other + 4]), parse(v[other + 6])
  local are_whole = b1 and c1 and b2 and c2 and b3 and c3 and o1 and o2 and o3
    and parse(v[other + 1]) and parse(v[other + 3]) and parse(v[other + 5])
  if not are_whole then return nil end
  local is_open = v[4] == run
  local n1, n2, n3 = b1 + c1, b2 + c2, b3 + c3
  if is_open then n1, n2, n3 = n1 - o1, n2 - o2, n3 - o3 end
  if n1 ~= tonumber(net) or n2 ~= tonumber(gross_in) or n3 ~= tonumber(entries) then return nil end
  if b1 ~= n1 or b2 ~= n2 or b3 ~= n3 or c1 ~= 0 or c2 ~= 0 or c3 ~= 0 then
    local ours, theirs, changes = BASES[active], BASES[3 - active], CHANGES[active]
    redis.call('HSET', key, 'active_version', WORD[3 - active], 'rev', text(rev + 1), 'settled', run, 'pending', '',
      theirs[1], net, theirs[2], gross_in, theirs[3], entries, ours[1], '0', ours[2], '0', ours[3], '0',
      changes[1], '0', changes[2], '0', changes[3], '0')
    if not is_open and (o1 ~= 0 or o2 ~= 0 or o3 ~= 0) then
      local stale = CHANGES[3 - active]
      redis.call('HSET', key, stale[1], '0', stale[2], '0', stale[3], '0')
    end
    redis.call('ZADD', index, 0, member)
  end
  return 'done ' .. net .. ',' .. gross_in .. ',' .. entries
end

local moved = false

-- Any key, as `realtime/transitions` says.
local function settle_closely(key, member, may, rrs)
  local state, it = read(key)
  if state == 'broken' then
    -- What came after the cut cannot be told from what came before: a run that is cut from now on settles it.
    set_apart(key, quarantine, run, member)
    it = begin_anew(run)
    write(key, it)
    redis.call('ZADD', index, 0, member)
    moved = true
  end
  if it and it.settled == run then return 'already' end
  if it and it.damaged == run then return 'later' end
  local nrs = it and at_cut(it) or 'missing'
  local agrees = nrs == table.concat({ text(rrs[1]), text(rrs[2]), text(rrs[3]) }, ',')
  if may == 'look' or (not agrees and may ~= nrs) then return 'deviates ' .. nrs end
  if not (agrees and is_settled(it, rrs)) then
    local before = it and not it.damaged and shown(it, 1)
    it = it or fresh()
    settle(it, rrs)
    write(key, it)
    redis.call('ZADD', index, 0, member)
    moved = moved or before ~= shown(it, 1)
  end
  return 'done ' .. nrs
end

local answers = {}
for i = 1, #KEYS - 2 do
  local at, key = FIRST + (i - 1) * KEY_ARGS, KEYS[i + 2]
  local member, net, gross_in, entries, may = ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4], ARGV[at + 5]
  answers[i] = may ~= 'look' and settle_quickly(key, member, net, gross_in, entries)
    or settle_closely(key, member, may, { tonumber(net), tonumber(gross_in), tonumber(entries) })
end

-- Whoever follows revs must read again.
if moved then redis.call('HINCRBY', meta, 'settlings', 1) end
return answers
