import { describe, expect, it } from 'vitest';
import { renderNewRun } from './render-new-run.js';

describe('why a run is a new one', () => {
  it('is said with what was and what is', () => {
    const changes = [
      { path: 'policy.gates.errors.margin', before: '0.01', after: '0.02' },
      { path: 'policy.gates.win_rate', before: null, after: '{"margin":0.05}' },
      { path: 'candidates.small.system', before: `"${'x'.repeat(100)}\u202e"`, after: null },
    ];
    expect(renderNewRun(changes, 2)).toEqual([
      `a new run, not number 1 again: policy.gates.errors.margin was 0.01, is 0.02; policy.gates.win_rate was not there, is {"margin":0.05}; candidates.small.system was "${'x'.repeat(59)}..., is gone. Its evidence begins anew, and its level is stricter`,
    ]);
  });

  it('counts what is more than a line, and says nothing of a first run', () => {
    const many = Array.from({ length: 6 }, (_, at) => ({ path: `a${at}`, before: '1', after: '2' }));
    expect(renderNewRun(many, 3)[0]).toContain('a3 was 1, is 2; 2 more. Its');
    expect(renderNewRun(null, 1)).toEqual([]);
    expect(renderNewRun([], 2)).toEqual([]);
  });
});
