/** A worker that takes one job and never finishes it: `queue-victim.ts URL LOCK_MS`. It says which job it has, and waits. */
import { consumeBatches } from '../../packages/evaluator/dist/queue/consume-batches.js';
import { openStore } from '../../packages/evaluator/dist/queue/store.js';

const [url = '', lockMs = '500'] = process.argv.slice(2);
const store = await openStore(url, { queue: false });
consumeBatches({
  store,
  lockMs: Number(lockMs),
  handle: (job) => {
    process.send?.(job.id);
    return new Promise(() => undefined);
  },
  aside: async () => undefined,
  onError: () => undefined,
});
