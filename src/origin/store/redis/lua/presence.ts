import { LEASES } from './presence-leases.ts';
import { NEWS } from './presence-news.ts';
import { PRESENCE_READS } from './presence-reads.ts';

/** The operations that change something. */
const CHANGES = `
local function endPresence(lease)
  redis.call('HDEL', K('p:of', lease.user), 'c' .. lease.channel)
  local on = K('p:on', lease.channel)
  redis.call('ZREM', on, lease.user)
  if redis.call('EXISTS', on) == 0 then redis.call('ZREM', K('p:all'), lease.channel) end
end

-- Ends the state of an absent user.
local function endState(lease)
  countLease(lease.user, -1, -namesIn(lease) - #lease.state)
  redis.call('HDEL', K('p:of', lease.user), 'c' .. lease.channel)
  redis.call('ZREM', K('p:wait'), leaseName(lease))
end

-- Ends the lease of an instance. True if it was the user's last.
local function endLease(lease)
  local isNamed = lease.instance ~= ''
  local left = lease.further + (lease.first ~= '' and 1 or 0) - 1
  if isNamed == (left == 0) then countVacant(lease.user, isNamed and -1 or 1) end
  countLease(lease.user, -1, -namesIn(lease) - (left == 0 and #lease.state or 0))
  redis.call('ZREM', K('p:due'), leaseName(lease))
  if isNamed then
    redis.call('HDEL', K('p:of', lease.user), instanceField(lease))
    lease.further = lease.further - 1
  else lease.first = '' end
  if left == 0 then
    endPresence(lease)
    return true
  end
  if redis.call('DECR', K('p:more')) == 0 then redis.call('DEL', K('p:more')) end
  writeLease(lease)
  return false
end

-- Begins the lease of an instance, the first of the user or one more.
local function beginLease(lease)
  local isNamed = lease.instance ~= ''
  local isMore = lease.kind == PRESENT
  if isNamed ~= isMore then countVacant(lease.user, isNamed and 1 or -1) end
  if lease.kind == ABSENT then
    local waiting = leaseName({ user = lease.user, channel = lease.channel, instance = '' })
    redis.call('ZREM', K('p:wait'), waiting)
    countLease(lease.user, 0, #lease.instance)
    lease.first = ''
  else countLease(lease.user, 1, namesIn(lease)) end
  if isNamed then lease.further = lease.further + 1 end
  lease.kind = PRESENT
  if isMore then
    redis.call('INCR', K('p:more'))
    return
  end
  count('joins', 1)
  local joins = int(number('joins'))
  redis.call('ZADD', K('p:on', lease.channel), joins, lease.user)
  redis.call('ZADD', K('p:all'), 'NX', joins, lease.channel)
end

-- Sets a new state. True if it differs from the one before.
local function setState(lease, state)
  if not state or state == (lease.state == '' and '{}' or lease.state) then return false end
  countLease(lease.user, 0, #state - #lease.state)
  lease.state = state
  return true
end

local function renewLease(rules, lease, length, state)
  local isNew, isKnown, before = lease.kind ~= PRESENT, lease.isKnown, lease.length
  if not isKnown then
    beginLease(lease)
    lease.length = int(rules.lease)
  end
  if length then lease.length = length end
  if not isKnown or lease.length ~= before then writeLength(lease) end
  redis.call('ZADD', K('p:due'), int(now() + tonumber(lease.length)), leaseName(lease))
  local differs = setState(lease, state)
  if not isKnown or differs or lease.length ~= before then writeLease(lease) end
  if isNew then tellChange(rules, 'join', lease) elseif differs then tellChange(rules, 'state-change', lease) end
end

-- rules, user, instance, length or nothing, then channels and their states or nothing
op['presence.touch'] = function(a)
  local rules, user, instance, length = rulesOfPresence(a[1]), a[2], a[3], a[4] ~= '' and a[4] or nil
  local shortest, excess = tonumber(length) or rules.lease, nil
  for index = 5, #a, 2 do
    local channel, state = a[index], a[index + 1] ~= '' and a[index + 1] or nil
    local lease = readLease(user, channel, instance) or newLease(user, channel, instance)
    local beyond = excessOfLease(rules, lease, state)
    excess = excess or beyond
    -- What there is no room for is not begun; a lease that there is goes on, with its old state.
    if lease.isKnown or not beyond then
      renewLease(rules, lease, length, not beyond and state or nil)
      shortest = math.min(shortest, tonumber(lease.length))
    end
  end
  return { S.head or ZERO, int(shortest), excess or '' }
end

-- rules, user, instance, what is told as JSON, and the channels
op['presence.leave'] = function(a)
  local rules, user, instance, hasLeft = rulesOfPresence(a[1]), a[2], a[3], false
  for index = 5, #a do
    local lease = readLease(user, a[index], instance)
    if lease and lease.kind == ABSENT then
      lease.instance, hasLeft = '', true
      endState(lease)
    elseif lease and lease.isKnown then
      hasLeft = true
      if endLease(lease) then tellChange(rules, 'leave', lease) end
    end
  end
  if hasLeft then append('leave', user, a[4]) end
  return ''
end

local function endDue(rules, name, max)
  local due = redis.call('ZRANGEBYSCORE', K(name), '-inf', int(now()), 'LIMIT', 0, int(max))
  for _, one in ipairs(due) do
    local lease = readLease(leaseNamed(one))
    if lease and lease.kind == ABSENT then endState(lease)
    elseif not lease or not lease.isKnown then redis.call('ZREM', K(name), one)
    elseif endLease(lease) then tellChange(rules, 'timeout', lease) end
  end
end

-- rules, and how much to do
op['presence.sweep'] = function(a)
  local rules, max = rulesOfPresence(a[1]), math.min(tonumber(a[2]), PRESENCE_STEPS)
  endDue(rules, 'p:due', max)
  endDue(rules, 'p:wait', max)
  -- After the timeouts, which they have.
  local left = max
  while left > 0 do
    local channel = redis.call('ZRANGEBYSCORE', K('p:tell'), '-inf', int(now()), 'LIMIT', 0, 1)[1]
    if not channel then break end
    left = left - 1 - tellInterval(channel)
  end
  local first
  for _, name in ipairs({ 'p:due', 'p:wait', 'p:tell' }) do
    local due = tonumber(redis.call('ZRANGE', K(name), 0, 0, 'WITHSCORES')[2])
    if due and (not first or due < first) then first = due end
  end
  return first and int(math.max(0, first - now())) or ''
end

-- rules, user, then channels and their states
op['presence.state'] = function(a)
  local rules, user, excess = rulesOfPresence(a[1]), a[2], nil
  for index = 3, #a, 2 do
    local channel, state = a[index], a[index + 1]
    local found = readLease(user, channel, '')
    local lease = found or newLease(user, channel, '')
    -- Whichever instance the user is present with.
    lease.isKnown = found ~= nil
    local beyond = excessOfLease(rules, lease, state)
    excess = excess or beyond
    if not beyond then
      if not found then
        lease.kind = ABSENT
        countLease(user, 1, namesIn(lease))
      end
      if lease.kind == ABSENT then
        lease.first = int(rules.lease)
        redis.call('ZADD', K('p:wait'), int(now() + rules.lease), leaseName(lease))
      end
      local differs = setState(lease, state)
      if differs or lease.kind == ABSENT then writeLease(lease) end
      if differs then tellChange(rules, 'state-change', lease) end
    end
  end
  return { S.head or ZERO, excess or '' }
end
`;

/**
 * Presence. The keys:
 *
 * - `p:due`, `p:wait`, `p:tell`: sorted sets of the leases, of the states of absent users, and of the channels with changes
 *   that wait for an interval event, each by the time at which it is due.
 * - `p:on:<channel>`: sorted set of the users on a channel, by the number of their join; `p:all`: the channels with users,
 *   by the number of their first.
 * - `p:of:<user>`: hash of a user's leases, present or not: `c<channel>` is their kind, length, number of instances with a
 *   name, and state, `i<characters of the instance>:<instance><channel>` the length of such an instance's lease, `b` the bytes,
 *   `n` the number of channels on which there is no lease but those of instances.
 * - `p:more`: by how many there are more leases than users on channels.
 * - `p:news:<channel>`: hash of waiting changes: `u<user>` is the change, `c` the characters of the event; or only `x`, if
 *   they are too many.
 *
 * What all of it takes, and the number of the last join, are members of the shard.
 */
export const PRESENCE = LEASES + NEWS + CHANGES + PRESENCE_READS;
