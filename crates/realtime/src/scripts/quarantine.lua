-- Quarantine: what becomes of a damaged key, that is a hash that cannot be read or would leave the range. Put before each script that meets
-- one (realtime/scripts.rs). The hash is moved away under a name of its own, so that somebody can look at it, and the key begins anew: from
-- the next delta on, marked as damaged. Until an audit or a rebuild settles it, it shows no number (`null`).

-- An empty hash in the place of one that was set apart while `run` was the newest.
local function begin_anew(run)
  local it = fresh()
  it.damaged = run
  return it
end

-- Moves a damaged hash away. `by`: the batch or run that met it.
local function set_apart(key, quarantine, by, member)
  redis.call('RENAME', key, quarantine .. by .. ':' .. member)
end

