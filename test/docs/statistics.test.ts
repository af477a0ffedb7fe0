import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { type Rule, RULES } from '../simulation/rules.js';
import { HEADS } from '../simulation/rules-table.js';

const page = readFileSync(new URL('../../docs/statistics.md', import.meta.url), 'utf8');
const [, table = ''] = /<!-- rules -->\n\n([^]*?)\n\n<!-- end of rules -->/.exec(page) ?? [];
const [heads, , ...rows] = table.split('\n').map((line) =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim()),
);

it('docs/statistics.md has the row of each rule that the suite tries, in its order (npm run docs:statistics)', () => {
  expect(heads).toEqual(HEADS);
  expect(rows.map((row) => row.slice(0, 3))).toEqual(
    Object.values<Rule>(RULES).map(({ rule, figure, known }) => [rule, figure, known]),
  );
});

it('has a figure in each', () => {
  for (const [rule = '', , , without = '', withIt = ''] of rows) expect(without + withIt, rule).toMatch(/\d/);
});
