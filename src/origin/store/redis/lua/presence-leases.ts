/** Leases as they are kept, and what they take: see `presence.ts` for the keys. */
export const LEASES = `
local PRESENT, ABSENT = 'p', 'a'
local EVENT_BYTES, FRAME_BYTES, NAME_FRAME = 30720, 64, 3
local PRESENCE_STEPS = 500

local presenceRules
local function rulesOfPresence(text)
  if presenceRules and presenceRules.text == text then return presenceRules end
  local numbers = {}
  for number in string.gmatch(text, '%S+') do numbers[#numbers + 1] = tonumber(number) end
  presenceRules = {
    text = text, lease = numbers[1], announceMax = numbers[2], announceMs = numbers[3],
    waiting = numbers[4], waitingBytes = numbers[5], leases = numbers[6], leaseBytes = numbers[7],
    userLeases = numbers[8], userBytes = numbers[9],
  }
  return presenceRules
end

-- A lease as the sorted sets know it. An empty instance is the one that does not say which it is.
local function leaseName(lease)
  if lease.instance == '' then return #lease.user .. ':' .. lease.user .. lease.channel end
  return #lease.user .. ',' .. #lease.instance .. ':' .. lease.user .. lease.instance .. lease.channel
end

-- The user, the channel and the instance in it.
local function leaseNamed(name)
  local colon = string.find(name, ':', 1, true)
  local users, instances = string.match(string.sub(name, 1, colon - 1), '^(%d+),?(%d*)$')
  local last = colon + tonumber(users)
  local channel = last + (tonumber(instances) or 0)
  return string.sub(name, colon + 1, last), string.sub(name, channel + 1), string.sub(name, last + 1, channel)
end

local function instanceField(lease) return 'i' .. #lease.instance .. ':' .. lease.instance .. lease.channel end

local function newLease(user, channel, instance)
  return { user = user, channel = channel, instance = instance, first = '', further = 0, length = '', state = '' }
end

-- The presence of a user on a channel, and the lease that an instance has there: isKnown if it has one. 'first' is the length
-- of the lease of the instance without a name, or of an absent user's state; 'further' is the number of other instances.
local function readLease(user, channel, instance)
  local key = K('p:of', user)
  local text = redis.call('HGET', key, 'c' .. channel)
  if not text then return nil end
  local kind, first, further, state = string.match(text, '^(.)([^, ]*),?(%d*) (.*)$')
  local lease = {
    user = user, channel = channel, instance = instance, kind = kind, first = first, state = state,
    further = further == '' and 0 or tonumber(further), length = first, isKnown = kind == PRESENT and first ~= '',
  }
  if instance == '' then return lease end
  lease.length = redis.call('HGET', key, instanceField(lease)) or ''
  lease.isKnown = lease.length ~= ''
  return lease
end

local function writeLease(lease)
  local further = lease.further > 0 and ',' .. int(lease.further) or ''
  redis.call('HSET', K('p:of', lease.user), 'c' .. lease.channel, lease.kind .. lease.first .. further .. ' ' .. lease.state)
end

-- Notes the length of the lease itself; that of the instance without a name is written with the presence.
local function writeLength(lease)
  if lease.instance == '' then lease.first = lease.length
  else redis.call('HSET', K('p:of', lease.user), instanceField(lease), lease.length) end
end

local function namesIn(lease) return #lease.user + #lease.channel + #lease.instance end

local function count(name, more) set(name, number(name) + more) end

-- The leases of a user, and their bytes. 'vacant': channels on which instances with a name are all that there is.
local heldByUser = {}
local function heldBy(user)
  local held = heldByUser[user]
  if not held then
    local key = K('p:of', user)
    local known = redis.call('HMGET', key, 'b', 'n')
    local vacant = tonumber(known[2] or 0)
    local fields = redis.call('HLEN', key) - (known[1] and 1 or 0) - (known[2] and 1 or 0)
    held = { entries = fields - vacant, bytes = tonumber(known[1] or 0), vacant = vacant }
    heldByUser[user] = held
  end
  return held
end

-- Before the fields of the leases change, which are counted.
local function countLease(user, entries, bytes)
  count('leases', entries)
  count('leaseBytes', bytes)
  local held, key = heldBy(user), K('p:of', user)
  held.entries, held.bytes = held.entries + entries, held.bytes + bytes
  if held.entries == 0 then redis.call('DEL', key) else redis.call('HSET', key, 'b', int(held.bytes)) end
end

-- Before the fields of the leases change too, and before the last of them is counted out.
local function countVacant(user, more)
  local held, key = heldBy(user), K('p:of', user)
  held.vacant = held.vacant + more
  if held.vacant == 0 then redis.call('HDEL', key, 'n') else redis.call('HSET', key, 'n', int(held.vacant)) end
end

-- The limit that a lease would exceed that begins, or goes on with another state.
local function excessOfLease(rules, lease, state)
  if lease.isKnown and not state then return nil end
  local entries, growth = 0, state and #state - #lease.state or 0
  if lease.kind == ABSENT then growth = growth + #lease.instance
  elseif not lease.isKnown then entries, growth = 1, growth + namesIn(lease) end
  local held = heldBy(lease.user)
  if entries > 0 and held.entries + 1 > rules.userLeases then return 'user' end
  if growth > 0 and held.bytes + growth > rules.userBytes then return 'user' end
  if entries > 0 and number('leases') + 1 > rules.leases then return 'all' end
  if growth > 0 and number('leaseBytes') + growth > rules.leaseBytes then return 'all' end
  return nil
end
`;
