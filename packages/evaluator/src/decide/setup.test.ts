import { describe, expect, it } from 'vitest';
import type { MisconfiguredState, ProducerState, RunState } from '../ledger/snapshot.js';
import { health, look } from './decide.test.support.js';
import { setupOf, withSetup } from './setup.js';

const AT = Date.UTC(2026, 10, 22, 6);
const fault = (cause: MisconfiguredState['cause'], found: string, agoMs = 12_000) => ({
  cause,
  found,
  fix: `mend ${cause}`,
  lastAt: AT - agoMs,
});
const COVERAGE = health({ coverage: { admitted: 693, skipped: 307, reasons: { not_announced: 307 } } });
const AS_USUAL = { at: AT, isIdle: false };

describe('withSetup', () => {
  it('names what is set up wrong first, and keeps the rest, the state and the reason', () => {
    const plain = look({ health: COVERAGE });
    const told = withSetup(plain, [fault('candidate_key', 'candidate small of chat: HTTP 401')], AS_USUAL);
    expect(told.sentence).toMatch(
      /^HOLD: a candidate refuses its key \(candidate small of chat: HTTP 401; seen 12 s ago\); only 69\.3 % of the sampled calls were admitted .*not_announced.*\.$/,
    );
    expect(told.setup).toEqual([
      { cause: 'candidate_key', found: 'candidate small of chat: HTTP 401', fix: 'mend candidate_key' },
    ]);
    const { setup: _setup, sentence: _sentence, ...rest } = told;
    expect(plain).toMatchObject(rest);
  });

  it('leaves the sentence of any other state alone, and has the field', () => {
    const go = look({});
    expect(go.state).toBe('go');
    const told = withSetup(go, [fault('candidate_key', 'HTTP 401')], AS_USUAL);
    expect(told).toEqual({ ...go, setup: [{ cause: 'candidate_key', found: 'HTTP 401', fix: 'mend candidate_key' }] });
  });

  it('bounds what a service says, reads no pattern in it, and only names further causes', () => {
    const found = `$& $' ${'x'.repeat(900)}`;
    const faults = [fault('candidate_key', found), fault('untapped', 'a client')];
    const { sentence, setup } = withSetup(look({ health: COVERAGE }), faults, AS_USUAL);
    expect(sentence).toContain("($& $' xxx");
    expect(sentence).toContain('..; seen 12 s ago, and untapped); only 69.3 %');
    expect(sentence.length).toBeLessThan(700);
    expect(setup[0]?.found).toBe(found);
  });

  it('does not say twice why a run is idle', () => {
    const hold = look({ health: health({ coverage: null, idle: 'its window ended 2026-11-22T05:00:00Z' }) });
    expect(hold.sentence).toBe('HOLD: no call was sampled: its window ended 2026-11-22T05:00:00Z.');
    const faults = [fault('window_over', 'the window of chat ended')];
    expect(withSetup(hold, faults, { at: AT, isIdle: true }).sentence).toBe(hold.sentence);
    expect(withSetup(hold, faults, AS_USUAL).sentence).toContain('(the window of chat ended; seen 12 s ago)');
  });
});

describe('setupOf', () => {
  const HOUR = 3_600_000;
  const state = { run: { experiment: 'chat' }, producers: ['p1'], bounds: null, control: null } as unknown as RunState;
  const seen = (cause: MisconfiguredState['cause'], experiment: string | null): MisconfiguredState => {
    const by = experiment === null ? [{ producer: 'p1', found: 'its clock', lastAt: AT - 1000 }] : [];
    return { cause, experiment, count: 1, found: 'HTTP 401', firstAt: AT - 9000, lastAt: AT - 1000, by };
  };
  const causes = (startedAgoMs: number, aheadMs: number): readonly string[] => {
    const times = { startedAt: AT - startedAgoMs + aheadMs, lastSeen: AT - 500, lastSentAt: AT - 500 + aheadMs };
    const producers = [{ id: 'p1', state: 'alive', ...times } as ProducerState];
    const misconfigured = [seen('candidate_key', 'chat'), seen('clock_skew', null)];
    return setupOf({ at: AT, misconfigured, producers }, state).map(({ cause }) => cause);
  };

  it.each([
    ['kept by its service', 60_000, 0, ['candidate_key', 'clock_skew']],
    ['ahead by an hour', 60_000, HOUR, ['candidate_key', 'clock_skew']],
    ['behind by an hour', 60_000, -HOUR, ['candidate_key', 'clock_skew']],
    ['kept by a service that was started anew', 500, 0, ['clock_skew']],
  ])('has what is so whatever the clock: %s', (_, startedAgoMs, aheadMs, expected) => {
    expect(causes(startedAgoMs, aheadMs)).toEqual(expected);
  });
});
