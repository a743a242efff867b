/**
 * App Context. The keys: `o:uuid` and `o:channel`, sorted sets of users and of channels; `o:uuid:<name>` and
 * `o:channel:<name>`, those of a user's channels and of a channel's users; `o:of`, a hash of all objects by their keys; `o:n`,
 * what all of it takes. An object is kept as its weight, its eTag without spaces, and JSON that is never decoded here:
 * numbers and empty lists might not come out again.
 */
export const OBJECTS = `
-- The name of an object in the hash, and its places: ranges with its names in them.
local function placesOf(kind, uuid, channel)
  if kind == 'uuid' then return 'u' .. uuid, { K('o:uuid'), uuid } end
  if kind == 'channel' then return 'c' .. channel, { K('o:channel'), channel } end
  return 'm' .. #uuid .. ':' .. uuid .. channel, { K('o:uuid', uuid), channel, K('o:channel', channel), uuid }
end

local function rangeOf(kind, uuid, channel)
  if kind ~= 'membership' then return K('o:' .. kind) end
  if uuid ~= '' then return K('o:uuid', uuid) end
  return K('o:channel', channel)
end

local function objectAt(name) return redis.call('HGET', K('o:of'), name) end

-- kinds, users and channels of keys: the objects, each as it is kept
op['objects.get'] = function(a)
  local found = {}
  for index = 1, #a, 3 do found[#found + 1] = objectAt((placesOf(unpack(a, index, index + 2)))) or '' end
  return found
end

-- kind, user, and channel of a range; how many, and the name after which they begin: names with objects
op['objects.list'] = function(a)
  local kind, uuid, channel = a[1], a[2], a[3]
  local found = {}
  for _, name in ipairs(pageOf(rangeOf(kind, uuid, channel), a[5], a[4])) do
    local u, c = uuid, channel
    if kind == 'uuid' or uuid == '' and kind == 'membership' then u = name else c = name end
    found[#found + 1] = name
    found[#found + 1] = objectAt((placesOf(kind, u, c))) or ''
  end
  return found
end

-- kind, user, and channel of a range
op['objects.count'] = function(a) return redis.call('ZCARD', rangeOf(unpack(a))) end

-- The changes of a batch, and what comes of them: or nil, if an object is not as expected.
local function readBatch(a, first)
  local batch, growth, at = {}, { objects = 0, bytes = 0, ranges = {} }, first
  while at <= #a do
    local kind, uuid, channel, expected, object, announced = unpack(a, at, at + 5)
    local name, places = placesOf(kind, uuid, channel)
    local known, weight, knownTag = objectAt(name), 0, ''
    if known then weight, knownTag = string.match(known, '^(%d+) (%S+)') end
    if knownTag ~= expected then return nil end
    local more = (object ~= '' and 1 or 0) - (known and 1 or 0)
    growth.objects = growth.objects + more
    growth.bytes = growth.bytes - tonumber(weight) + tonumber(string.match(object, '^%d+') or 0)
    if kind == 'membership' then
      for index = 1, #places, 2 do growth.ranges[places[index]] = (growth.ranges[places[index]] or 0) + more end
    end
    batch[#batch + 1] = { name = name, places = places, object = object, from = at + 6, announced = tonumber(announced) }
    at = at + 6 + announced * 6
  end
  return batch, growth
end

local function excessOfBatch(a, growth)
  local excess = excessOf(K('o:n'), growth.objects, tonumber(a[1]), growth.bytes, tonumber(a[3]))
  if excess then return excess == 'entries' and 'objects' or 'characters' end
  local most = tonumber(a[2])
  for range, more in pairs(growth.ranges) do
    if more > 0 and redis.call('ZCARD', range) + more > most then return 'memberships' end
  end
  return nil
end

local function putObject(change)
  local places = change.places
  if change.object ~= '' then redis.call('HSET', K('o:of'), change.name, change.object)
  else redis.call('HDEL', K('o:of'), change.name) end
  for index = 1, #places, 2 do
    if change.object ~= '' then redis.call('ZADD', places[index], 0, places[index + 1])
    else redis.call('ZREM', places[index], places[index + 1]) end
  end
end

-- limits of objects, memberships and bytes; user and channel of a range that the batch empties, or nothing; of each change
-- kind, user and channel, the eTag that is expected or nothing, the new object or nothing, the number of its entries, and those
op['objects.write'] = function(a)
  local batch, growth = readBatch(a, 6)
  if not batch then return 'conflict' end
  if a[4] .. a[5] ~= '' then
    local range = rangeOf('membership', a[4], a[5])
    if redis.call('ZCARD', range) + (growth.ranges[range] or 0) > 0 then return 'conflict' end
  end
  local excess = excessOfBatch(a, growth)
  if excess then return excess end
  for _, change in ipairs(batch) do putObject(change) end
  hold(K('o:n'), growth.objects, growth.bytes)
  for _, change in ipairs(batch) do
    for index = 0, change.announced - 1 do appendRequest(a, change.from + index * 6) end
  end
  return ''
end
`;
