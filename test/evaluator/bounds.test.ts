import { describe, expect, it } from 'vitest';
import type { Bounds, Control } from '@understudy/instrumentation/experiment';
import { renderStatus, statusJson } from '../../packages/evaluator/src/cli/render-status.js';
import { renderVerdict, verdictJson } from '../../packages/evaluator/src/cli/render-verdict.js';
import { styleFor } from '../../packages/evaluator/src/cli/style.js';
import { progressOf } from '../../packages/evaluator/src/decide/target.js';
import type { RunState } from '../../packages/evaluator/src/ledger/snapshot.js';
import { arm, AT, errorsTally, funnel, report, runState } from './report.js';

const plain = styleFor(false);
const DAY = 86_400_000;

function bounds(change: Partial<Bounds> = {}): Bounds {
  return { enabled: true, rate: 0.1, window: null, target: null, ...change };
}

function control(change: Partial<Control> = {}): Control {
  return { v: 1, setAt: AT - 60_000, by: 'ann@host', ...change };
}

/** A run of a hundred pairs, which settle nothing. */
function unsettled(change: Partial<RunState>): RunState {
  const small = arm({ streams: { _all: { errors: errorsTally(0, 100, 0) } }, funnel: funnel({ evidence: 100 }) });
  return runState({ arms: { small }, ...change });
}

const standing = (state: RunState) => report([state]).standings[0]!;
const status = (state: RunState): string => renderStatus(report([state]), plain).join('\n');
const over = { from: AT - 2 * DAY, until: AT - DAY };

describe('the end of a window', () => {
  it('is why a run that is not settled holds', () => {
    const { verdict } = standing(unsettled({ bounds: bounds({ window: over }) }));
    expect(verdict).toMatchObject({ state: 'hold', reason: 'expired' });
  });

  it('takes no GO back, and is said beside it', () => {
    const settled = standing(runState({ bounds: bounds({ window: over }) }));
    expect(settled.verdict.state).toBe('go');
    expect(renderVerdict(settled, plain).join('\n')).toContain('the window is over: no more pairs will come');
    expect(verdictJson(settled)).toMatchObject({ state: 'go', expired: true });
    expect(status(runState({ bounds: bounds({ window: over }) }))).toContain(
      'window from 2026-11-19 12:00:00 until 2026-11-20 12:00:00: it is over, nothing more is shadowed',
    );
  });

  it.each([
    ['is still open', bounds({ window: { from: over.from, until: AT + 1 } }), null],
    ['has no end', bounds(), control({ window: { from: over.from } })],
    ['was prolonged by people', bounds({ window: over }), control({ window: { until: AT + DAY } })],
    ['nobody has announced', null, null],
  ])('is not reached where it %s', (_what, announced, set) => {
    expect(standing(unsettled({ bounds: announced, control: set })).verdict.reason).toBe('insufficient');
  });

  it('is reached where people have set an earlier one', () => {
    const state = unsettled({ bounds: bounds(), control: control({ window: { until: AT } }) });
    expect(standing(state).verdict.reason).toBe('expired');
    expect(status(state)).toContain('control: until 2026-11-21 12:00:00; set 2026-11-21 11:59:00 by ann@host');
  });

  it('waits for the calls of the window that are not evidence yet, and for no others', () => {
    const slice = { slice: 1, endsAt: AT, deadlineAt: AT + DAY, stored: 3, waits: [] };
    const open = (startsAt: number): RunState =>
      unsettled({ bounds: bounds({ window: over }), open: [{ ...slice, startsAt }], openCount: 1 });
    expect(standing(open(over.until - 1)).verdict.reason).toBe('insufficient');
    expect(standing(open(over.until)).verdict.reason).toBe('expired');
  });
});

describe('the target', () => {
  const target = { pairs: 100, afterwards: 'slow', rate: 0.02 } as const;

  it('is reached when the candidate with the fewest pairs has them, whatever the A/A leg has', () => {
    const of = (small: number, tiny: number, aa: number, afterwards: 'slow' | 'stop' = 'slow') => {
      const arms = Object.entries({ small, tiny, aa }).map(
        ([name, evidence]) => [name, arm({ funnel: funnel({ evidence }) })] as const,
      );
      const progress = progressOf({
        arms: Object.fromEntries(arms),
        bounds: bounds({ target: { ...target, afterwards } }),
      });
      return [progress?.pairs, progress?.phase];
    };
    expect(of(100, 99, 100)).toEqual([99, 'open']);
    expect(of(100, 101, 7)).toEqual([100, 'slow']);
    expect(of(100, 101, 7, 'stop')).toEqual([100, 'stopped']);
    expect(progressOf(runState())).toBeNull();
    expect(progressOf(runState({ bounds: bounds() }))).toBeNull();
  });

  it('shows in the status', () => {
    const text = (pairs: number, afterwards: 'slow' | 'stop'): string =>
      status(runState({ bounds: bounds({ target: { pairs, afterwards, rate: 0.02 } }) }));
    expect(text(4000, 'slow')).toContain('target: 1,000 of 4,000 pairs (25.0 %)');
    expect(text(1000, 'slow')).toContain('target: 1,000 of 1,000 pairs: reached, goes on at a rate of 0.02');
    expect(text(1000, 'stop')).toContain('target: 1,000 of 1,000 pairs: reached, nothing more is shadowed');
  });
});

describe('what people have set', () => {
  it('shows in the status and its JSON, without what a terminal would obey', () => {
    const state = runState({ control: control({ enabled: false, rate: 0.2, by: 'a\u001b[2Jb\nc' }) });
    expect(status(state)).toContain('control: off, rate 0.2; set 2026-11-21 11:59:00 by a?[2Jb?c');
    expect(JSON.parse(JSON.stringify(statusJson(report([state]))))).toMatchObject({
      runs: [{ control: { enabled: false } }],
    });
  });

  it('says where nothing is set that the configuration has it off', () => {
    expect(status(runState({ bounds: bounds({ enabled: false }) }))).toContain('switched off by its configuration');
    expect(status(runState())).not.toMatch(/control|window|target|switched/);
  });
});
