-- Compares keys with the records at the cut of a run, and settles those that agree or are still as they were written
-- down as findings (2-consistency, "An audit run", Compare and settle).
-- KEYS  1 meta, 2 index, 3.. the hash of each key
-- ARGV  1 installation, 2 run, 3 where damaged hashes go; then for each key: member, net, gross in and entries by the
--       records at the cut, and what may be settled: 'look' (nothing), '' (what agrees), or what was written down, which
--       is 'missing', 'unreadable' or 'net,in,entries' (what agrees, and what is still so)
-- Answers `over`, or for each key `already`, `done NRS`, `deviates NRS` or `later`.

local KEY_ARGS, FIRST = 5, 3
local meta, index, installation, run, attic = KEYS[1], KEYS[2], ARGV[1], ARGV[2], ARGV[3]
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

local answers, moved = {}, false
for i = 1, #KEYS - 2 do
  local at, key = FIRST + (i - 1) * KEY_ARGS, KEYS[i + 2]
  local member, may = ARGV[at + 1], ARGV[at + 5]
  local rrs = { tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3]), tonumber(ARGV[at + 4]) }
  local state, it = read(key)
  if state == 'broken' then
    -- What came after the cut cannot be told from what came before: a run that is cut from now on settles it.
    redis.call('RENAME', key, attic .. run .. ':' .. member)
    it = fresh()
    it.damaged = run
    write(key, it)
    redis.call('ZADD', index, 0, member)
    moved = true
  end
  if it and it.settled == run then
    answers[i] = 'already'
  elseif it and it.damaged == run then
    answers[i] = 'later'
  else
    local nrs = it and at_cut(it) or 'missing'
    local agrees = nrs == table.concat({ text(rrs[1]), text(rrs[2]), text(rrs[3]) }, ',')
    if may == 'look' or (not agrees and may ~= nrs) then
      answers[i] = 'deviates ' .. nrs
    else
      if not (agrees and is_settled(it, rrs)) then
        local before = it and not it.damaged and shown(it, 1)
        it = it or fresh()
        settle(it, rrs)
        write(key, it)
        redis.call('ZADD', index, 0, member)
        moved = moved or before ~= shown(it, 1)
      end
      answers[i] = 'done ' .. nrs
    end
  end
end

-- Whoever follows revs must read again.
if moved then redis.call('HINCRBY', meta, 'settlings', 1) end
return answers
