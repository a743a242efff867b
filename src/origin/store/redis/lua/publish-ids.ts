import { PUBLISH_ID_WINDOW } from '../../../../protocol/publish-id.ts';

/** The publish ids of the last two minutes: the oldest go first. */
export const PUBLISH_IDS = `
local REMEMBERED_MS = ${PUBLISH_ID_WINDOW}
local IDS, ID_ORDER = K('ids'), K('idorder')
local dropOldIds
-- Ids that one call drops beside those that make room for its own: there are more only after limits were lowered.
local idsLeft = 500

-- The stamp of the entry with an id.
local function publishedAs(id)
  if not dropOldIds then
    dropOldIds = true
    local expired = stampOf(math.max(0, now() - REMEMBERED_MS))
    for _ = 1, 500 do
      local oldest = redis.call('LINDEX', ID_ORDER, 0)
      if not oldest or (redis.call('HGET', IDS, oldest) or ZERO) > expired then break end
      redis.call('LPOP', ID_ORDER)
      redis.call('HDEL', IDS, oldest)
      set('idBytes', number('idBytes') - #oldest + 1)
    end
  end
  local tt = redis.call('HGET', IDS, id)
  if tt and tt > stampOf(math.max(0, now() - REMEMBERED_MS)) then return tt end
end

local function rememberId(id, tt)
  redis.call('HSET', IDS, id, tt)
  local count = redis.call('RPUSH', ID_ORDER, id)
  local bytes = number('idBytes') + #id - 1
  local most, mostBytes = count - 1, number('idBytes')
  while count > rule(8) or bytes > rule(9) do
    if count <= most and bytes <= mostBytes then
      if idsLeft == 0 then break end
      idsLeft = idsLeft - 1
    end
    local oldest = redis.call('LPOP', ID_ORDER)
    if not oldest then break end
    redis.call('HDEL', IDS, oldest)
    count, bytes = count - 1, bytes - #oldest + 1
  end
  set('idBytes', bytes)
end
`;
