-- Which keys are not clean. A clean one is whole, was settled by an earlier run, nothing came to it since, and it has the sums that the
-- records say: settling it would change nothing. Compared as text: sums that are right are the same texts. Where in doubt, it is not clean.
-- Writes nothing. Asks for no run: the last call of a run does.
-- KEYS  the hash of each key
-- ARGV  1 run; then for each key: net, gross in and entries by the records at the cut
-- Answers the places of those that are not, from 1.

local run, touched = ARGV[1], {}

-- Fifteen digits are below 2^53; beyond is for the settle script.
local function is_rev(text)
  return #text > 0 and #text < 16 and not string.find(text, '%D')
end

for i = 1, #KEYS do
  -- Something of another type under a key answers an error.
  local h = redis.pcall('HMGET', KEYS[i], 'active_version', 'rev', 'settled',
    'base_v1', 'base_in_v1', 'base_entries_v1', 'base_v2', 'base_in_v2', 'base_entries_v2',
    'change_v1', 'change_in_v1', 'change_entries_v1', 'change_v2', 'change_in_v2', 'change_entries_v2')
  local at = 3 * i - 1
  local net, gross_in, entries = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  local rev, settled = h[2], h[3]
  local is_clean = rev and settled and is_rev(rev) and settled ~= run and string.byte(settled, 1) ~= 33
    and h[10] == '0' and h[11] == '0' and h[12] == '0' and h[13] == '0' and h[14] == '0' and h[15] == '0'
  if h[1] == '1' then
    is_clean = is_clean and h[4] == net and h[5] == gross_in and h[6] == entries and h[7] == '0' and h[8] == '0' and h[9] == '0'
  elseif h[1] == '2' then
    is_clean = is_clean and h[7] == net and h[8] == gross_in and h[9] == entries and h[4] == '0' and h[5] == '0' and h[6] == '0'
  else
    is_clean = false
  end
  if not is_clean then touched[#touched + 1] = i end
end
return touched
