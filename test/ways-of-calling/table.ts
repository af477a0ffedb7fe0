import { readFileSync } from 'node:fs';
import { compare, differs, type Comparison } from './compare.js';
import type { SdkRuns } from './run-sdk.js';
import { legsOf, type Sdk } from './way.js';

/** The line of one SDK. */
export type Row = readonly string[];

const HEAD: Row = [
  'SDK',
  'installed',
  'ways',
  'model calls in them',
  'behaviour differs',
  'upstream differs',
  'telemetry not as expected',
  'spans leaked',
];

const NODES = /^Node: (.*)\.$/m;

/** What came of one SDK, over both modes with us. */
export function rowOf(sdk: Sdk, runs: SdkRuns): Row {
  const all = sdk.ways.flatMap((way, index) => compare(sdk, way, index, runs));
  const count = (kind: Comparison['kind']): string =>
    `${all.filter((comparison) => comparison.kind === kind && differs(comparison)).length}`;
  const spans = sdk.ways.flatMap((_, index) =>
    (['tapped', 'sampled'] as const).map((mode) => runs.of(mode, index).observed?.watched),
  );
  const leaked = spans.reduce((sum, watched) => sum + (watched?.started ?? 1) - (watched?.ended ?? 0), 0);
  return [
    sdk.label,
    sdk.packages.map((name) => `${name}@${versionOf(name)}`).join(', '),
    `${sdk.ways.length}`,
    `${sdk.ways.reduce((sum, way) => sum + legsOf(way, sdk).length, 0)}`,
    count('behaviour'),
    count('upstream'),
    count('telemetry'),
    `${leaked}`,
  ];
}

function versionOf(name: string): string {
  const manifest = readFileSync(new URL(`../../node_modules/${name}/package.json`, import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

/**
 * The document. `committed`: what it said before. A version of Node it names stays named while the numbers are the same; this one takes the
 * place of another of its major version only where they are not.
 */
export function renderTable(rows: readonly Row[], committed: string, node: string): string {
  const table = rendered([HEAD, ...rows]);
  const before = committed.includes(table) ? (NODES.exec(committed)?.[1]?.split(', ') ?? []) : [];
  const major = (version: string): number => Number.parseInt(version, 10);
  const known = before.some((version) => major(version) === major(node));
  const nodes = [...before, ...(known ? [] : [node])].toSorted((left, right) => major(left) - major(right));
  return `# Transparency

Every way of calling an SDK that is in \`test/ways-of-calling\`, run in three processes against a local provider: without us, tapped, and
sampled (the answer is kept too, as for a call that is shadowed). Compared are what the call returned or threw (class, text, keys, stack,
causes), the chunks in their order, what the process noticed (warnings, the console, unhandled rejections), the bytes and headers the
provider saw, and how each exchange ended for it before the process did: whole, left by the client, or left open. Every attempt must
leave one outcome and one span, which has ended, below the caller's own; where an SDK makes a span for its call, that one is used.

${table}
Node: ${nodes.join(', ')}.

Written by \`vitest run test/ways-of-calling/ways-of-calling.test.ts -u\`, once under each version of Node; the same test fails where a run
does not give these numbers.
`;
}

/** As the formatter lays out a table. */
function rendered(rows: readonly Row[]): string {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: Row): string => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |\n`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |\n`;
  const [head = [], ...body] = rows;
  return line(head) + rule + body.map(line).join('');
}
