/**
 * Grants and revoked tokens. The keys: `a`, a sorted set of the names of grants; `a:of`, a hash of their bits, ends and
 * targets; `a:due` and `r`, sorted sets of grants and of tokens by their ends; `a:n` and `r:n`, what they take.
 */
export const ACCESS = `
local STEPS = 500

local function forgetGrant(name)
  if redis.call('HDEL', K('a:of'), name) == 0 then return false end
  redis.call('ZREM', K('a'), name)
  redis.call('ZREM', K('a:due'), name)
  hold(K('a:n'), -1, -#name)
  return true
end

-- Drops what has expired, a part at a time; false if there was nothing.
local function dropExpired(key, forget)
  local names = redis.call('ZRANGEBYSCORE', key, '-inf', int(now()), 'LIMIT', 0, STEPS)
  for _, name in ipairs(names) do forget(name) end
  return #names > 0
end

local function isTooMuch(added, most, mostBytes)
  local entries, bytes = 0, 0
  for name in pairs(added) do
    if redis.call('HEXISTS', K('a:of'), name) == 0 then entries, bytes = entries + 1, bytes + #name end
  end
  return excessOf(K('a:n'), entries, most, bytes, mostBytes)
end

local function putGrant(name, bits, length, target)
  if bits == '0' then return forgetGrant(name) end
  local ends = length ~= '' and int(now() + tonumber(length)) or '-'
  if redis.call('HSET', K('a:of'), name, bits .. ' ' .. ends .. ' ' .. target) == 1 then hold(K('a:n'), 1, #name) end
  redis.call('ZADD', K('a'), 0, name)
  if ends == '-' then redis.call('ZREM', K('a:due'), name) else redis.call('ZADD', K('a:due'), ends, name) end
  return true
end

-- limits of grants and bytes; of each grant its name, bits, milliseconds or nothing, and target as JSON
op['access.grant'] = function(a)
  local most, mostBytes, added = tonumber(a[1]), tonumber(a[2]), {}
  for index = 3, #a, 4 do
    if a[index + 1] ~= '0' then added[a[index]] = true end
  end
  while isTooMuch(added, most, mostBytes) do
    if not dropExpired(K('a:due'), forgetGrant) then return 0 end
  end
  local isChanged = false
  for index = 3, #a, 4 do isChanged = putGrant(unpack(a, index, index + 3)) or isChanged end
  if isChanged then append('access', '', 'null') end
  return 1
end

-- A grant's bits, what is left of its milliseconds, and its target; nothing if it has expired.
local function inForce(text)
  if not text then return '' end
  local bits, ends, target = string.match(text, '^(%d+) (%S+) (.*)$')
  if ends == '-' then return text end
  local left = tonumber(ends) - now()
  return left > 0 and bits .. ' ' .. int(left) .. ' ' .. target or ''
end

-- the token or nothing, and the names of grants
op['access.check'] = function(a)
  local found = { a[1] ~= '' and redis.call('ZSCORE', K('r'), a[1]) and 1 or 0 }
  for index = 2, #a do found[index] = inForce(redis.call('HGET', K('a:of'), a[index])) end
  return found
end

-- how many, and the name after which they begin: whether there may be more, the name at which it has ended, and the grants
op['access.grants'] = function(a)
  local most, after, found = tonumber(a[1]), a[2], {}
  local names = pageOf(K('a'), after, int(math.min(most, STEPS)))
  for _, name in ipairs(names) do
    local text = inForce(redis.call('HGET', K('a:of'), name))
    if text ~= '' then found[#found + 1] = text end
  end
  return { #names > 0 and #found < most and 1 or 0, names[#names] or after, found }
end

local function forgetToken(token)
  redis.call('ZREM', K('r'), token)
  hold(K('r:n'), -1, -#token)
end

-- limits of tokens and bytes; token, and milliseconds
op['access.revoke'] = function(a)
  local token = a[3]
  if redis.call('ZSCORE', K('r'), token) then return 1 end
  while excessOf(K('r:n'), 1, tonumber(a[1]), #token, tonumber(a[2])) do
    if not dropExpired(K('r'), forgetToken) then return 0 end
  end
  redis.call('ZADD', K('r'), int(now() + tonumber(a[4])), token)
  hold(K('r:n'), 1, #token)
  append('access', '', 'null')
  return 1
end
`;
