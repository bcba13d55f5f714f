-- A step of a rebuild: only while it is this run's and Redis holds all that was written so far. Had it been thrown back to an
-- older file meanwhile, the count would tell. Put after hash.lua and before each step.
-- KEYS 1 meta, 2 index; ARGV 1 run, 2 how many keys were written so far, 3 how many this step writes
local meta, index, run, written, more = KEYS[1], KEYS[2], ARGV[1], ARGV[2], tonumber(ARGV[3])
local m = redis.call('HMGET', meta, 'mark', 'rebuild', 'written')
if m[1] ~= 'rebuilding' or m[2] ~= run or m[3] ~= written then return { 'lost' } end
if more > 0 then redis.call('HINCRBY', meta, 'written', more) end
