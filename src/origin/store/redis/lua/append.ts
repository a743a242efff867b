/** Stamping and appending, which the operations of all parts use. */
export const APPEND = String.raw`
-- What this call has appended, flat: stamp, kind, channel and data of each entry.
local appended, before = {}, nil
local ANNOUNCED_BYTES = 16384
local DROP_AT_ONCE, DROP_TIMES = 100, 100
local PENDING, PENDING_BYTES = 1000, 1000000
-- A text as one line of an announcement. Data has none: it is JSON, in which line feeds are escaped.
local function line(text)
  if not string.find(text, '[\n\\]') then return text end
  return (string.gsub(string.gsub(text, '\\', '\\\\'), '\n', '\\n'))
end

-- Adds an entry to those that are announced.
local function addEntry(entries, tt, kind, channel, data)
  local n = #entries
  entries[n + 1], entries[n + 2], entries[n + 3], entries[n + 4] = tt, kind, line(channel), data
end

-- Writes an entry with a stamp of this call, which is above all others.
local function write(tt, kind, channel, data)
  redis.call('XADD', LOG, idOf(tt), 'k', kind, 'c', channel, 'd', data)
  before = before or S.last or ZERO
  set('last', tt)
  set('bytes', number('bytes') + #channel + #data)
  if MODE == 'local' then addEntry(appended, tt, kind, channel, data) end
end

-- Stamps and appends an entry, whose data is JSON text, and returns its stamp. Options, all of which may be absent:
-- deliver = false, so that it is stamped only; keep, for which history keeps it: milliseconds, or 'd' for the rule's.
local function append(kind, channel, data, options)
  local tt = stamp()
  if options and options.keep then
    need('history')
    hook.store(tt, channel, data, options.keep)
  end
  if not (options and options.deliver == false) then write(tt, kind, channel, data) end
  return tt
end

-- Appends a request of six texts that stand at args[at]: kind, channel, data, '0' if it is not delivered, '=' and its
-- publish id or nothing, and its retention or nothing. Returns its stamp, and whether it is a duplicate.
local function appendRequest(args, at)
  local kind, channel, data, deliver, id, keep = unpack(args, at, at + 5)
  local known = id ~= '' and publishedAs(id)
  if known then return known, true end
  local tt = append(kind, channel, data, { deliver = deliver ~= '0', keep = keep ~= '' and keep or nil })
  if id ~= '' then rememberId(id, tt) end
  return tt, false
end

-- true for an entry that waits for replicas, and is announced when they have it: unless far too many wait.
local function isPending(tt, count, size)
  if MODE == 'local' or tt <= (S.safe or ZERO) then return false end
  return count <= 2 * rule(5) + PENDING and size <= 2 * rule(6) + PENDING_BYTES
end

-- Drops the oldest entries of the log while they are too many, too long or too old.
local function trim()
  local most, bytes, keep = rule(5), rule(6), rule(7)
  local old = keep and stampOf(math.max(0, now() - keep)) or ZERO
  local count = redis.call('XLEN', LOG)
  local wasOld = false
  for _ = 1, DROP_TIMES do
    if count == 0 then return end
    local size = number('bytes')
    local over = count - most
    if over <= 0 and size <= bytes and not keep then return end
    local wanted = math.min(DROP_AT_ONCE, math.max(over, 1))
    if wasOld then wanted = DROP_AT_ONCE end
    local dropped = 0
    for _, row in ipairs(redis.call('XRANGE', LOG, '-', '+', 'COUNT', wanted)) do
      local tt, f = string.sub(row[1], 1, -3), row[2]
      if count - dropped <= most and size <= bytes and tt >= old then break end
      if isPending(tt, count - dropped, size) then break end
      dropped = dropped + 1
      size = size - #f[4] - #f[6]
      set('dropped', tt)
    end
    if dropped == 0 then return end
    wasOld = over <= 0
    count = count - dropped
    redis.call('XTRIM', LOG, 'MAXLEN', '=', count)
    set('bytes', size)
  end
end

-- The stamp of the entry before one with an ID of the log.
local function prevOf(id)
  local row = redis.call('XREVRANGE', LOG, '(' .. id, '-', 'COUNT', 1)[1]
  return row and string.sub(row[1], 1, -3) or S.dropped or ZERO
end

-- Tells whoever follows the log that there are entries after a position, up to another. The number of the log comes first:
-- whoever knows another one has to ask.
local function announceUpto(prev, upto)
  redis.call(PUBLISH, CHANNEL, S.epoch .. '\n' .. prev .. '\n' .. upto)
end

-- Tells whoever follows the log of entries after a position: of long ones only that they are there.
local function announce(prev, entries)
  local size = 0
  for _, text in ipairs(entries) do size = size + #text end
  if size > ANNOUNCED_BYTES then return announceUpto(prev, entries[#entries - 3]) end
  redis.call(PUBLISH, CHANNEL, S.epoch .. '\n' .. prev .. '\n' .. table.concat(entries, '\n'))
end

-- Ends the call: drops what is too much, then tells of what is new.
local function finish()
  if not before then return end
  trim()
  if MODE == 'local' then announce(before, appended) end
end
`;
