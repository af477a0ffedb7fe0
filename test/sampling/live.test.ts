import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { diag, DiagLogLevel } from '@opentelemetry/api';
import type { Clock } from '../../packages/instrumentation/src/capture/clock.js';
import type { Experiment, ExperimentInput } from '../../packages/instrumentation/src/experiment/definition.js';
import { resolveExperiment } from '../../packages/instrumentation/src/experiment/resolve.js';
import { runOf } from '../../packages/instrumentation/src/experiment/run.js';
import { createDecide, type Decision } from '../../packages/instrumentation/src/sample/decide.js';
import { Live } from '../../packages/instrumentation/src/sample/live.js';
import { seeded, type Random } from '../simulation/random.js';
import { aCall, spread } from './deciding.js';

const AT = Date.UTC(2026, 10, 21);

class Time implements Clock {
  ms = 0;
  now(): number {
    return AT + this.ms;
  }
  elapsed(): number {
    return this.ms;
  }
}

/** An experiment that is followed, a call at a time. */
class Followed {
  readonly time = new Time();
  readonly experiment: Experiment;
  readonly live: Live;
  readonly run: string;
  readonly #decide: ReturnType<typeof createDecide>;
  readonly #random: Random = seeded(5);
  #calls = 0;

  constructor(change: Partial<ExperimentInput> = {}) {
    this.experiment = resolveExperiment({
      name: 'e',
      candidate: { model: 'm' },
      sample: { rate: 0.5 },
      piMin: 0.01,
      content: 'full',
      ...change,
    });
    const run = runOf(this.experiment);
    this.run = run.id;
    this.live = new Live(this.experiment, run, this.time);
    this.#decide = createDecide({ experiment: this.experiment, run, rules: {}, terms: () => this.live.terms() });
  }

  /** What the store holds: what people have set, and the phase of the run. */
  hear(control?: object, phase?: string): void {
    const record = phase === undefined ? undefined : { v: 1, run: this.run, phase, at: AT };
    this.live.hear({ control: control && { v: 1, setAt: AT, ...control }, phase: record });
  }

  call(model?: string): Decision {
    this.#calls += 1;
    const call = aCall(this.#random, { startedAt: this.time.now(), ...(model !== undefined && { model }) });
    return this.#decide(call, `call ${this.#calls}`, Buffer.alloc(32, 7));
  }

  /** The probability of the next call, or why it is not compared. */
  next(model?: string): number | string {
    const decision = this.call(model);
    return decision.status === 'outside' ? decision.reason : decision.pi;
  }
}

let lines: string[];

beforeEach(() => {
  lines = [];
  const ignore = (): void => undefined;
  const logger = { error: ignore, warn: (line: string) => void lines.push(line), info: ignore, debug: ignore };
  diag.setLogger({ ...logger, verbose: ignore }, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
});

afterEach(() => diag.disable());

describe('the switch, the rate and the window that people set', () => {
  it('hold from one call to the next, and are forgotten when cleared', () => {
    const followed = new Followed();
    expect(followed.next()).toBe(0.5);
    followed.hear({ enabled: false });
    expect(followed.next()).toBe('disabled');
    followed.hear({ enabled: true, rate: 0.02 });
    expect(followed.next()).toBe(0.02);
    followed.hear({ window: { until: AT + 1000 } });
    expect(followed.next()).toBe(0.5);
    followed.time.ms = 1000;
    expect(followed.next()).toBe('disabled');
    followed.hear({});
    expect(followed.next()).toBe(0.5);
  });

  it('put each probability on its own calls, and draw with it', () => {
    const followed = new Followed();
    for (const rate of [0.8, 0.1]) {
      followed.hear({ rate });
      const decisions = Array.from({ length: 4000 }, () => followed.call());
      expect(decisions.every((one) => 'pi' in one && one.pi === rate)).toBe(true);
      const drawn = decisions.filter(({ status }) => status === 'sampled').length;
      expect(Math.abs(drawn - 4000 * rate)).toBeLessThan(spread(4000, rate));
    }
  });

  it('leave rules as they are, but for a rate of 0', () => {
    const sample = { rate: 0.1, rules: [{ model: 'rare', rate: 1 }] };
    const followed = new Followed({ sample });
    followed.hear({ rate: 0.3 });
    expect([followed.next(), followed.next('rare')]).toEqual([0.3, 1]);
    followed.hear({ rate: 0 });
    expect([followed.next(), followed.next('rare')]).toEqual(['disabled', 'disabled']);
    followed.hear({});
    expect([followed.next(), followed.next('rare')]).toEqual([0.1, 1]);
  });

  it('never come below piMin: the rate is taken for it, and that is said once', () => {
    const followed = new Followed({ piMin: 0.2 });
    followed.hear({ rate: 0.001 });
    followed.hear({ rate: 0.002 });
    expect(followed.next()).toBe(0.2);
    expect(followed.call()).not.toMatchObject({ refused: 'below_pi_min' });
    expect(lines.filter((line) => line.includes('piMin'))).toHaveLength(1);
  });

  it('switch on what the configuration has switched off', () => {
    const followed = new Followed({ enabled: false });
    expect(followed.next()).toBe('disabled');
    followed.hear({ enabled: true });
    expect(followed.next()).toBe(0.5);
  });

  it('move one end of the window and leave the other', () => {
    const window = { from: new Date(AT).toISOString(), days: 1 };
    const followed = new Followed({ window });
    followed.time.ms = 1.5 * 86_400_000;
    expect(followed.next()).toBe('disabled');
    followed.hear({ window: { until: AT + 2 * 86_400_000 } });
    expect(followed.next()).toBe(0.5);
    followed.hear({ window: { from: AT + 1.8 * 86_400_000 } });
    expect(followed.next()).toBe('disabled');
  });
});

describe('a store that says nothing', () => {
  it('leaves the last known state, until it has been silent for too long; one line tells each', () => {
    const followed = new Followed({ control: { offAfterMs: 5000 } });
    followed.hear({ rate: 0.1 });
    for (followed.time.ms = 0; followed.time.ms <= 5000; followed.time.ms += 500) {
      followed.live.missed();
      expect(followed.next()).toBe(0.1);
    }
    for (let turn = 0; turn < 5; turn += 1) followed.live.missed();
    expect(followed.next()).toBe('disabled');
    followed.hear({ rate: 0.1 });
    followed.hear({ rate: 0.1 });
    expect(followed.next()).toBe(0.1);
    expect(lines.map((line) => line.replace(/^.*?understudy: /, ''))).toEqual([
      "no word of the queue's store for 5 s: e is off until there is one",
      "e follows the queue's store again",
    ]);
  });

  it('is no reason to stop before its first word, when nothing is admitted anyway', () => {
    const followed = new Followed({ control: { offAfterMs: 5000 } });
    followed.time.ms = 60_000;
    followed.live.missed();
    expect(followed.next()).toBe(0.5);
    expect(lines).toEqual([]);
  });

  it('has lost its data where it holds nothing any more: what it said still applies', () => {
    const followed = new Followed({ control: { offAfterMs: 5000 }, target: { pairs: 5, rate: 0.02 } });
    followed.hear({ enabled: false }, 'slow');
    followed.time.ms = 60_000;
    followed.hear();
    expect(followed.next()).toBe('disabled');
    followed.hear({ enabled: true });
    expect(followed.next()).toBe(0.02);
  });
});

const HOSTILE: readonly unknown[] = [
  null,
  'off',
  7,
  [],
  {},
  { v: 2, setAt: AT, rate: 1 },
  { v: 1, rate: 1 },
  ...[-1, 2, Number.NaN, Number.POSITIVE_INFINITY, '1', null].map((rate) => ({ v: 1, setAt: AT, rate })),
  ...['false', 0, null].map((enabled) => ({ v: 1, setAt: AT, enabled })),
  ...[{ until: 'now' }, { until: -1 }, { from: 1e300 }, []].map((window) => ({ v: 1, setAt: AT, window })),
  { v: 1, setAt: AT, by: 'x'.repeat(1000) },
];

describe('hostile data in the store', () => {
  it.each(HOSTILE.map((data) => [data]))('%j changes nothing, and counts as silence', (control) => {
    const followed = new Followed({ control: { offAfterMs: 5000 } });
    followed.hear({ rate: 0.1 });
    followed.live.hear({ control, phase: control });
    expect(followed.next()).toBe(0.1);
    followed.time.ms = 5001;
    followed.live.hear({ control, phase: control });
    expect(followed.next()).toBe('disabled');
  });

  it.each(HOSTILE.map((data) => [data]))(
    '%j as the first word leaves the experiment off until there is a good one',
    (control) => {
      const followed = new Followed();
      followed.live.hear({ control, phase: undefined });
      expect(followed.next()).toBe('disabled');
      followed.hear({});
      expect(followed.next()).toBe(0.5);
    },
  );

  it('cannot bring a target, a key or a model with it, nor reach a prototype', () => {
    const followed = new Followed();
    const data: unknown = JSON.parse(
      `{"v":1,"setAt":1,"rate":0.1,"candidate":{"baseUrl":"http://evil"},"apiKey":"k","model":"m","target":{"rate":1},
        "sample":{"rate":1},"piMin":1,"__proto__":{"enabled":false,"rate":1},"constructor":{"prototype":{"rate":1}}}`,
    );
    followed.live.hear({ control: data, phase: data });
    expect(followed.next()).toBe(0.1);
    expect(followed.live.terms()).toEqual({
      off: null,
      window: null,
      sample: { ...followed.experiment.sample, rate: 0.1 },
    });
  });

  it('that changes the rate all the time costs a slice eight probabilities at most, and cannot delay the switch', () => {
    const followed = new Followed();
    const used = new Set([followed.next()]);
    for (let turn = 1; turn <= 60; turn += 1) {
      followed.time.ms += 500;
      followed.hear({ rate: 0.1 + turn / 1000 });
      used.add(followed.next());
    }
    expect(used.size).toBe(8);
    followed.hear({ enabled: false, rate: 0.77 });
    expect(followed.next()).toBe('disabled');
    followed.time.ms += 60_000;
    followed.hear({ rate: 0.9 });
    expect(followed.next()).toBe(0.9);
  });

  it('that is switched off in between costs a slice no more', () => {
    const followed = new Followed();
    const used = new Set<number | string>();
    for (let turn = 1; turn <= 50; turn += 1) {
      followed.hear({ enabled: false, rate: turn / 60 });
      expect(followed.next()).toBe('disabled');
      followed.time.ms += 500;
      followed.hear({ enabled: true, rate: turn / 60 });
      used.add(followed.next());
      followed.time.ms += 500;
    }
    expect(used.size).toBe(8);
  });

  it.each([
    ['a rate of 0', { rate: 0 }, undefined],
    ['a target that is reached', {}, 'stopped'],
  ])('keeps a probability to draw with over %s, however many there were in the slice', (_, between, phase) => {
    const followed = new Followed({ target: { pairs: 100, rate: 0.02, afterwards: 'stop' } });
    for (let turn = 1; turn <= 9; turn += 1) followed.hear({ rate: turn / 10 });
    const last = followed.next();
    followed.hear(between, phase);
    expect(followed.next()).toBe(phase === undefined ? 'disabled' : 'covered');
    followed.hear({ rate: 0.95 }, 'open');
    expect(followed.live.terms()).toMatchObject({ off: null, sample: { rate: last } });
    expect(followed.next()).toBe(last);
    followed.time.ms += 60_000;
    followed.hear({ rate: 0.95 }, 'open');
    expect(followed.next()).toBe(0.95);
  });

  it('begins with what was set where nothing was to be sampled before', () => {
    const followed = new Followed({ sample: { rate: 0 } });
    expect(followed.next()).toBe('disabled');
    followed.hear({ rate: 0.3 });
    expect(followed.next()).toBe(0.3);
  });
});

describe('a run on its way to its target', () => {
  const target = { pairs: 100, rate: 0.02 } as const;

  it('goes on at the rate of the target once it is reached, rules too, and at its own in a new run', () => {
    const sample = {
      rate: 0.1,
      rules: [
        { model: 'much', rate: 1 },
        { model: 'little', rate: 0.01 },
      ],
    };
    const followed = new Followed({ sample, target });
    const rates = (): readonly unknown[] => [followed.next(), followed.next('much'), followed.next('little')];
    followed.hear({}, 'open');
    expect(rates()).toEqual([0.1, 1, 0.01]);
    followed.hear({}, 'slow');
    expect(rates()).toEqual([0.02, 0.02, 0.01]);
    followed.hear({ rate: 0.015 }, 'slow');
    expect(rates()).toEqual([0.015, 0.02, 0.01]);

    const next = new Followed({ sample, target, candidate: { model: 'another' } });
    next.live.hear({ control: undefined, phase: { v: 1, run: followed.run, phase: 'stopped', at: AT } });
    expect(next.next()).toBe(0.1);
  });

  it('counts its calls as covered where it stops, and as disabled where people switch it off', () => {
    const followed = new Followed({ target: { ...target, afterwards: 'stop' } });
    followed.hear({}, 'stopped');
    expect(followed.next()).toBe('covered');
    followed.hear({ enabled: false }, 'stopped');
    expect(followed.next()).toBe('disabled');
    followed.hear({ enabled: true }, 'open');
    expect(followed.next()).toBe(0.5);
  });

  it('takes the least probability there may be as its piMin where none is declared', () => {
    const declared = { name: 'e', candidate: { model: 'm' }, content: 'full' as const, sample: { rate: 0.5 }, target };
    expect(resolveExperiment(declared).piMin).toBe(0.02);
  });
});
