import { secondOf } from '@understudy/instrumentation/trial';
import type { RunState } from '../ledger/snapshot.js';
import type { Health } from './health.js';
import { isSwitchedOff, rateOf, windowOf } from './target.js';

/** Why no call of a run can be sampled at `at` (epoch ms), as far as its settings tell. Pure. */
export function idleBecause(state: Pick<RunState, 'bounds' | 'control'>, at: number): Pick<Health, 'idle'> {
  if (isSwitchedOff(state))
    return { idle: 'the experiment is switched off: take `enabled: false` out, or `understudy control --on`' };
  const window = windowOf(state);
  if (window !== null && at >= window.until)
    return {
      idle: `its window ended ${secondOf(window.until)}: set \`window.until\` later, or \`understudy control --until\``,
    };
  if (window !== null && at < window.from) return { idle: `its window begins ${secondOf(window.from)}` };
  if (rateOf(state) === 0)
    return {
      idle: 'its rate of sampling is 0, rules aside: set `sample.rate` above 0, or `understudy control --rate`',
    };
  return {};
}
