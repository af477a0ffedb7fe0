import type { QueueClients } from '../../queue/redis-facts.js';
import { type Finding, fail, ok } from '../finding.js';

const SAME =
  'the service and `understudy run` must have the same `queue.url` or UNDERSTUDY_QUEUE_URL, database number included';

/** Whether both sides look at this queue. `clients` null: the server does not tell. Pure. */
export function checkQueueClients(clients: QueueClients | null): readonly Finding[] {
  if (clients === null) return [];
  const { services, evaluators, waiting } = clients;
  const check = 'both sides of the queue';
  const found = `${services} ${services === 1 ? 'service' : 'services'} and ${evaluators === 0 ? 'no evaluator' : 'an evaluator'} connected, ${waiting} batches waiting`;
  if (services > 0 && evaluators > 0) return [ok(check, found)];
  if (services > 0) return [fail(check, found, `start \`understudy run\`: ${SAME}`)];
  if (evaluators > 0) return [fail(check, found, `start the service with the tap: ${SAME}`)];
  return [fail(check, found, `start both: ${SAME}`)];
}
