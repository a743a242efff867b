/** The operations of the log. */
export const LOG = `
local AHEAD_TICKS = 50000000
local ANNOUNCED_AT_ONCE = 200

local function raise(floor)
  if floor == '' or floor <= (S.head or ZERO) then return end
  local highest = plus(stampNow(), AHEAD_TICKS)
  if floor > highest then floor = highest end
  set('head', later(S.head or ZERO, floor))
end

-- The position up to which entries may be read.
local function readable()
  if MODE == 'local' then return S.head end
  return S.safe or ZERO
end

-- What the servers before this one had when the next took over: at most so many are remembered.
local RUNS, MOST_RUNS = K('runs'), 16

-- A server was left, whose log ends here.
local function leave(run)
  redis.call('HSET', RUNS, run, S.head)
  local runs = redis.call('HGETALL', RUNS)
  local lowest, first
  for at = 1, #runs, 2 do
    local other, head = runs[at], runs[at + 1]
    -- Nothing of an earlier server's time is above what is here now.
    if head > S.head then redis.call('HSET', RUNS, other, S.head) end
    if other ~= run and (not lowest or head < lowest) then first, lowest = other, head end
  end
  if #runs > MOST_RUNS * 2 and first then redis.call('HDEL', RUNS, first) end
end

-- true if something may be missing that a caller has seen while another server had the data: this one has not heard of
-- that server, as after two fail-overs in a row, or had less. Of local logs, each server has another one in any case.
local function isMissing(seen, run)
  if seen == ZERO or run == '' or run == RUN then return false end
  local head = redis.call('HGET', RUNS, run)
  return not head or (MODE ~= 'local' and head < seen)
end

local function beginEpoch(number)
  local epoch = tonumber(number)
  if epoch == tonumber(S.epoch) then epoch = epoch % 999999 + 1 end
  set('epoch', string.format('%d', epoch))
  set('began', S.head)
end

-- The highest position that the caller knows and the server that had it (or nothing), and a number for a new epoch.
op['log.open'] = function(a)
  local seen, run, number = a[1], a[2], a[3]
  local isNew, isOther = not S.run, S.run ~= RUN
  if isOther and not isNew then leave(S.run) end
  local isLost = isNew or isMissing(seen, run) or (isOther and MODE == 'local')
  local head = later(S.head or ZERO, seen)
  if isLost then head = later(head, stampNow()) end
  set('head', head)
  -- Others that come from there later find this log.
  if isLost and run ~= '' and run ~= RUN then leave(run) end
  if isOther then set('run', RUN) end
  if isLost then beginEpoch(number) end
  return S.began
end

-- Everything up to a position is on enough replicas: it may be read, and is announced.
op['log.confirm'] = function(a)
  local safe, upto = S.safe or ZERO, a[1]
  if upto <= safe then return safe end
  if (S.last or ZERO) > safe then
    local rows = redis.call('XRANGE', LOG, '(' .. idOf(safe), idOf(upto), 'COUNT', ANNOUNCED_AT_ONCE)
    if #rows == ANNOUNCED_AT_ONCE then
      announceUpto(prevOf(rows[1][1]), string.sub(redis.call('XREVRANGE', LOG, idOf(upto), '-', 'COUNT', 1)[1][1], 1, -3))
    elseif #rows > 0 then
      local entries = {}
      for _, row in ipairs(rows) do addEntry(entries, string.sub(row[1], 1, -3), row[2][2], row[2][4], row[2][6]) end
      announce(prevOf(rows[1][1]), entries)
    end
  end
  set('safe', upto)
  trim()
  return upto
end

op['log.append'] = function(a)
  raise(a[1])
  local stamps = {}
  for at = 2, #a, 6 do
    local tt, isDuplicate = appendRequest(a, at)
    stamps[#stamps + 1] = isDuplicate and '=' .. tt or tt
  end
  return stamps
end

op['log.fence'] = function(a)
  raise(a[1])
  set('head', later(S.head, stampNow()))
  return S.head
end

op['log.last'] = function()
  local last = S.last or ZERO
  if last <= readable() then return last end
  local row = redis.call('XREVRANGE', LOG, idOf(readable()), '-', 'COUNT', 1)[1]
  return row and string.sub(row[1], 1, -3) or S.dropped or ZERO
end

op['log.began'] = function() return S.began end

-- after, limit: the next position, the newest that was dropped, the entry before the first, then each entry flat.
op['log.readAfter'] = function(a)
  trim()
  local after, limit, upto = a[1], tonumber(a[2]), readable()
  local found = { later(upto, after), S.dropped or ZERO, S.dropped or ZERO }
  if limit <= 0 or after >= upto then return found end
  local rows = redis.call('XRANGE', LOG, '(' .. idOf(after), idOf(upto), 'COUNT', limit + 1)
  for index, row in ipairs(rows) do
    if index > limit then
      found[1] = found[#found - 3]
      break
    end
    local n, f = #found, row[2]
    found[n + 1], found[n + 2], found[n + 3], found[n + 4] = string.sub(row[1], 1, -3), f[2], f[4], f[6]
  end
  if rows[1] then found[3] = prevOf(rows[1][1]) end
  return found
end
`;
