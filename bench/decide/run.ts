/**
 * What deciding costs, as tables for docs/statistics.md: `node bench/decide/run.ts [--only pairs|verdict|replay] [--lines 20000,200000]
 * [--pairs 1000,1000000,10000000] [--store embedded]`, after a build. Each is held against the first line of its table, in the same run.
 */
import { parseArgs } from 'node:util';
// The sources run as they are; the modules below are loaded once this is in place.
import '../../test/ways-of-calling/source-modules.mjs';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    lines: { type: 'string', default: '20000,200000,1000000' },
    pairs: { type: 'string', default: '1000,1000000,10000000' },
    store: { type: 'string' },
  },
});
const { row } = await import('../score/measure.js');
const { pairCosts } = await import('./pairs.js');
const { bestLooks, oldLedger } = await import('./ledgers.js');
const { replayCost } = await import('./replays.js');
const { connect } = await import('../ledger/history.js');

const count = (value: number): string => value.toLocaleString('en-US');
const times = (value: number, of: number): string => `${(value / of).toFixed(2)}`;
const listed = (text: string): readonly number[] => text.split(',').map(Number);
const isWanted = (what: string): boolean => values.only === undefined || values.only === what;
const head = (cells: readonly string[]): void =>
  void process.stdout.write(`\n${row(cells)}${row(cells.map((_, at) => (at === 0 ? '---' : '---:')))}`);

if (isWanted('pairs')) {
  const costs = pairCosts();
  const base = costs[0]?.us ?? Number.NaN;
  head(['step', 'µs', 'of the first']);
  for (const { what, us } of costs) process.stdout.write(row([what, us.toFixed(2), times(us, base)]));
}

if (isWanted('verdict')) {
  const place = await connect(values.store === 'embedded');
  try {
    const ledgers = [];
    for (const pairs of listed(values.pairs)) ledgers.push(await oldLedger(place, pairs));
    const least = await bestLooks(ledgers);
    head([`pairs behind a verdict, ${place.name}`, 'ms', 'of the first']);
    for (const [at, { pairs }] of ledgers.entries())
      process.stdout.write(row([count(pairs), (least[at] ?? 0).toFixed(1), times(least[at] ?? 0, least[0] ?? 0)]));
    for (const ledger of ledgers) await ledger.close();
  } finally {
    await place.end();
  }
}

for (const heap of ['as it is', 'small'] as const) {
  if (!isWanted('replay')) break;
  const what = heap === 'small' ? 'lines replayed, with a heap of 128 MB' : 'lines replayed';
  head([what, 'MB held at most', 'of the first', 'µs a line']);
  let base: number | null = null;
  for (const lines of listed(values.lines)) {
    const { megabytes, seconds } = await replayCost(lines, heap);
    base ??= megabytes;
    const cells = [count(lines), megabytes.toFixed(0), times(megabytes, base), ((seconds * 1e6) / lines).toFixed(0)];
    process.stdout.write(row(cells));
  }
}
