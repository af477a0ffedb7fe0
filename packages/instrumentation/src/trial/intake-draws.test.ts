import { describe, expect, it } from 'vitest';
import { world } from './intake.test.support.js';

describe('the account of draws', () => {
  const traced = (last: string) => ({ spanReference: { traceId: last.padStart(32, '0'), spanId: 'a'.repeat(16) } });

  it('has each trace once, by its first call, with what was drawn of it', () => {
    const { intake, call, counts } = world({ sample: { rate: 0.5 } });
    for (let at = 0; at < 200; at += 1) {
      const trace = traced((at % 50).toString(16));
      intake.take(call(trace));
    }
    const [row, ...others] = counts.draws();
    expect(others).toEqual([]);
    expect(row).toMatchObject({ pi: 0.5, draws: 50 });
    expect(row?.drawn).toBeGreaterThan(10);
    expect(row?.drawn).toBeLessThan(40);
    // By traces, not by calls, and not by arms.
    const sampled = counts.rows().filter(({ arm }) => arm === 'candidate');
    expect(sampled.reduce((sum, one) => sum + one.sampled, 0)).toBe(4 * (row?.drawn ?? 0));
  });

  it('lacks a drawn call that broke on its way, and has one that was refused', () => {
    const refused = world({}, { admittance: { open: false, reason: 'memory_cap' } });
    refused.intake.take(refused.call());
    expect(refused.counts.draws()).toMatchObject([{ draws: 1, drawn: 1 }]);
    const { intake, call, counts } = world();
    counts.admitted = () => {
      throw new Error('broken');
    };
    expect(() => intake.take(call())).toThrow('broken');
    expect(counts.draws()).toMatchObject([{ draws: 1, drawn: 0 }]);
  });
});
