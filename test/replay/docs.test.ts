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
