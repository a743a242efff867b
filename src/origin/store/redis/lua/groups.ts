/**
 * Channel groups. The keys: `g`, a sorted set of the names of groups; `g:of:<group>`, a hash of a group's channels with the
 * stamps of their additions; `g:n`, what all of it takes.
 */
export const GROUPS = `
-- how many, and the name after which they begin
op['groups.list'] = function(a) return pageOf(K('g'), a[2], a[1]) end

-- names
op['groups.members'] = function(a)
  local found = {}
  for index, group in ipairs(a) do found[index] = redis.call('HGETALL', K('g:of', group)) end
  return found
end

-- Those of the names that differ, and their bytes.
local function distinct(names, isWanted)
  local found, seen, bytes = {}, {}, 0
  for _, name in ipairs(names) do
    if not seen[name] and isWanted(name) then
      seen[name], found[#found + 1], bytes = true, name, bytes + #name
    end
  end
  return found, bytes, seen
end

-- limits of channels in one group, groups, channels in all, and bytes; group, how many to add, those, and those to remove
op['groups.change'] = function(a)
  local mostOfOne, mostGroups, most, mostBytes = tonumber(a[1]), tonumber(a[2]), tonumber(a[3]), tonumber(a[4])
  local group, last = a[5], 6 + tonumber(a[6])
  local key, isKnown = K('g:of', group), redis.call('ZSCORE', K('g'), group)
  local function has(channel) return redis.call('HEXISTS', key, channel) == 1 end
  local removed, freed, isRemoved = distinct(slice(a, last + 1), has)
  local function isMissing(channel) return isRemoved[channel] or not has(channel) end
  local added, bytes = distinct(slice(a, 7, last), isMissing)
  local more = #added - #removed
  if #added > 0 and redis.call('HLEN', key) + more > mostOfOne then return 'channels' end
  if #added > 0 and not isKnown and redis.call('ZCARD', K('g')) >= mostGroups then return 'groups' end
  bytes = bytes - freed
  if #added > 0 and not isKnown then bytes = bytes + #group end
  if excessOf(K('g:n'), more, most, bytes, mostBytes) then return 'channels' end
  if #added + #removed == 0 then return '' end
  hold(K('g:n'), more, bytes)
  redis.call('ZADD', K('g'), 0, group)
  callMany('HDEL', key, removed)
  local since, members = append('group', group, 'null'), {}
  for _, channel in ipairs(added) do
    members[#members + 1] = channel
    members[#members + 1] = since
  end
  callMany('HSET', key, members)
  return ''
end

-- name
op['groups.delete'] = function(a)
  local group, key = a[1], K('g:of', a[1])
  if redis.call('ZREM', K('g'), group) == 0 then return '' end
  local channels, bytes = redis.call('HKEYS', key), #group
  for _, channel in ipairs(channels) do bytes = bytes + #channel end
  redis.call('DEL', key)
  hold(K('g:n'), -#channels, -bytes)
  if #channels > 0 then append('group', group, 'null') end
  return ''
end
`;
