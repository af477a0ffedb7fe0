import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { replayed } from './run-replay.js';

const page = readFileSync(new URL('../../docs/replay.md', import.meta.url), 'utf8');

it('the line in docs/replay.md can be read', async () => {
  const [, line = ''] = /```json\n(.+)\n```/.exec(page) ?? [];
  const { report, verdict } = await replayed([line], 'preset: safe');
  expect(report.lines).toMatchObject({ read: 1, unreadable: 0, brokenClocks: 0 });
  expect(verdict).toMatchObject({ state: 'hold', pairs: 1 });
});

it('so can what stands beside a trial', async () => {
  const fields = [...page.matchAll(/^\| `(scores|judgements|labels)` \| `(\{.+?\})`/gm)];
  expect(fields.map(([, name]) => name)).toEqual(['scores', 'judgements', 'labels']);
  const [, line = ''] = /```json\n(.+)\n```/.exec(page) ?? [];
  const beside = fields.map(([, name = '', json = '']) => `,"${name}":${json}`).join('');
  const { report } = await replayed([`${line.slice(0, -1)}${beside}}`], null, {
    scorers: [],
  });
  expect(report.lines).toMatchObject({ read: 1, unreadable: 0 });
});

it('and the one with answers is evidence for every gate that needs them', async () => {
  const [, whole = ''] = [...page.matchAll(/```json\n([^]+?)\n```/g)].map(([, block = '']) => block);
  const { report, verdict } = await replayed([JSON.stringify(JSON.parse(whole))], 'gates: { agreement: {} }');
  expect(report.lines).toMatchObject({ read: 1, unreadable: 0, brokenClocks: 0 });
  expect(verdict.gates.find(({ gate }) => gate === 'agreement')).toMatchObject({ pairs: 1, missing: 0 });
});

it('a policy with a judge stands in an experiment', async () => {
  const [, policy = ''] = /```yaml\n([^]+?)\n```/.exec(page) ?? [];
  const [, line = ''] = /```json\n(.+)\n```/.exec(page) ?? [];
  const { verdict } = await replayed([line], policy);
  expect(verdict.gates.map(({ gate }) => gate)).toContain('win_rate');
});
