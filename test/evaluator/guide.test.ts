import { describe, expect, it } from 'vitest';
import { type Bounds, type Control, controlId, phaseId } from '@understudy/instrumentation/experiment';
import { guide } from '../../packages/evaluator/src/evaluator/guide.js';
import type { RunState } from '../../packages/evaluator/src/ledger/snapshot.js';
import type { Settings } from '../../packages/evaluator/src/queue/settings.js';
import { arm, AT, funnel, report, run, runState } from './report.js';

/** Settings in memory, as the store keeps them. */
class Kept implements Settings {
  readonly values = new Map<string, unknown>();
  writes = 0;
  async read(id: string): Promise<unknown> {
    return this.values.get(id);
  }
  async write(id: string, data: object): Promise<void> {
    this.writes += 1;
    this.values.set(id, data);
  }
  async restore(id: string, data: object): Promise<void> {
    if (!this.values.has(id)) await this.write(id, data);
  }
}

const TARGET = { pairs: 100, afterwards: 'stop', rate: 0.01 } as const;
const BOUNDS: Bounds = { enabled: true, rate: 0.1, window: null, target: TARGET };
const OFF: Control = { v: 1, enabled: false, setAt: AT };
const PHASE = phaseId(run().id);
const CONTROL = controlId(run().experiment);

function withPairs(evidence: number, change: Partial<RunState> = {}): RunState {
  return runState({ arms: { small: arm({ funnel: funnel({ evidence }) }) }, bounds: BOUNDS, ...change });
}

async function guided(settings: Settings, runs: readonly RunState[] | null): Promise<readonly Control[]> {
  const noted: Control[] = [];
  await guide({
    settings,
    ledger: { noteControl: async (_experiment, control) => void noted.push(control) },
    report: () => (runs === null ? null : report(runs)),
    now: () => AT,
    onError: () => undefined,
  });
  return noted;
}

describe('the phase of a run', () => {
  it('is written when the target is reached, once, and again where the store has lost it', async () => {
    const settings = new Kept();
    await guided(settings, [withPairs(99)]);
    expect(settings.values.size).toBe(0);
    for (let turn = 0; turn < 3; turn += 1) await guided(settings, [withPairs(100)]);
    expect(settings.values.get(PHASE)).toEqual({ v: 1, run: run().id, phase: 'stopped', at: AT });
    expect(settings.writes).toBe(1);
    settings.values.clear();
    await guided(settings, [withPairs(100)]);
    expect(settings.values.get(PHASE)).toMatchObject({ phase: 'stopped' });
  });

  it('opens again where a larger target is announced, and replaces what is no phase', async () => {
    const settings = new Kept();
    await guided(settings, [withPairs(100)]);
    await guided(settings, [withPairs(100, { bounds: { ...BOUNDS, target: { ...TARGET, pairs: 500 } } })]);
    expect(settings.values.get(PHASE)).toMatchObject({ phase: 'open' });
    settings.values.set(PHASE, 'garbage');
    await guided(settings, [withPairs(500)]);
    expect(settings.values.get(PHASE)).toMatchObject({ phase: 'stopped' });
  });

  it("is nobody else's to write: neither without the lease nor for a run that no living service has", async () => {
    const settings = new Kept();
    await guided(settings, null);
    await guided(settings, [withPairs(100, { producers: ['gone'] })]);
    await guided(settings, [withPairs(100, { bounds: { ...BOUNDS, target: null } })]);
    expect(settings.values.size).toBe(0);
  });
});

describe('what people have set', () => {
  it('is noted when it has changed, and not what cannot be read', async () => {
    const settings = new Kept();
    settings.values.set(CONTROL, OFF);
    expect(await guided(settings, [runState()])).toEqual([OFF]);
    expect(await guided(settings, [runState({ control: OFF })])).toEqual([]);
    settings.values.set(CONTROL, { ...OFF, v: 9 });
    expect(await guided(settings, [runState({ control: OFF })])).toEqual([]);
  });

  it('is given back to a store that has lost it, and never over what is there', async () => {
    const settings = new Kept();
    await guided(settings, [runState({ control: OFF })]);
    expect(settings.values.get(CONTROL)).toEqual(OFF);
    const on: Control = { ...OFF, enabled: true };
    settings.values.set(CONTROL, on);
    await guided(settings, [runState({ control: OFF })]);
    expect(settings.values.get(CONTROL)).toEqual(on);
  });
});
