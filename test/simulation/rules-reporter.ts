import { readFileSync, writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';
import { type AllFound, HEADS, markdownOf, rowsOf, untried } from './rules-table.js';
import type { Found, RuleName } from './rules.js';
import { SCALE } from './scale.js';

const PAGE = new URL('../../docs/statistics.md', import.meta.url);
const PLACE = /(<!-- rules -->\n\n)[^]*?(\n\n<!-- end of rules -->)/;

/**
 * Prints at the end of a run what its simulations found of each rule. Where all were tried, docs/statistics.md has to say the same:
 * `npm run docs:statistics` writes it there, any other run fails where it does not.
 */
export class RulesReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const found = foundIn(modules);
    const rows = rowsOf(found);
    if (rows.length === 0) return;
    console.log(`\n${lined([HEADS, ...rows])}`);
    const rest = untried(found);
    if (rest.length > 0) return console.log(`\nNot tried: ${rest.join(', ')}`);
    if (SCALE !== 1) return;
    const page = readFileSync(PAGE, 'utf8');
    const said = page.replace(PLACE, (_all, before: string, after: string) => before + markdownOf(found) + after);
    if (said === page) return;
    if (process.env['UNDERSTUDY_STATISTICS'] === 'write') return writeFileSync(PAGE, said);
    console.error('\ndocs/statistics.md says something else: npm run docs:statistics');
    process.exitCode = 1;
  }
}

function foundIn(modules: readonly TestModule[]): AllFound {
  const all: Partial<Record<RuleName, Found>> = {};
  for (const module of modules)
    for (const test of module.children.allTests())
      for (const [name, found] of Object.entries(test.meta().found ?? {}))
        all[name as RuleName] = { ...all[name as RuleName], ...found };
  return all;
}

function lined(rows: readonly (readonly string[])[]): string {
  const widths = HEADS.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows.map((row) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')).join('\n');
}
