/**
 * Devices for mobile push. The keys: `d:<device>`, a sorted set of a device's channels; `d:n`, what all of them take, with
 * the number of devices.
 */
export const PUSH = `
-- device, how many, and the name after which they begin
op['push.channels'] = function(a) return pageOf(K('d', a[1]), a[3], a[2]) end

-- limits of devices, channels of one, registrations, and bytes; device, how many to add, those, and those to remove
op['push.change'] = function(a)
  local device, last, key = a[5], 6 + tonumber(a[6]), K('d', a[5])
  local before, next = redis.call('ZCARD', key), {}
  for index = 7, last do next[a[index]] = true end
  -- What is added and removed in one call is removed.
  for index = last + 1, #a do next[a[index]] = false end
  local added, removed, bytes = {}, {}, 0
  for channel, isWanted in pairs(next) do
    local isThere = redis.call('ZSCORE', key, channel)
    if isWanted and not isThere then
      added[#added + 1], added[#added + 2], bytes = 0, channel, bytes + #channel
    elseif isThere and not isWanted then
      removed[#removed + 1], bytes = channel, bytes - #channel
    end
  end
  local more = #added / 2 - #removed
  local devices = (before + more > 0 and 1 or 0) - (before > 0 and 1 or 0)
  if more > 0 and before + more > tonumber(a[2]) then return 'channels' end
  if devices > 0 and tonumber(redis.call('HGET', K('d:n'), 'devices') or 0) >= tonumber(a[1]) then return 'devices' end
  bytes = bytes + devices * #device
  if excessOf(K('d:n'), more, tonumber(a[3]), bytes, tonumber(a[4])) then return 'channels' end
  hold(K('d:n'), more, bytes)
  if devices ~= 0 then redis.call('HINCRBY', K('d:n'), 'devices', devices) end
  callMany('ZREM', key, removed)
  callMany('ZADD', key, added)
  return ''
end

-- device
op['push.forget'] = function(a)
  local key, bytes = K('d', a[1]), #a[1]
  local channels = redis.call('ZRANGE', key, 0, -1)
  if #channels == 0 then return '' end
  for _, channel in ipairs(channels) do bytes = bytes + #channel end
  redis.call('DEL', key)
  redis.call('HINCRBY', K('d:n'), 'devices', -1)
  hold(K('d:n'), -#channels, -bytes)
  return ''
end
`;
