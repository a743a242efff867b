/**
 * Message actions. The keys: `x`, a sorted set of all by their stamps, each followed by its channel; `x:on:<channel>`, a
 * sorted set of the stamps of a channel's; `x:of:<channel>`, a hash of their contents by their stamps; `x:msgs:<channel>`, a
 * sorted set of the messages that have any; `x:at:<message>:<channel>`, a hash of a message's, by what must be unique; `x:n`,
 * what all of it takes.
 */
export const ACTIONS = `
-- User, type and value are JSON texts, of which the quotes do not count.
local function weightOf(channel, user, kind, value) return #channel + #user + #kind + #value - 6 end

-- Forgets an action. Its contents are message, user, type and value.
local function forgetAction(channel, tt, contents)
  local message, user, kind, value = unpack(contents)
  local at = K('x:at', message, channel)
  redis.call('ZREM', K('x'), tt .. channel)
  redis.call('ZREM', K('x:on', channel), tt)
  redis.call('HDEL', K('x:of', channel), tt)
  redis.call('HDEL', at, cmsgpack.pack({ user, kind, value }))
  if redis.call('EXISTS', at) == 0 then redis.call('ZREM', K('x:msgs', channel), message) end
  hold(K('x:n'), -1, -weightOf(channel, user, kind, value))
end

-- The contents of an action; nil if there is none.
local function actionAt(channel, tt)
  local text = redis.call('HGET', K('x:of', channel), tt)
  return text and cmsgpack.unpack(text)
end

-- The messages of a range of a channel are gone: so are their actions. History calls it with whatever it drops.
hook.dropActions = function(channel, from, to)
  local messages = { from }
  if from ~= to then messages = redis.call('ZRANGEBYLEX', K('x:msgs', channel), '[' .. from, '[' .. to) end
  for _, message in ipairs(messages) do
    for _, tt in ipairs(redis.call('HVALS', K('x:at', message, channel))) do
      forgetAction(channel, tt, actionAt(channel, tt))
    end
  end
end

-- Messages that have expired take their actions along.
local function dropExpired()
  need('history')
  hook.expire()
end

local function tellAction(event, channel, contents, tt)
  local message, user, kind, value = unpack(contents)
  local data = '{"event":"' .. event .. '","message":"' .. message .. '","user":' .. user
    .. ',"type":' .. kind .. ',"value":' .. value
  if tt then data = data .. ',"action":"' .. tt .. '"' end
  return append('action', channel, data .. '}')
end

-- Actions that one call drops beside those that make room for its own: there are more only after limits were lowered.
local beyondLeft = 300

-- The oldest go first, perhaps the new one too.
local function giveWay(most, mostBytes, weight)
  local entries, bytes
  while true do
    local held = redis.call('HMGET', K('x:n'), 'entries', 'bytes')
    local count, size = tonumber(held[1]), tonumber(held[2])
    if count <= most and size <= mostBytes then return end
    entries, bytes = entries or count - 1, bytes or size - weight
    if count <= entries and size <= bytes then
      if beyondLeft == 0 then return end
      beyondLeft = beyondLeft - 1
    end
    local oldest = redis.call('ZRANGE', K('x'), 0, 0)[1]
    if not oldest then return end
    local tt, channel = string.sub(oldest, 1, 17), string.sub(oldest, 18)
    forgetAction(channel, tt, actionAt(channel, tt))
  end
end

-- limits of one message, of all, and of bytes; channel, message, and user, type and value as JSON: its stamp, or the problem
op['actions.add'] = function(a)
  local channel, message, user, kind, value = unpack(a, 4, 8)
  dropExpired()
  local at, key = K('x:at', message, channel), cmsgpack.pack({ user, kind, value })
  if redis.call('HEXISTS', at, key) == 1 then return 'exists' end
  if redis.call('HLEN', at) >= tonumber(a[1]) then return 'full' end
  local contents = { message, user, kind, value }
  local tt = tellAction('added', channel, contents)
  redis.call('HSET', at, key, tt)
  redis.call('HSET', K('x:of', channel), tt, cmsgpack.pack(contents))
  redis.call('ZADD', K('x:on', channel), 0, tt)
  redis.call('ZADD', K('x:msgs', channel), 0, message)
  redis.call('ZADD', K('x'), 0, tt .. channel)
  local weight = weightOf(channel, user, kind, value)
  hold(K('x:n'), 1, weight)
  giveWay(tonumber(a[2]), tonumber(a[3]), weight)
  return tt
end

-- channel, message, stamp, and user as JSON: the problem or nothing
op['actions.remove'] = function(a)
  local channel, message, tt, user = unpack(a)
  dropExpired()
  local contents = actionAt(channel, tt)
  if not contents or contents[1] ~= message then return 'missing' end
  if contents[2] ~= user then return 'foreign' end
  forgetAction(channel, tt, contents)
  tellAction('removed', channel, contents, tt)
  return ''
end

local function addAction(found, channel, tt)
  local contents, n = actionAt(channel, tt), #found
  found[n + 1], found[n + 2], found[n + 3], found[n + 4], found[n + 5] = tt, unpack(contents)
end

-- channel, the stamps of a range, and how many
op['actions.list'] = function(a)
  dropExpired()
  local stamps = redis.call('ZREVRANGEBYLEX', K('x:on', a[1]), '[' .. a[3], '[' .. a[2], 'LIMIT', 0, a[4])
  local found = {}
  for index = #stamps, 1, -1 do addAction(found, a[1], stamps[index]) end
  return found
end

-- channel, and messages
op['actions.of'] = function(a)
  dropExpired()
  local found = {}
  for index = 2, #a do
    local stamps, actions = redis.call('HVALS', K('x:at', a[index], a[1])), {}
    table.sort(stamps)
    for _, tt in ipairs(stamps) do addAction(actions, a[1], tt) end
    found[index - 1] = actions
  end
  return found
end
`;
