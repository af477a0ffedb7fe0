import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RunId } from '@understudy/instrumentation/trial';
import type { SeenVerdict } from '../../packages/evaluator/src/ledger/change.js';
import type { Notice } from '../../packages/evaluator/src/ledger/notices.js';
import { START } from './ledger-script.js';
import type { LedgerUnderTest } from './ledger-under-test.js';

const MINUTE = 60_000;

/** How verdicts have changed, and who was told of it. */
export function testChanges(under: LedgerUnderTest): void {
  let number = 0;
  let experiment = '';
  let destination = '';
  beforeEach(async () => {
    number += 1;
    experiment = `changing-${number}`;
    destination = `webhook-${number}`;
    expect(await under.ledger.tryLease('me', START, 10 * MINUTE)).toBe(true);
  });
  afterEach(() => under.ledger.releaseLease('me'));

  const seen = (state: SeenVerdict['state'], change: Partial<SeenVerdict> = {}): SeenVerdict => ({
    experiment,
    arm: 'small',
    run: 'run-1' as RunId,
    k: 1,
    state,
    reason: 'safe',
    sentence: `${state}: NUL \u0000, half a pair \ud800`,
    pairs: 7,
    at: START,
    ...change,
  });
  const look = (one: SeenVerdict, holder = 'me', now = START) =>
    under.ledger.changes.record({ holder, now, seen: [one], destinations: [destination] });
  const claim = (now = START, holder = 'me'): Promise<Notice | null> =>
    under.ledger.changes.claim({ holder, now, destination, claimMs: MINUTE });

  it('stores a verdict that is not what it was, with its reason, and no other', async () => {
    expect(await look(seen('hold', { reason: 'insufficient' }))).toMatchObject([{ state: 'hold', previous: null }]);
    expect(await look(seen('hold', { reason: 'stale' }))).toEqual([]);
    expect(await look(seen('go'))).toMatchObject([{ state: 'go', previous: 'hold', reason: 'safe', pairs: 7 }]);
    expect(await look(seen('go'))).toEqual([]);
    const history = await under.ledger.changes.history({ experiment, arm: 'small' }, 10);
    expect(history.map(({ state, sentence }) => [state, sentence])).toEqual([
      ['go', 'go: NUL \ufffd, half a pair \ufffd'],
      ['hold', 'hold: NUL \ufffd, half a pair \ufffd'],
    ]);
  });

  it('goes on from the run before, and leaves what was seen of it later alone', async () => {
    await look(seen('go'));
    const next = seen('hold', { run: 'run-2' as RunId, k: 2 });
    expect(await look(next)).toMatchObject([{ run: 'run-2', state: 'hold', previous: 'go' }]);
    expect(await look(seen('no_go'))).toEqual([]);
    expect(await look(next)).toEqual([]);
  });

  it('stores nothing for who has lost the lease', async () => {
    expect(await look(seen('go'), 'another')).toEqual([]);
    expect(await look(seen('go'), 'me', START + 11 * MINUTE)).toEqual([]);
    expect(await under.ledger.changes.history({ experiment, arm: 'small' }, 10)).toEqual([]);
  });

  it('stores a change once, whoever saw it at the same time', async () => {
    const stored = await Promise.all(Array.from({ length: 4 }, () => look(seen('go'))));
    expect(stored.flat()).toHaveLength(1);
    expect(await claim()).toMatchObject({ attempt: 1, change: { state: 'go', previous: null } });
    expect(await claim(START + 2 * MINUTE)).toMatchObject({ attempt: 2, change: { state: 'go' } });
  });

  it('has notices of transitions only: not of the first hold, nor of a run that begins as the last one was', async () => {
    await look(seen('hold'));
    await look(seen('hold', { run: 'run-2' as RunId, k: 2 }));
    expect(await claim()).toBeNull();
    await look(seen('go', { run: 'run-2' as RunId, k: 2 }));
    expect(await claim()).toMatchObject({ destination, change: { state: 'go', run: 'run-2' } });
  });

  it('hands out a notice to one, and the next when it was sent', async () => {
    await look(seen('go'));
    await look(seen('no_go'));
    const claims = await Promise.all([claim(), claim(), claim()]);
    const [first] = claims.filter((one) => one !== null);
    expect(claims.filter((one) => one !== null)).toHaveLength(1);
    expect(first).toMatchObject({ attempt: 1, change: { state: 'go' } });
    await under.ledger.changes.settle(first!, { status: 'sent' }, START);
    expect(await claim()).toMatchObject({ attempt: 1, change: { state: 'no_go', previous: 'go' } });
    expect(await claim(START, 'another')).toBeNull();
  });

  it('hands out again what was not sent, when it is due, and what was given up never', async () => {
    await look(seen('go'));
    const first = (await claim())!;
    await under.ledger.changes.settle(first, { status: 'again', dueAt: START + 500, failure: 'answered 503' }, START);
    expect(await claim(START + 499)).toBeNull();
    const second = (await claim(START + 500))!;
    expect(second.attempt).toBe(2);
    // Who was late has nothing to say of a notice that another has taken.
    await under.ledger.changes.settle(first, { status: 'sent' }, START + 501);
    await under.ledger.changes.settle(second, { status: 'given_up', failure: 'answered 410' }, START + 502);
    await under.ledger.changes.settle(second, { status: 'again', dueAt: START, failure: '' }, START + 503);
    expect(await claim(START + 5 * MINUTE)).toBeNull();
  });

  it('takes over from a sender that is gone, once its claim is over', async () => {
    await look(seen('go'));
    expect(await claim()).not.toBeNull();
    expect(await claim(START + MINUTE - 1)).toBeNull();
    expect(await claim(START + MINUTE)).toMatchObject({ attempt: 2 });
  });
}
