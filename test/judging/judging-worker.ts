/** A process that judges what is due: `judging-worker.ts QUEUE_URL LEDGER_URL LOCK_MS`. It says when it is at work. */
import { startJudging } from '../../packages/evaluator/dist/evaluator/judging/start-judging.js';
import { openStores } from '../../packages/evaluator/dist/evaluator/stores.js';
import { openBudgets } from '../../packages/evaluator/dist/queue/budgets.js';

const [queueUrl = '', ledgerUrl = '', lockMs = '1000'] = process.argv.slice(2);
const stores = await openStores({ queueUrl, ledgerUrl });
startJudging({
  store: stores.queue,
  ledger: stores.ledger,
  budgets: openBudgets(stores.queue),
  secrets: () => undefined,
  source: '',
  now: Date.now,
  onError: (error) => process.send?.(String(error)),
  lockMs: Number(lockMs),
});
process.send?.('ready');
