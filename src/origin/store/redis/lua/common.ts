/** What the parts beside the log share. */
export const COMMON = `
-- An integer as text: plain conversion has fourteen digits at most.
local function int(number) return string.format('%.0f', number) end

-- A text as JSON.
local function quote(text) return cjson.encode(text) end

-- A part of the arguments: a list has no end of its own.
local function slice(args, first, last)
  local found = {}
  for index = first, last or #args do found[#found + 1] = args[index] end
  return found
end

-- Calls a command with any number of arguments after the first two: as a list Lua takes some thousands at once.
local CALL_STEP = 500
local function callMany(command, key, args)
  for first = 1, #args, CALL_STEP do redis.call(command, key, unpack(args, first, math.min(#args, first + CALL_STEP - 1))) end
end

-- A page of names, in the order of their bytes.
local function pageOf(key, after, limit)
  return redis.call('ZRANGEBYLEX', key, '(' .. after, '+', 'LIMIT', 0, limit)
end

-- The entries and bytes that a part holds are kept in a hash: of which limit so much more would be too much.
local function excessOf(key, entries, mostEntries, bytes, mostBytes)
  local held = redis.call('HMGET', key, 'entries', 'bytes')
  if entries > 0 and tonumber(held[1] or 0) + entries > mostEntries then return 'entries' end
  if bytes > 0 and tonumber(held[2] or 0) + bytes > mostBytes then return 'bytes' end
  return nil
end

-- Counts so much more.
local function hold(key, entries, bytes)
  if entries ~= 0 then redis.call('HINCRBY', key, 'entries', int(entries)) end
  if bytes ~= 0 then redis.call('HINCRBY', key, 'bytes', int(bytes)) end
end
`;
