import { readFileSync } from 'node:fs';
import { parseConfigYaml, type Policy, PRESETS } from '@understudy/instrumentation/experiment';
import { describe, expect, it } from 'vitest';

const text = readFileSync(new URL('../../docs/policy.md', import.meta.url), 'utf8');
const rows = new Map(
  text
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.slice(2, -2).split(' | '))
    .map(([name = '', ...cells]) => [name.replaceAll('`', ''), cells]),
);

/** A row of the table, as the preset has it. */
function cell({ gates, ...policy }: Policy, row: string): string {
  const gate = gates[row as keyof typeof gates];
  if (row in policy) return String(policy[row as keyof typeof policy]);
  if (!gate) return '-';
  if ('ratio' in gate) return `x${gate.ratio}`;
  if (row === 'similarity') return `-${gate.margin}`;
  const points = Math.round(100 * gate.margin);
  return `${row === 'win_rate' ? '-' : '+'}${points} point${points === 1 ? '' : 's'}`;
}

describe('docs/policy.md', () => {
  it('has every gate of every preset', () => {
    const named = new Set(
      Object.values(PRESETS).flatMap(({ gates, ...rest }) => [...Object.keys(gates), ...Object.keys(rest)]),
    );
    expect([...rows.keys()].filter((name) => !['', '---'].includes(name)).toSorted()).toEqual(
      expect.arrayContaining([...named].toSorted()),
    );
    for (const row of named)
      expect([row, rows.get(row)]).toEqual([row, Object.values(PRESETS).map((one) => cell(one, row))]);
  });

  it('has an example that can be used', () => {
    const yaml = /```yaml\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
    const [experiment] = parseConfigYaml(`version: 1\n${yaml}`, 'policy.md').experiments;
    expect(experiment?.policy).toMatchObject({
      minPairs: 3000,
      success: 'cheaper',
      gates: { latency_p95: { ratio: 1.3 } },
    });
    expect(Object.keys(experiment?.policy.gates ?? {}).toSorted()).toEqual([
      'errors',
      'latency_p95',
      'validity',
      'win_rate',
    ]);
  });
});
