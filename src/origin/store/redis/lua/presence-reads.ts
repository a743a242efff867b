/** The operations that change nothing. */
export const PRESENCE_READS = `
-- the number after which they begin, and how many
op['presence.channels'] = function(a)
  local channels = redis.call('ZRANGEBYSCORE', K('p:all'), '(' .. a[1], '+inf', 'LIMIT', 0, a[2])
  local last = #channels > 0 and redis.call('ZSCORE', K('p:all'), channels[#channels]) or ''
  local users = redis.call('ZCARD', K('p:due')) - tonumber(redis.call('GET', K('p:more')) or 0)
  return { last, redis.call('ZCARD', K('p:all')), users, channels }
end

local function stateIn(text) return text and string.sub(text, string.find(text, ' ', 1, true) + 1) or '' end

-- users of a channel at most, the offset, or the number after which they begin, characters, 0 to end where these do, and the channels
op['presence.on'] = function(a)
  local most, offset, mark, room = tonumber(a[1]), tonumber(a[2]), a[3], tonumber(a[4])
  local steps, found = PRESENCE_STEPS, {}
  for index = 6, #a do
    if a[5] == '0' and room <= 0 then break end
    local channel, on = a[index], K('p:on', a[index])
    local part = { redis.call('ZCARD', on), '' }
    if mark == '' then room = room - #channel - 30 end
    local count = math.floor(math.min(most, steps, math.max(0, room)))
    local users = {}
    if count > 0 and mark ~= '' then
      users = redis.call('ZRANGEBYSCORE', on, '(' .. mark, '+inf', 'LIMIT', 0, count)
    elseif count > 0 then
      users = redis.call('ZRANGE', on, int(offset), int(offset + count - 1))
    end
    for _, user in ipairs(users) do
      if room <= 0 then break end
      room = room - #user - NAME_FRAME
      local state = stateIn(redis.call('HGET', K('p:of', user), 'c' .. channel))
      part[#part + 1] = user
      part[#part + 1] = state ~= '{}' and state or ''
    end
    steps, mark = steps - #users - 1, ''
    found[#found + 1] = part
    if steps <= 0 then
      if room > 0 and #users == count and count > 0 and count < most then part[2] = redis.call('ZSCORE', on, users[count]) end
      break
    end
  end
  return { int(room), found }
end

-- user
op['presence.where'] = function(a)
  local fields, channels = redis.call('HGETALL', K('p:of', a[1])), {}
  for index = 1, #fields, 2 do
    if string.sub(fields[index], 1, 1) == 'c' and string.sub(fields[index + 1], 1, 1) == PRESENT then
      channels[#channels + 1] = string.sub(fields[index], 2)
    end
  end
  return channels
end

-- user, and the channels
op['presence.states'] = function(a)
  local states = {}
  for index = 2, #a do
    states[#states + 1] = stateIn(redis.call('HGET', K('p:of', a[1]), 'c' .. a[index]))
  end
  return states
end
`;
