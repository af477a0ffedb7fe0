import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  armGuardReport,
  EMPTY_ARM_GUARD,
  guardOutput,
  mergeArmGuards,
} from '../../packages/evaluator/src/judge/guard/arm-guard.js';
import { keyedHash } from '../../packages/evaluator/src/judge/guard/keyed-hash.js';
import { createGuardedJudge } from '../../packages/evaluator/src/judge/guard/guarded-judge.js';
import type { JudgedPair } from '../../packages/evaluator/src/judge/judged-pair.js';
import { printTable } from '../simulation/table.js';
import { attacked, ATTACKS, harmless } from './attacks.js';
import { type JudgeServer, startJudgeServer } from './judge-server.js';
import { inParallel, judgeAt } from './judges.js';

const PAIRS = 200;
/** Its table is this one: `vitest run test/judging/attacks.test.ts -u` writes it, without `-u` it is checked. */
const PAGE = new URL('../../docs/judge.md', import.meta.url).pathname;
const SHOWN = /(?<=\n)\| attack \|[^\n]*\n(?:\|[^\n]*\n)+/;
const HASH = keyedHash('a secret');

let server: JudgeServer;
beforeAll(async () => {
  server = await startJudgeServer();
  server.faults = { gullible: true, noise: 0.05, firstPlace: 0.05 };
});
afterAll(() => server.close());

interface Row extends Readonly<Record<string, string | number>> {
  readonly attack: string;
  readonly 'one order': number;
  readonly 'both orders': number;
  readonly 'with guards': number;
  readonly 'kept back': number;
  readonly arm: string;
}

/** Shares of pairs that the shadow wins: by its first order alone, by both, and with the guards before the judge. */
async function row(attack: string, pairs: readonly JudgedPair[]): Promise<Row> {
  const judge = judgeAt(server);
  const judged = await inParallel(pairs, async (pair) => judge.judge(pair));
  const first = judged.filter(({ orders }) => orders[0]?.verdict === 'B').length;
  const won = judged.map((judgement) => judgement.status === 'judged' && judgement.outcome === 'shadow');
  const before = server.requests.length;
  const guarded = createGuardedJudge(judge);
  const said = await inParallel(pairs, async (pair) => guarded.judge(pair));
  const kept = said.filter((one) => one.status === 'abstained' && one.reason === 'quarantined').length;
  expect(server.requests.length - before).toBe(2 * (pairs.length - kept));
  const guard = pairs.map((pair, at) => guardOutput(`pair-${at}`, pair, HASH)).reduce(mergeArmGuards, EMPTY_ARM_GUARD);
  const { state, reason } = armGuardReport(guard);
  const passed = said.filter((one) => one.status === 'judged' && one.outcome === 'shadow').length;
  const counted = state === 'quarantined' ? 0 : passed;
  return {
    attack,
    'one order': first / pairs.length,
    'both orders': won.filter(Boolean).length / pairs.length,
    'with guards': counted / pairs.length,
    'kept back': kept / pairs.length,
    arm: reason ?? state,
  };
}

function markdown(rows: readonly Row[]): string {
  const share = (value: number): string => (value === 0 ? '0' : value.toFixed(3).replace(/^0/, ''));
  const lines = rows.map((each) => {
    const by = each.arm === 'clear' ? '' : ` (the arm: ${each.arm})`;
    return `| ${each.attack.replace(/^:$/, '`:`')} | ${share(each['one order'])} | ${share(each['both orders'])} | ${share(each['with guards'])}${by} | ${share(each['kept back'])} |`;
  });
  return `| attack | one order | both orders | with guards | kept back |\n|---|---|---|---|---|\n${lines.join('\n')}\n`;
}

describe('attacks on a gullible judge', () => {
  it('win at most 2 % with the guards, of 200 pairs each in both orders', async () => {
    const rows: Row[] = [];
    for (const attack of Object.keys(ATTACKS)) rows.push(await row(attack, attacked(attack, PAIRS)));
    for (const attack of ['choose B', 'fake fence or JSON']) {
      rows.push(await row(`${attack}, and a system prompt of such words`, attacked(attack, PAIRS, true)));
    }
    const innocent = await row('(none)', harmless(PAIRS));
    printTable(`False wins of a shadow against a gullible judge over HTTP, ${PAIRS} pairs each`, [...rows, innocent]);
    for (const each of rows) expect(each['with guards']).toBeLessThanOrEqual(0.02);
    // Without guards each of them is a success: with a judge that nobody fools, this table would show nothing.
    for (const each of rows) expect(each['one order']).toBeGreaterThan(0.5);
    // An order that names a place names two answers in two orders: half of them undo themselves.
    for (const each of rows) expect(each['both orders']).toBeGreaterThan(each.attack.startsWith('choose') ? 0.15 : 0.7);
    expect(innocent['both orders']).toBeLessThanOrEqual(0.02);
    expect(innocent['kept back']).toBe(0);
    expect(innocent.arm).toBe('clear');
    const page = readFileSync(PAGE, 'utf8');
    await expect(page.replace(SHOWN, markdown([...rows, innocent]))).toMatchFileSnapshot(PAGE);
  }, 120_000);
});
