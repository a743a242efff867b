/**
 * The beginning of the library: what all operations of one call share. A script runs once for each call, so its outermost
 * part stays short: the operations of a part of the store are defined when the first of them is called.
 */
export const FRAME = `
local SK, META, LOG = KEYS[1], KEYS[1] .. ':meta', KEYS[1] .. ':log'
local RUN, OFFSET, PUBLISH, MODE = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]
local CHANNEL, FIRST = ARGV[14], 15
local ZERO = '00000000000000000'
local FIELDS = {
  'run', 'epoch', 'head', 'last', 'dropped', 'bytes', 'began', 'safe', 'idBytes', 'stored', 'storedBytes',
  'leases', 'leaseBytes', 'waiting', 'waitingBytes', 'joins',
}
local values = redis.call('HMGET', META, unpack(FIELDS))
-- What the shard is, by the names of FIELDS: numbers are texts until they are used.
local S = {}
for i, name in ipairs(FIELDS) do S[name] = values[i] end
local changed = {}
-- Operations by name; functions that define those of a part, by its name; what one part does for another, by name.
local part, op, hook = {}, {}, {}

-- Defines the operations and hooks of a part, unless they are: an operation is called by its name, a hook after this.
local function need(name)
  local define = part[name]
  part[name] = nil
  if define then define() end
end

-- A key of this shard.
local function K(name, ...)
  local key = SK .. ':' .. name
  for _, more in ipairs({ ... }) do key = key .. ':' .. more end
  return key
end

-- Changes a member of S, which is written when the call ends.
local function set(name, value)
  S[name] = value
  changed[name] = true
end

local function number(name) return tonumber(S[name] or '0') or 0 end

-- A rule of the call's header: a number, or nil.
local function rule(index) return tonumber(ARGV[index]) end

local nowS, nowU
local function time()
  if nowS then return end
  local t = redis.call('TIME')
  local us = tonumber(t[2]) + (OFFSET % 1000) * 1000
  nowS = tonumber(t[1]) + math.floor(OFFSET / 1000) + math.floor(us / 1000000)
  nowU = us % 1000000 * 10
end

-- Milliseconds since the Unix epoch: an integer, exact as a double.
local function now()
  time()
  return nowS * 1000 + math.floor(nowU / 10000)
end

-- Stamps are texts of 17 digits: as numbers they would be rounded.
local function stampOf(ms)
  if ms < 0 then return ZERO end
  return string.format('%010d%07d', math.floor(ms / 1000), ms % 1000 * 10000)
end

local function msOf(tt) return tonumber(string.sub(tt, 1, 13)) end

local function later(a, b)
  if a > b then return a end
  return b
end

-- The stamp of this moment.
local function stampNow()
  time()
  return string.format('%010d%07d', nowS, nowU)
end

-- The stamp so many ticks after another.
local function plus(tt, ticks)
  local s, u = tonumber(string.sub(tt, 1, 10)), tonumber(string.sub(tt, 11, 17)) + ticks
  return string.format('%010d%07d', s + math.floor(u / 10000000), u % 10000000)
end

-- The next stamp: above all before it.
local function stamp()
  local tt = stampNow()
  local head = S.head or ZERO
  if tt <= head then tt = plus(head, 1) end
  set('head', tt)
  return tt
end

-- An ID of a stream.
local function idOf(tt)
  local digits = string.gsub(tt, '^0+(%d)', '%1')
  return digits .. '-0'
end
`;

/** The end of the library: runs the operations of the call. */
export const RUN = `
local results, errors = {}, {}

local function reply()
  return { 1, tonumber(S.epoch), S.head, S.safe or ZERO, S.last or ZERO, results, errors }
end

if S.run ~= RUN and ARGV[FIRST] ~= 'log.open' then return { 0 } end

local at, count = FIRST, 0
while at <= #ARGV do
  local name, length = ARGV[at], tonumber(ARGV[at + 1])
  local args = {}
  for index = 1, length do args[index] = ARGV[at + 1 + index] end
  at = at + 2 + length
  count = count + 1
  need(string.match(name, '^%a+'))
  local ok, result = pcall(op[name], args)
  if ok then
    if result == nil then result = false end
    results[count] = result
  else
    if type(result) == 'table' then result = result.err end
    results[count] = false
    errors[#errors + 1] = count
    errors[#errors + 1] = tostring(result)
  end
end
finish()
local write = {}
for name in pairs(changed) do
  write[#write + 1] = name
  write[#write + 1] = S[name]
end
if #write > 0 then redis.call('HSET', META, unpack(write)) end
return reply()
`;
