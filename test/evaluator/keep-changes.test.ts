import { expect, it } from 'vitest';
import type { Report } from '../../packages/evaluator/src/emit/ledger-metrics.js';
import { createRecorder, type KeepingChanges } from '../../packages/evaluator/src/evaluator/keep-changes.js';
import type { RecordOptions } from '../../packages/evaluator/src/ledger/changes.js';
import { arm, AT, report, run, runState } from './report.js';

const good = report([runState()]);
/** The same, `ms` after nobody was heard of any more. */
const stale = (ms: number): Report => report([runState()], { at: AT + 60_000 + ms, handledThrough: AT + 60_000 + ms });

function recorder(webhooks: KeepingChanges['webhooks'] = []) {
  const asked: RecordOptions[] = [];
  let seen: Report | null = null;
  const record = createRecorder({
    ledger: {
      record: async (options) => {
        asked.push(options);
        return [];
      },
      history: async () => [],
      claim: async () => null,
      settle: async () => undefined,
    },
    holder: 'me',
    emitter: { change: () => undefined },
    webhooks,
    report: () => seen,
    now: () => AT,
    onError: () => undefined,
    onChange: () => undefined,
  });
  return {
    asked,
    async look(next: Report | null) {
      seen = next;
      const before = asked.length;
      await record();
      return asked.slice(before).flatMap((options) => options.seen.map(({ reason }) => reason));
    },
  };
}

it('hands the ledger what was seen of the newest run of each experiment, and who is to be told', async () => {
  const changed = run({ policy: { gates: { errors: { margin: 0.2 } } } }, 2);
  const next = runState({ run: changed, arms: { small: arm({ streams: {} }) } });
  const { asked, look } = recorder([{ name: 'slack', url: () => 'http://never.invalid', secret: null }]);
  await look(report([runState(), next]));
  expect(asked).toMatchObject([{ holder: 'me', now: AT, destinations: ['slack'] }]);
  expect(asked[0]?.seen).toMatchObject([{ experiment: 'support', arm: 'small', run: next.run.id, k: 2, at: AT }]);
});

it('stores nothing where another replica holds the lease', async () => {
  const { asked, look } = recorder();
  await look(null);
  expect(asked).toEqual([]);
});

it('takes numbers that are not current for a change once they have not been for a minute', async () => {
  expect(stale(0).standings[0]?.verdict.reason).toBe('stale');
  const { look } = recorder();
  expect(await look(good)).toEqual(['safe']);
  expect(await look(stale(0))).toEqual([]);
  expect(await look(stale(59_999))).toEqual([]);
  expect(await look(stale(60_000))).toEqual(['stale']);
  expect(await look(good)).toEqual(['safe']);
  expect(await look(stale(60_000))).toEqual([]);
});
