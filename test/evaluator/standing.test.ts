import { describe, expect, it } from 'vitest';
import type {
  EvidenceDay,
  LedgerSnapshot,
  MisconfiguredState,
  RunState,
} from '../../packages/evaluator/src/ledger/snapshot.js';
import { standingsOf } from '../../packages/evaluator/src/decide/standing.js';
import { EMPTY_HEALTH } from '../../packages/evaluator/src/judge/trial/judge-health.js';
import { arm, AT, errorsTally, funnel, report, run, runState } from './report.js';

const verdictOf = (...runs: Parameters<typeof report>) => report(...runs).standings[0]!.verdict;
const producer = report([]).snapshot.producers[0]!;

describe('standingsOf', () => {
  it('is GO where the evidence is, and everything is sound', () => {
    expect(verdictOf([runState()])).toMatchObject({ state: 'go', pairs: 1000, level: 0.025 });
  });

  it('judges the candidates, not the A/A arm, and marks the newest run of each experiment', () => {
    const older = runState({ arms: { small: arm(), aa: arm() } });
    const newer = runState({ run: run({ candidates: { other: {} } }, 2), arms: { other: arm() } });
    const { standings } = report([older, newer]);
    expect(standings.map(({ arm: name, current }) => [name, current])).toEqual([
      ['small', false],
      ['other', true],
    ]);
  });

  it('leaves out a run of which nothing can be said, tells why, and says all of the others', () => {
    const broken = run({ name: 'broken', segments: { attribute: 'a', critical: ['a'] } });
    const senseless = {
      ...broken,
      definition: { ...broken.definition, policy: { ...broken.definition.policy, alpha: 5e-324 } },
    };
    const { snapshot } = report([runState()]);
    const told: unknown[] = [];
    const standings = standingsOf(
      { ...snapshot, runs: [runState({ run: senseless }), ...snapshot.runs] },
      (of, error) => told.push([of.experiment, error instanceof Error]),
    );
    expect(standings.map((one) => [one.run.experiment, one.verdict.state])).toEqual([['support', 'go']]);
    expect(told).toEqual([['broken', true]]);
  });

  it('divides the level by candidates and runs', () => {
    const second = run({ candidates: { small: {}, tiny: {} } }, 2);
    expect(verdictOf([runState({ run: second })]).level).toBeCloseTo(0.05 / (2 * 2 * 3), 12);
  });

  it('is invalid where the incumbent harms when asked again', () => {
    const noise = arm({ streams: { _all: { errors: errorsTally(0, 500, 500) } } });
    expect(verdictOf([runState({ arms: { small: arm(), aa: noise } })]).state).toBe('invalid');
  });

  it('keeps a stored rejection whatever the evidence says later', () => {
    const stopped = {
      run: run().id,
      arm: 'small',
      state: 'no_go',
      stream: '_all',
      sentence: 'NO_GO: it was.',
      pairs: 9,
      at: AT,
    } as const;
    expect(verdictOf([runState({ arms: { small: arm({ transitions: [stopped] }) } })])).toMatchObject({
      state: 'no_go',
      sentence: 'NO_GO: it was.',
    });
  });

  it.each([
    ['legs were dropped after admission', { dropped: { ring_full: 50 }, stored: 950 }, 'lossy'],
    ['legs were lost', { lost: 50, stored: 950 }, 'lossy'],
    ['rows came late', { late: 50 }, 'lossy'],
    ['legs were put aside', { aside: 50, stored: 950 }, 'lossy'],
    ['too many calls were skipped', { sampled: 2000, skipped: { concurrency_cap: 1000 } }, 'coverage'],
    ['nothing is known of the sampled calls', { sampled: 0 }, 'coverage'],
  ])('holds where %s', (_what, change, reason) => {
    const verdict = verdictOf([runState({ arms: { small: arm({ funnel: funnel(change) }) } })]);
    expect(verdict).toMatchObject({ state: 'hold', reason });
  });

  it('counts days from the registration of its run, whatever the clock of a call says', () => {
    const today = Math.floor(AT / 86_400_000);
    const day = (at: number, failed: number): EvidenceDay => ({
      day: at,
      gates: { errors: errorsTally(0, 1000 - failed, failed) },
      preference: null,
    });
    const days = [day(today, 0), day(today + 1, 0), day(today + 2, 160)];
    for (const evidenceDays of [days, [day(0, 0), ...days]]) {
      const verdict = verdictOf([runState({ arms: { small: arm({ evidenceDays }) } })]);
      expect(verdict.degrading).toMatchObject({ day: 3 });
    }
  });

  it('does not hold for legs that are still on their way', () => {
    const small = arm({ funnel: funnel({ admitted: 1200, sampled: 1200, pending: 200 }) });
    expect(verdictOf([runState({ arms: { small } })]).state).toBe('go');
  });

  it.each([
    ['users aborted many calls', 'aborted', 100, 'coverage'],
    ['the incumbent itself fails', 'error', 600, 'inconclusive'],
  ] as const)('holds where %s', (_what, primary, pairs, reason) => {
    const outcomes = [
      { segment: '_none', primary, shadow: 'ok', pairs },
      { segment: '_none', primary: 'ok', shadow: 'ok', pairs: 1000 - pairs },
    ] as const;
    expect(verdictOf([runState({ arms: { small: arm({ outcomes }) } })])).toMatchObject({ state: 'hold', reason });
  });

  it.each([
    ['a producer is silent', { producers: [{ ...producer, lastSeen: AT - 31_000 }] }],
    [
      'the last producer went without a goodbye',
      { producers: [{ ...producer, state: 'gone' as const, lastSeen: AT - 1e6 }] },
    ],
  ])('holds as stale where %s', (_what, change) => {
    expect(verdictOf([runState()], change)).toMatchObject({ state: 'hold', reason: 'stale' });
  });

  it('is not stale because one of several producers was killed, or because all have ended well', () => {
    const gone = { ...producer, id: 'p0', state: 'gone' as const, lastSeen: AT - 1e6 };
    expect(verdictOf([runState()], { producers: [gone, producer] }).state).toBe('go');
    expect(verdictOf([runState()], { producers: [{ ...producer, state: 'final', lastSeen: AT - 1e9 }] }).state).toBe(
      'go',
    );
  });

  it('is stale where its own producers fell silent, whatever another experiment hears', () => {
    const gone = { ...producer, id: 'p0', state: 'gone' as const, lastSeen: AT - 1e6 };
    const other = runState({ run: run({ name: 'other' }), producers: ['p1'] });
    const { standings } = report([runState({ producers: ['p0'] }), other], { producers: [gone, producer] });
    expect(standings.map(({ verdict }) => [verdict.state, verdict.reason])).toEqual([
      ['hold', 'stale'],
      ['go', 'safe'],
    ]);
  });

  it('is stale where the service has gone back to an older definition', () => {
    const ended = { ...producer, id: 'p0', state: 'final' as const };
    const older = runState({ producers: ['p1'] });
    const newer = runState({ run: run({ noise: { rate: 1 } }, 2), producers: ['p0'] });
    const { standings } = report([older, newer], { producers: [ended, producer] });
    expect(standings.map(({ current, verdict }) => [current, verdict.state, verdict.reason])).toEqual([
      [false, 'go', 'safe'],
      [true, 'hold', 'stale'],
    ]);
    expect(standings[1]?.verdict.sentence).toContain(
      'an earlier one that this run replaced: change it to start a new run',
    );
  });

  it('is stale while the queue holds what is older than a minute', () => {
    const ended = { producers: [{ ...producer, state: 'final' as const }] };
    expect(verdictOf([runState()], { ...ended, handledThrough: AT - 61_000 })).toMatchObject({ reason: 'stale' });
    expect(verdictOf([runState()], { ...ended, handledThrough: AT - 59_000 }).state).toBe('go');
  });

  it('takes the newest run by its number, since replicas have clocks of their own', () => {
    const first = runState();
    const second = runState({ run: { ...run({ noise: { rate: 1 } }, 2), registeredAt: AT - 7_200_000 } });
    expect(report([second, first]).standings.map(({ run: { k }, current }) => [k, current])).toEqual([
      [2, true],
      [1, false],
    ]);
  });

  it('holds as stale where nobody closes the slices', () => {
    const slice = {
      slice: 1,
      startsAt: AT - 400_000,
      endsAt: AT - 340_000,
      deadlineAt: AT - 31_000,
      stored: 3,
      waits: [],
    };
    expect(verdictOf([runState({ open: [slice], openCount: 1 })])).toMatchObject({ state: 'hold', reason: 'stale' });
    const due = { ...slice, deadlineAt: AT - 1000 };
    expect(verdictOf([runState({ open: [due], openCount: 1 })]).state).toBe('go');
  });

  it('is not over with its window while judgements or labels of its pairs are waited for', () => {
    const bounds = { enabled: true, rate: 1, window: { from: AT - 7_200_000, until: AT - 1000 }, target: null };
    const judging = { judge: 'abc', health: EMPTY_HEALTH, sensitivity: 0.9, unfit: null, waitsFor: null, waiting: 0 };
    const expired = (judgements: number, labels: number): boolean | undefined =>
      report([runState({ bounds, judging: { ...judging, openSlices: { judgements, labels } } })]).standings[0]?.expired;
    expect([expired(1, 0), expired(0, 1), expired(0, 0)]).toEqual([false, false, true]);
  });

  it('takes the judge from the run: what canaries say of it, and whether people are asked', () => {
    const judged = run({
      judge: { model: 'judge', baseUrl: 'http://localhost:1', labels: { rate: 0 } },
      policy: { gates: { errors: { margin: 0.1 }, win_rate: { margin: 0.05 } } },
    });
    const { gates, state, reason } = verdictOf([runState({ run: judged })]);
    expect({ state, reason }).toEqual({ state: 'hold', reason: 'insufficient' });
    expect(gates.at(-1)).toMatchObject({
      gate: 'win_rate',
      state: 'waiting',
      margin: 0.05,
      winRate: { sensitivity: null, unfit: null, unproven: 13 + 19, labels: null },
    });
  });

  it('names what is set up wrong of its experiment, and of its own services alone', () => {
    const small = arm({ funnel: funnel({ sampled: 2000, skipped: { not_announced: 1000 } }) });
    const seen = { count: 1, firstAt: AT - 60_000, lastAt: AT - 12_000, by: [] } as const;
    const key = { ...seen, cause: 'candidate_key', experiment: 'support', found: 'HTTP 401' } as const;
    const of = (id: string, lastAt = AT - 5000) =>
      ({ ...seen, cause: 'untapped', experiment: null, found: id, by: [{ producer: id, found: id, lastAt }] }) as const;
    const told = (...misconfigured: LedgerSnapshot['misconfigured']) =>
      verdictOf([runState({ arms: { small } })], { misconfigured });
    expect(told(key)).toMatchObject({ state: 'hold', reason: 'coverage', setup: [{ cause: 'candidate_key' }] });
    expect(told(key).sentence).toMatch(/^HOLD: a candidate refuses its key \(HTTP 401; seen 12 s ago\); only 50\.0 %/);
    expect(told(of('p1')).sentence).toMatch(/^HOLD: a client was made before the tap: .*\(p1; seen 5 s ago\); only/);
    const others = [
      of('p2'),
      of('p1', AT - 1_800_001),
      { ...key, experiment: 'other' },
      { ...key, lastAt: AT - 1_800_001 },
    ];
    for (const one of others) {
      expect(told(one).setup).toEqual([]);
      expect(told(one).sentence).toMatch(/^HOLD: only 50\.0 %/);
    }
    const anew = { producers: [{ ...producer, startedAt: AT - 6000 }], misconfigured: [key] };
    expect(verdictOf([runState({ arms: { small } })], anew).setup).toEqual([]);
  });

  it.each([
    ['its window is over', { window: { from: 0, until: AT - 1000 } }, null, /its window ended 2026-11-21T11:59:59Z/],
    ['people have ended its window', {}, { window: { until: AT - 1000 } }, /its window ended 2026-11-21T11:59:59Z/],
    ['its window is not open yet', { window: { from: AT + 1000, until: AT + 2000 } }, null, /its window begins 2026-/],
    ['it is switched off', { enabled: false }, null, /the experiment is switched off/],
    ['people have switched it off', {}, { enabled: false }, /the experiment is switched off/],
    ['its rate is 0', { rate: 0 }, null, /its rate of sampling is 0/],
    ['people have set its rate to 0', {}, { rate: 0 }, /its rate of sampling is 0/],
    [
      'people have switched it on again',
      { enabled: false, rate: 0 },
      { enabled: true, rate: 1 },
      /whether `match` fits/,
    ],
    ['nothing bounds it', {}, null, /look whether the service makes its client after the tap/],
  ])('says why no call was sampled where %s', (_what, bounded, set, words) => {
    const bounds = { enabled: true, rate: 1, window: null, target: null, ...bounded };
    const control = set === null ? null : ({ v: 1, setAt: AT - 2000, ...set } as const);
    const small = arm({
      streams: {},
      outcomes: [],
      funnel: funnel({ sampled: 0, admitted: 0, stored: 0, evidence: 0 }),
    });
    const verdict = verdictOf([runState({ bounds, control, arms: { small } })]);
    expect(verdict).toMatchObject({ state: 'hold', reason: 'coverage' });
    expect(verdict.sentence).toMatch(words);
  });

  it('takes for mended what settings, or batches, show to be otherwise by now', () => {
    const seen = {
      experiment: 'support',
      count: 1,
      found: 'was so',
      firstAt: AT - 60_000,
      lastAt: AT - 12_000,
      by: [],
    };
    const causesOf = (cause: MisconfiguredState['cause'], change: Partial<RunState>): readonly string[] =>
      verdictOf([runState(change)], { misconfigured: [{ ...seen, cause }] }).setup.map((one) => one.cause);
    const bounds = { enabled: true, rate: 0, window: { from: 0, until: AT - 1000 }, target: null };
    const open = { ...bounds, rate: 1, window: { from: 0, until: AT + 1000 } };
    expect(causesOf('window_over', { bounds })).toEqual(['window_over']);
    expect(causesOf('window_over', { bounds: open })).toEqual([]);
    expect(causesOf('rate_zero', { bounds })).toEqual(['rate_zero']);
    expect(causesOf('rate_zero', { bounds: open })).toEqual([]);
    expect(causesOf('no_service', {})).toEqual([]);
  });
});
