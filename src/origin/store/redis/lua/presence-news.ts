/** How a change is told: at once, or with others of its channel when its interval is over. */
export const NEWS = `
-- The event tells clients to look again, and needs no names.
local function shortenNews(channel)
  local key = K('p:news', channel)
  local characters = redis.call('HGET', key, 'c')
  if not characters then return end
  local users = redis.call('HLEN', key) - 1
  count('waiting', -users)
  count('waitingBytes', users * NAME_FRAME - tonumber(characters))
  redis.call('DEL', key)
  redis.call('HSET', key, 'x', 1)
end

local function endNews(channel)
  shortenNews(channel)
  redis.call('DEL', K('p:news', channel))
  redis.call('ZREM', K('p:tell'), channel)
  count('waiting', -1)
  count('waitingBytes', -#channel)
end

local function hasRoomToWait(rules, bytes)
  return number('waiting') + 1 <= rules.waiting and number('waitingBytes') + bytes <= rules.waitingBytes
end

-- Lets a change wait. False if there is no room for one more channel.
local function awaitNews(rules, channel, user, change)
  local key = K('p:news', channel)
  if not redis.call('ZSCORE', K('p:tell'), channel) then
    if not hasRoomToWait(rules, #channel) then return false end
    count('waiting', 1)
    count('waitingBytes', #channel)
    redis.call('ZADD', K('p:tell'), int(now() + rules.announceMs), channel)
    redis.call('HSET', key, 'c', 0)
  end
  local characters = redis.call('HGET', key, 'c')
  if not characters then return true end
  if redis.call('HEXISTS', key, 'u' .. user) == 0 then
    characters = tonumber(characters) + #user + NAME_FRAME
    if characters > EVENT_BYTES or not hasRoomToWait(rules, #user) then
      shortenNews(channel)
      return true
    end
    count('waiting', 1)
    count('waitingBytes', #user)
    redis.call('HSET', key, 'c', int(characters))
  end
  redis.call('HSET', key, 'u' .. user, change)
  return true
end

-- The user's last change is in the log: an older one must not follow.
local function forgetNews(channel, user)
  if number('waiting') == 0 then return end
  local key = K('p:news', channel)
  if redis.call('HDEL', key, 'u' .. user) == 0 then return end
  redis.call('HINCRBY', key, 'c', -(#user + NAME_FRAME))
  count('waiting', -1)
  count('waitingBytes', -#user)
  if redis.call('HLEN', key) == 1 then endNews(channel) end
end

local function tellPresence(channel, data) append('presence', channel .. '-pnpres', data) end

-- Logs a change, or lets it wait for the next interval event; if there is no room to wait, it is logged by itself.
local function tellChange(rules, action, lease)
  local occupancy = redis.call('ZCARD', K('p:on', lease.channel))
  if action ~= 'state-change' then
    if occupancy > rules.announceMax and awaitNews(rules, lease.channel, lease.user, action) then return end
    forgetNews(lease.channel, lease.user)
  end
  local data = '{"action":"' .. action .. '","user":' .. quote(lease.user) .. ',"occupancy":' .. int(occupancy)
  if lease.state ~= '' then data = data .. ',"state":' .. quote(lease.state) end
  tellPresence(lease.channel, data .. '}')
end

local function tellInterval(channel)
  local lists, users, key = { join = {}, leave = {}, timeout = {} }, 0, K('p:news', channel)
  local fields = redis.call('HGETALL', key)
  for index = 1, #fields, 2 do
    local list = lists[fields[index + 1]]
    if list and string.sub(fields[index], 1, 1) == 'u' then
      list[#list + 1], users = quote(string.sub(fields[index], 2)), users + 1
    end
  end
  local head = '{"action":"interval","occupancy":' .. int(redis.call('ZCARD', K('p:on', channel)))
  local data = head
  for _, change in ipairs({ 'join', 'leave', 'timeout' }) do
    if #lists[change] > 0 then data = data .. ',"' .. change .. '":[' .. table.concat(lists[change], ',') .. ']' end
  end
  if fields[1] == 'x' or #data + 1 + FRAME_BYTES > EVENT_BYTES then data = head .. ',"hereNowRefresh":true' end
  endNews(channel)
  tellPresence(channel, data .. '}')
  return users
end
`;
