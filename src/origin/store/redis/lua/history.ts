/**
 * The operations of history. Entries are the fields of one hash, by their stamps. Sorted sets of stamps have the order of
 * each channel, of all entries with the usual retention, and of those with one of their own, which also stand in the order
 * of their ends.
 */
export const HISTORY = `
local CHANNELS, ENTRIES, BYTES, KEEP = rule(10), rule(11), rule(12), rule(13)
local ALL, USUAL, OWN, ENDS = K('h'), K('hu'), K('ho'), K('he')
local AT_ONCE, TIMES, PAGE = 100, 10, 500
-- Entries that one call drops beside those that make room for its own: there are more only after limits were lowered, and
-- the next entries drop the rest.
local beyondLeft = 300

local function pack(ends, channel, data)
  return string.format('%s %d ', ends and string.format('%.0f', ends) or '', #channel) .. channel .. data
end

-- The end of an entry with a retention of its own, its channel and its data.
local function parts(text)
  local ends, length, from = string.match(text, '^(%d*) (%d+) ()')
  length = tonumber(length)
  return tonumber(ends), string.sub(text, from, from + length - 1), string.sub(text, from + length)
end

local function dropActions(channel, from, to)
  need('actions')
  if hook.dropActions then hook.dropActions(channel, from, to) end
end

-- Forgets an entry. Its actions are left to the caller.
local function forget(tt)
  local text = redis.call('HGET', ALL, tt)
  if not text then return end
  local ends, channel, data = parts(text)
  redis.call('HDEL', ALL, tt)
  redis.call('ZREM', K('hc', channel), tt)
  redis.call('ZREM', ends and OWN or USUAL, tt)
  if ends then redis.call('ZREM', ENDS, tt) end
  set('stored', number('stored') - 1)
  set('storedBytes', number('storedBytes') - #channel - #data)
  return channel
end

local function drop(tt)
  local channel = forget(tt)
  if channel then dropActions(channel, tt, tt) end
end

local hasExpired = false

-- Drops what has expired, a bounded part at once, once in a call.
local function expire()
  if hasExpired or number('stored') == 0 then return end
  hasExpired = true
  local time = now()
  for _, due in ipairs({ { USUAL, time - KEEP }, { ENDS, time } }) do
    for _ = 1, TIMES do
      local found = redis.call('ZRANGEBYSCORE', due[1], '-inf', string.format('%.0f', due[2]), 'LIMIT', 0, AT_ONCE)
      for _, tt in ipairs(found) do drop(tt) end
      if #found < AT_ONCE then break end
    end
  end
end

hook.expire = expire

local function oldest()
  local usual, own = redis.call('ZRANGE', USUAL, 0, 0)[1], redis.call('ZRANGE', OWN, 0, 0)[1]
  if not usual or (own and own < usual) then return own end
  return usual
end

-- Drops the oldest entries while there are too many. Those down to what was held before a new entry make room for it.
local function giveWay(isOver, first, entries, bytes)
  while isOver() do
    if number('stored') <= entries and number('storedBytes') <= bytes then
      if beyondLeft == 0 then return end
      beyondLeft = beyondLeft - 1
    end
    local tt = first()
    if not tt then return end
    drop(tt)
  end
end

hook.store = function(tt, channel, data, keep)
  local length = keep == 'd' and KEEP or tonumber(keep)
  if length <= 0 or KEEP <= 0 then return end
  if number('stored') == 0 and (CHANNELS <= 0 or ENTRIES <= 0 or BYTES <= 0) then return end
  expire()
  local ends = length ~= KEEP and now() + length or nil
  redis.call('HSET', ALL, tt, pack(ends, channel, data))
  local key = K('hc', channel)
  redis.call('ZADD', key, 0, tt)
  redis.call('ZADD', ends and OWN or USUAL, msOf(tt), tt)
  if ends then redis.call('ZADD', ENDS, ends, tt) end
  local entries, bytes = number('stored'), number('storedBytes')
  set('stored', entries + 1)
  set('storedBytes', bytes + #channel + #data)
  local function isLong() return redis.call('ZCARD', key) > CHANNELS end
  local function first() return redis.call('ZRANGE', key, 0, 0)[1] end
  giveWay(isLong, first, entries, bytes)
  giveWay(function() return number('stored') > ENTRIES or number('storedBytes') > BYTES end, oldest, entries, bytes)
end

-- What replicas do not have yet is not shown.
local function shown(to)
  if MODE == 'local' or to <= (S.safe or ZERO) then return to end
  return S.safe or ZERO
end

-- from, to, the most of each channel, '1' for the oldest, then the channels: for each a list of stamps and data.
op['history.read'] = function(a)
  expire()
  local from, to, max, found = '[' .. a[1], '[' .. shown(a[2]), tonumber(a[3]), {}
  for index = 5, #a do
    local key, stamps = K('hc', a[index]), nil
    if a[4] == '1' then
      stamps = redis.call('ZRANGEBYLEX', key, from, to, 'LIMIT', 0, max)
    else
      stamps = redis.call('ZREVRANGEBYLEX', key, to, from, 'LIMIT', 0, max)
    end
    local rows = {}
    for at = 1, #stamps, PAGE do
      local last = math.min(at + PAGE - 1, #stamps)
      for n, text in ipairs(redis.call('HMGET', ALL, unpack(stamps, at, last))) do
        local _, _, data = parts(text)
        rows[#rows + 1] = stamps[at + n - 1]
        rows[#rows + 1] = data
      end
    end
    found[#found + 1] = rows
  end
  return found
end

-- For each channel three texts: its name, from and to.
op['history.count'] = function(a)
  expire()
  local counts = {}
  for at = 1, #a, 3 do
    counts[#counts + 1] = redis.call('ZLEXCOUNT', K('hc', a[at]), '[' .. a[at + 1], '[' .. shown(a[at + 2]))
  end
  return counts
end

-- channel, from, to: 1 when all are removed, 0 when there are more.
op['history.remove'] = function(a)
  local stamps = redis.call('ZRANGEBYLEX', K('hc', a[1]), '[' .. a[2], '[' .. a[3], 'LIMIT', 0, PAGE)
  for _, tt in ipairs(stamps) do forget(tt) end
  if #stamps == PAGE then return 0 end
  dropActions(a[1], a[2], a[3])
  return 1
end
`;
