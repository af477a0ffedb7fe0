import { QUEUES } from '../store.js';
import { type BudgetState, type LeaseReply, type LeaseRequest, MOST_NANO_USD } from './lease.js';
import { amountOf, numberAt, paceOf, withinBounds } from './numbers.js';

/** Key of the set of all experiments that ever asked for money. */
const EXPERIMENTS = `${QUEUES.prefix}:understudy-budgets`;

/** Key of one experiment's hash: `spent`, `limit`, `least`, `pace`, and a field `l:NAME` for each lease. */
function budgetKey(experiment: string): string {
  return `${EXPERIMENTS}:${experiment}`;
}

/**
 * One request of a lease, on Redis. KEYS: the experiment's hash, the set of experiments. ARGV: as {@link leaseArguments} gives them.
 *
 * Numbers are doubles, exact below 2^53, and written by `%.0f`, since Lua's own way of writing them rounds at 14 digits. No amount and no sum of
 * them goes past the largest, and one that is found to be larger, or to be no number, is taken for that.
 */
export const LEASE_SCRIPT: string = `
local most = ${MOST_NANO_USD}
local function whole(number) return string.format('%.0f', number) end
local function amount(text)
  local number = tonumber(text)
  if not number or not (number <= most) then return most end
  return math.max(0, number)
end
local name, seq, fresh = ARGV[2], tonumber(ARGV[3]), ARGV[4] == '1'
local limit, settled, inflight, least = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local reserve, atrisk, ttl, seen = tonumber(ARGV[9]), tonumber(ARGV[10]), tonumber(ARGV[11]), tonumber(ARGV[12])
local from, halvings, smallest = tonumber(ARGV[13]), tonumber(ARGV[14]), tonumber(ARGV[15])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

local fields = redis.call('HGETALL', KEYS[1])
local spent, others, own, pace, known_least = 0, 0, nil, nil, 0
local gone = {}
for index = 1, #fields, 2 do
  local field, value = fields[index], fields[index + 1]
  if field == 'spent' then
    spent = math.min(most, spent + amount(value))
  elseif field == 'least' then
    known_least = amount(value)
  elseif field == 'pace' then
    pace = value
  elseif string.sub(field, 1, 2) == 'l:' then
    local numbers = {}
    for number in string.gmatch(value, '%d+') do numbers[#numbers + 1] = amount(number) end
    if field == 'l:' .. name then
      own = numbers
    elseif numbers[4] <= now then
      spent = math.min(most, spent + numbers[2])
      gone[#gone + 1] = field
    else
      others = math.min(most, others + numbers[1])
    end
  end
end
if #gone > 0 then redis.call('HDEL', KEYS[1], unpack(gone)) end
spent = math.max(spent, seen)
if smallest > 0 and (known_least == 0 or smallest < known_least) then known_least = smallest end

local status, reserved, risk = 'lost', 0, 0
if own and own[5] >= seq then
  status, reserved, risk = 'granted', own[1], own[2]
elseif own or fresh then
  local before = own or {0, 0, 0, 0, 0}
  local paid = math.max(0, settled - before[3])
  spent = math.min(most, spent + paid)
  local known = math.max(settled, before[3])
  status = 'granted'
  if ttl == 0 then
    spent = math.min(most, spent + inflight)
    redis.call('HDEL', KEYS[1], 'l:' .. name)
  else
    local free = limit - spent - others
    local share = math.max(inflight + least, before[1] - paid, math.floor(free / 2))
    reserved = math.max(inflight, math.min(reserve, free, share))
    risk = math.max(inflight, math.min(atrisk, reserved))
    local values = {whole(reserved), whole(risk), whole(known), whole(now + ttl), whole(seq)}
    redis.call('HSET', KEYS[1], 'l:' .. name, table.concat(values, ' '))
  end
end
if from >= 0 then
  local at = pace and tonumber(string.match(pace, '%d+')) or 0
  if at == from then
    pace = whole(now) .. ' ' .. whole(spent) .. ' ' .. whole(halvings)
    redis.call('HSET', KEYS[1], 'pace', pace)
  end
end
redis.call('HSET', KEYS[1], 'spent', whole(spent), 'limit', whole(limit), 'least', whole(known_least))
redis.call('SADD', KEYS[2], ARGV[1])
return {status, whole(reserved), whole(risk), whole(spent), whole(others), whole(now), pace or '', whole(known_least)}
`;

export function leaseKeys({ experiment }: Pick<LeaseRequest, 'experiment'>): readonly [string, string] {
  return [budgetKey(experiment), EXPERIMENTS];
}

export function leaseArguments(request: LeaseRequest): readonly string[] {
  const { experiment, lease, seq, fresh, ttlMs, pace, ...amounts } = withinBounds(request);
  const { limit, settled, inFlight, least, smallest, reserve, atRisk, seen } = amounts;
  const numbers = [
    limit,
    settled,
    inFlight,
    least,
    reserve,
    atRisk,
    ttlMs,
    seen,
    pace?.from ?? -1,
    pace?.halvings ?? 0,
    smallest,
  ];
  return [experiment, lease, String(seq), fresh ? '1' : '0', ...numbers.map(String)];
}

/** Reads what the script gives back. Throws where it is nothing of the kind. */
export function readLeaseReply(given: unknown): LeaseReply {
  const values = Array.isArray(given) ? (given as readonly unknown[]) : [];
  const [status] = values;
  return {
    status: status === 'granted' ? status : 'lost',
    reserved: numberAt(values, 1),
    atRisk: numberAt(values, 2),
    spent: numberAt(values, 3),
    reservedByOthers: numberAt(values, 4),
    now: numberAt(values, 5),
    pace: paceOf(values[6]),
    least: numberAt(values, 7),
  };
}

/** What reading budgets needs of a client of Redis. */
export interface RedisReader {
  smembers(key: string): Promise<readonly string[]>;
  hgetall(key: string): Promise<Readonly<Record<string, string>>>;
}

/** Every budget a Redis holds, by experiment's name. */
export async function readBudgetsOfRedis(client: RedisReader): Promise<readonly BudgetState[]> {
  const experiments = [...(await client.smembers(EXPERIMENTS))].toSorted();
  return await Promise.all(
    experiments.map(async (experiment) => {
      const { spent, limit, least, pace = '', ...rest } = await client.hgetall(budgetKey(experiment));
      const leases = Object.entries(rest).filter(([field]) => field.startsWith('l:'));
      return {
        experiment,
        spent: amountOf(Number(spent ?? 0)),
        limit: amountOf(Number(limit ?? 0)),
        least: amountOf(Number(least ?? 0)),
        reserved: amountOf(leases.reduce((sum, [, value]) => sum + amountOf(Number(value.split(' ', 1)[0])), 0)),
        halvings: paceOf(pace)?.halvings ?? 0,
      };
    }),
  );
}
