import { describe, expect, it } from 'vitest';
import { type Control, readControl } from '@understudy/instrumentation/experiment';
import {
  changedControl,
  changesAnything,
  type ControlChange,
  controlIssues,
  type Followers,
} from '../../packages/evaluator/src/evaluator/change-control.js';

const NOW = Date.UTC(2026, 10, 21);
const SET = { now: NOW, by: 'ann' };
const BEFORE: Control = { v: 1, enabled: false, rate: 0.2, window: { from: NOW }, setAt: NOW - 9, by: 'bob' };

function change(fields: Partial<ControlChange>): ControlChange {
  return { clear: false, ...fields };
}

function issues(
  fields: Partial<ControlChange>,
  followers: Partial<Followers>,
  before: Control | null = null,
): string[] {
  const wanted = change(fields);
  return [...controlIssues(wanted, changedControl(before, wanted, SET), { piMin: null, bounds: null, ...followers })];
}

describe('changedControl', () => {
  it('changes what is named and leaves the rest', () => {
    expect(changedControl(BEFORE, change({ enabled: true, until: NOW + 5 }), SET)).toEqual({
      v: 1,
      enabled: true,
      rate: 0.2,
      window: { from: NOW, until: NOW + 5 },
      setAt: NOW,
      by: 'ann',
    });
  });

  it('forgets what was set where it is cleared, and still says so to who reads it', () => {
    const cleared = changedControl(BEFORE, change({ clear: true, rate: 0.5 }), SET);
    expect(cleared).toEqual({ v: 1, rate: 0.5, setAt: NOW, by: 'ann' });
    expect(readControl(JSON.parse(JSON.stringify(changedControl(null, change({ clear: true }), SET))))).toMatchObject({
      v: 1,
    });
  });

  it('knows a change from a question', () => {
    expect(changesAnything(change({}))).toBe(false);
    for (const fields of [{ clear: true }, { enabled: false }, { rate: 0 }, { from: 0 }, { until: 0 }])
      expect(changesAnything(change(fields))).toBe(true);
  });
});

describe('controlIssues', () => {
  it('refuses a rate below piMin with the fix, and neither 0 nor piMin itself', () => {
    expect(issues({ rate: 0.04 }, { piMin: 0.05 })[0]).toMatch(/at least 0\.05.*Declare a lower `piMin`/);
    expect(issues({ rate: 0.05 }, { piMin: 0.05 })).toEqual([]);
    expect(issues({ rate: 0 }, { piMin: 0.05 })).toEqual([]);
    expect(issues({ rate: 0.04 }, {})).toEqual([]);
  });

  it('refuses a window that ends before it begins, also one that only then would', () => {
    expect(issues({ from: NOW, until: NOW }, {})[0]).toMatch(/a time after --from/);
    const bounds = { window: { from: NOW, until: NOW + 9 } };
    expect(issues({ until: NOW - 1 }, { bounds })[0]).toMatch(/after the configured beginning/);
    expect(issues({ until: NOW + 1 }, { bounds })).toEqual([]);
    expect(issues({ from: NOW - 5 }, {})).toEqual([]);
  });

  it('keeps nobody from switching off for what was set before', () => {
    expect(issues({ enabled: false }, { piMin: 0.9, bounds: { window: { from: 0, until: 5 } } }, BEFORE)).toEqual([]);
  });
});
