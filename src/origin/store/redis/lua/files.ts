/**
 * Files. The keys: `f:up`, a hash of announced uploads; `f:updue`, their ends; `f:of`, a hash of stored files; `f:on:<channel>`,
 * a sorted set of a channel's by their positions; `f:in:<blob>`, an upload whose bytes are coming; `f:ins:<id>`, the list of
 * those of one file, in the order in which they began; `f:indue`, when they are given up; `f:b:<blob>`, the bytes of a file or
 * upload in blocks by their number; `f:n`, what all of it takes.
 *
 * An upload that stands still is given up by whoever announces or begins another. Its bytes expire by themselves too, in
 * case that nobody does.
 */
export const FILES = `
local STILL_MS, STEPS = 600000, 100

local function filesHeld(name) return tonumber(redis.call('HGET', K('f:n'), name) or 0) end

local function countFiles(name, more)
  if more ~= 0 then redis.call('HINCRBY', K('f:n'), name, int(more)) end
end

local function unpacked(key, id)
  local text = redis.call('HGET', key, id)
  return text and cmsgpack.unpack(text)
end

-- Of limits of files and bytes, the one that so much more would exceed.
local function excessOfFiles(most, mostBytes, files, bytes, replaced)
  if files > 0 and filesHeld('entries') + files > most then return 'files' end
  if bytes > 0 and filesHeld('bytes') + filesHeld('coming') + bytes - replaced > mostBytes then return 'bytes' end
  return nil
end

local function withdraw(id)
  if redis.call('HDEL', K('f:up'), id) == 0 then return end
  redis.call('ZREM', K('f:updue'), id)
  countFiles('uploads', -1)
end

-- Ends an upload that is coming. Its bytes go with it unless they are those of a file now: if it has ended before, they may be.
local function endIncoming(blob, isKept)
  local key = K('f:in', blob)
  local id, bytes = unpack(redis.call('HMGET', key, 'id', 'bytes'))
  redis.call('ZREM', K('f:indue'), blob)
  if not id then return end
  if not isKept then redis.call('UNLINK', K('f:b', blob)) end
  countFiles('coming', -tonumber(bytes))
  redis.call('LREM', K('f:ins', id), 1, blob)
  redis.call('DEL', key)
end

local function giveUp()
  local function dueOf(key) return redis.call('ZRANGEBYSCORE', key, '-inf', int(now()), 'LIMIT', 0, STEPS) end
  for _, id in ipairs(dueOf(K('f:updue'))) do withdraw(id) end
  for _, blob in ipairs(dueOf(K('f:indue'))) do endIncoming(blob) end
end

-- limits of files, bytes and uploads; milliseconds, id, channel, and its name and tokens as JSON
op['files.announce'] = function(a)
  giveUp()
  local id, ends = a[5], int(now() + tonumber(a[4]))
  local isKnown = redis.call('HEXISTS', K('f:up'), id) == 1
  if not isKnown and filesHeld('uploads') + 1 > tonumber(a[3]) then return 'uploads' end
  local excess = excessOfFiles(tonumber(a[1]), tonumber(a[2]), 1, 1, 0)
  if excess then return excess end
  redis.call('HSET', K('f:up'), id, cmsgpack.pack({ ends, a[6], a[7] }))
  redis.call('ZADD', K('f:updue'), ends, id)
  if not isKnown then countFiles('uploads', 1) end
  return ''
end

-- id: channel, and name and tokens
op['files.announced'] = function(a)
  local upload = unpacked(K('f:up'), a[1]) or unpacked(K('f:of'), a[1])
  if not upload or tonumber(upload[1]) <= now() then return '' end
  return slice(upload, 2, 3)
end

-- id: the name of its bytes, which no other upload has or had
op['files.begin'] = function(a)
  giveUp()
  local id, t = a[1], redis.call('TIME')
  local known = unpacked(K('f:up'), id) or unpacked(K('f:of'), id)
  local blob = redis.call('HINCRBY', K('f:n'), 'blobs', 1) .. '-' .. t[1] .. t[2]
  redis.call('HSET', K('f:in', blob), 'id', id, 'bytes', 0, 'ends', known and known[1] or 0)
  redis.call('RPUSH', K('f:ins', id), blob)
  redis.call('ZADD', K('f:indue'), int(now() + STILL_MS), blob)
  return blob
end

-- Of an upload that is coming: its id, or the problem that it has with so much more.
local function readIncoming(a, bytes)
  local id, isRemoved = unpack(redis.call('HMGET', K('f:in', a[3]), 'id', 'removed'))
  if not id then return nil, 'gone' end
  if isRemoved then return nil, 'removed' end
  local known = unpacked(K('f:of'), id)
  -- What will be replaced does not count against the limit; once only, whatever number of uploads would replace it.
  local isFirst = redis.call('LINDEX', K('f:ins', id), 0) == a[3]
  local replaced = known and isFirst and tonumber(known[4]) or 0
  return id, excessOfFiles(tonumber(a[1]), tonumber(a[2]), known and 0 or 1, bytes, replaced)
end

-- limits of files and bytes; the bytes' name, how many more have come, the number of a block, and the block or nothing
op['files.take'] = function(a)
  local blob, more = a[3], tonumber(a[4])
  local _, problem = readIncoming(a, more)
  if problem then return problem end
  redis.call('HINCRBY', K('f:in', blob), 'bytes', more)
  countFiles('coming', more)
  redis.call('ZADD', K('f:indue'), int(now() + STILL_MS), blob)
  if a[6] ~= '' then redis.call('HSET', K('f:b', blob), a[5], a[6]) end
  redis.call('PEXPIRE', K('f:b', blob), 2 * STILL_MS)
  return ''
end

-- the bytes' name
op['files.end'] = function(a)
  endIncoming(a[1])
  return ''
end

-- limits of files and bytes; the bytes' name, the number of blocks, channel, and its name and tokens as JSON
op['files.complete'] = function(a)
  local blob, blocks = a[3], tonumber(a[4])
  local id, problem = readIncoming(a, 0)
  if not problem and redis.call('HLEN', K('f:b', blob)) ~= blocks then problem = 'gone' end
  if problem then
    endIncoming(blob)
    return problem
  end
  local bytes, ends = unpack(redis.call('HMGET', K('f:in', blob), 'bytes', 'ends'))
  local known = unpacked(K('f:of'), id)
  endIncoming(blob, true)
  redis.call('PERSIST', K('f:b', blob))
  withdraw(id)
  if known then redis.call('UNLINK', K('f:b', known[7])) end
  countFiles('entries', known and 0 or 1)
  countFiles('bytes', tonumber(bytes) - (known and tonumber(known[4]) or 0))
  local position = known and known[6] or int(redis.call('HINCRBY', K('f:n'), 'position', 1))
  redis.call('HSET', K('f:of'), id, cmsgpack.pack({
    ends, a[5], a[6], bytes, int(now()), position, blob, int(blocks),
  }))
  redis.call('ZADD', K('f:on', a[5]), position, id)
  return ''
end

-- id: channel, name and tokens, size, time, position, the bytes' name, and the number of blocks
op['files.find'] = function(a)
  local file = unpacked(K('f:of'), a[1])
  return file and slice(file, 2) or ''
end

-- channel, how many, and the position after which they begin: ids with files
op['files.list'] = function(a)
  local ids = redis.call('ZRANGEBYSCORE', K('f:on', a[1]), '(' .. a[3], '+inf', 'LIMIT', 0, a[2])
  local found = {}
  for index, id in ipairs(ids) do
    found[2 * index - 1], found[2 * index] = id, slice(unpacked(K('f:of'), id), 2)
  end
  return found
end

-- the bytes' name, and the number of a block
op['files.block'] = function(a) return redis.call('HGET', K('f:b', a[1]), a[2]) end

-- id
op['files.remove'] = function(a)
  local id, file = a[1], unpacked(K('f:of'), a[1])
  if not file then return '' end
  redis.call('HDEL', K('f:of'), id)
  redis.call('UNLINK', K('f:b', file[7]))
  redis.call('ZREM', K('f:on', file[2]), id)
  countFiles('entries', -1)
  countFiles('bytes', -tonumber(file[4]))
  for _, blob in ipairs(redis.call('LRANGE', K('f:ins', id), 0, -1)) do redis.call('HSET', K('f:in', blob), 'removed', 1) end
  return ''
end
`;
