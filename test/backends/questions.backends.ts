import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type JaegerSearch, type JaegerSpan, type JaegerTrace, type Tag, tagsOf } from './clients/jaeger.js';
import { tempoAt } from './clients/tempo.js';
import { backends, openLedgerReader } from './fixture.js';
import { DROPPED, EXPECTED } from './questions/expected.js';
import { type Ids, readQuestions, toSearch, withIds } from './questions/read.js';
import { faultsIn } from './questions/traceql.js';
import type { LedgerPair } from './world/ledger.js';
import { CANDIDATES } from './world/traffic.js';

const { jaeger, prometheus, facts } = backends();
const QUESTIONS = readQuestions();
interface Row {
  readonly question: string;
  expected: string | number;
  jaeger: string;
  tempo: string;
}

const rows: Row[] = [];
/** Numbers of the plan, by call id. */
let numbers: ReadonlyMap<string, number>;
let pairs: readonly LedgerPair[];
let ids: Ids;

beforeAll(async () => {
  await using ledger = openLedgerReader();
  pairs = await ledger.pairs();
  numbers = new Map(pairs.map(({ call, number }) => [call, number]));
  // A call with all three arms.
  const arms = Map.groupBy(pairs, ({ call }) => call);
  const [call = ''] = [...arms].find(([, legs]) => legs.length === 3 && legs.every((leg) => !unsaid(leg))) ?? [];
  const { pair = '', content } = pairs.find((each) => each.call === call && each.arm === 'nano') ?? {};
  const { primary } = content ?? {};
  const span = primary === undefined || primary.status === 'missing' ? null : primary.span;
  ids = { CALL: call, PAIR: pair, TRACE: span?.traceId ?? '' };
});

afterAll(() => console.table(rows));

/** The spans a search is about: Jaeger gives whole traces. */
function meant(traces: readonly JaegerTrace[], { operation, tags = {} }: JaegerSearch): readonly JaegerSpan[] {
  return traces
    .flatMap(({ spans }) => spans)
    .filter((span) => {
      const has = tagsOf(span);
      const named = operation === undefined || span.operationName === operation;
      return named && Object.entries(tags).every(([key, value]) => String(has[key]) === value);
    });
}

/**
 * What the killed evaluator had told nobody yet. The ledger has these pairs; their evaluations may be lost, as spans are in any process
 * that is killed.
 */
function unsaid({ storedAt, judgedAt }: LedgerPair): boolean {
  const { killedAt } = facts.takeOver;
  return [storedAt, judgedAt ?? 0].some((at) => at > killedAt - 3000 && at < killedAt + 1000);
}

/** A call of which the ledger has no leg at all. */
const UNKNOWN = 'a call that the ledger does not have';

/** A leg by its call and arm: what was dropped is known by these alone. */
function keyOf(tags: readonly Tag[]): string {
  const { 'understudy.call.id': call, 'understudy.arm': arm } = tagsOf({ tags });
  const number = numbers.get(String(call));
  return number === undefined ? UNKNOWN : `${number} ${String(arm)}`;
}

function answersOf(title: string): { surely: readonly string[]; perhaps: readonly string[] | null } {
  const dropped = DROPPED[title];
  if (dropped !== undefined) {
    const legs = CANDIDATES.flatMap((arm) => [...new Set(numbers.values())].map((number) => ({ number, arm })));
    const found = legs.filter(({ number, arm }) => dropped(number, arm)).map(({ number, arm }) => `${number} ${arm}`);
    // Of a leg that was never admitted there is no shadow to drop: how many there are, the funnel says.
    return { surely: [], perhaps: [...found, UNKNOWN] };
  }
  const expected = EXPECTED[title];
  if (expected === undefined) throw new Error(`nobody knows what is to be found: ${title}`);
  const both = typeof expected === 'function' ? { surely: expected, perhaps: expected } : expected;
  const keys = (some: readonly LedgerPair[]): readonly string[] => some.map(({ number, arm }) => `${number} ${arm}`);
  return {
    surely: keys(pairs.filter((pair) => both.surely(pair, ids) && !unsaid(pair))),
    perhaps: both.perhaps === null ? null : keys(pairs.filter((pair) => both.perhaps?.(pair, ids))),
  };
}

/** Exactly these, whatever their number. */
function check(found: readonly string[], surely: readonly string[], perhaps: readonly string[] | null): void {
  expect({ notFound: surely.filter((each) => !found.includes(each)) }).toEqual({ notFound: [] });
  if (perhaps !== null) expect({ notMeant: found.filter((each) => !perhaps.includes(each)) }).toEqual({ notMeant: [] });
}

describe('the questions of docs/queries.md', () => {
  it('are those whose answers are known', () => {
    const known = [...Object.keys(EXPECTED), ...Object.keys(DROPPED)];
    expect(QUESTIONS.map(({ title }) => title).toSorted()).toEqual(known.toSorted());
  });

  it.each(QUESTIONS.map((question) => [question.title, question] as const))('%s', async (title, question) => {
    expect(faultsIn(withIds(question.traceql, ids))).toEqual([]);
    const { surely, perhaps } = answersOf(title);
    if (!Object.hasOwn(DROPPED, title)) expect(surely.length).toBeGreaterThan(0);
    const row: Row = {
      question: title,
      expected: perhaps?.length ?? `at least ${surely.length}`,
      jaeger: 'cannot be asked',
      tempo: 'parsed',
    };
    rows.push(row);
    if (question.jaeger !== null) {
      const search = toSearch(withIds(question.jaeger, ids));
      const found = meant(await jaeger.search(search), search).map(({ tags }) => keyOf(tags));
      row.jaeger = `${found.length} found`;
      if (Object.hasOwn(DROPPED, title)) {
        const [dropped] = await prometheus.query('sum(understudy_dropped_total{reason="leg_too_large"})');
        row.expected = dropped?.value ?? 0;
        expect(found).toHaveLength(dropped?.value ?? 0);
        expect(found.length).toBeGreaterThan(0);
      }
      check(found, surely, perhaps);
    }
    if (facts.tempoUrl !== null) {
      const found = await tempoAt(facts.tempoUrl).search(withIds(question.traceql, ids), facts.startedAt);
      row.tempo = `${found.length} found`;
      check(found.map(keyOf), perhaps === null ? [] : surely, perhaps);
    }
  });

  it.each(['{ span.understudy.arm = }', '{ name = "evaluate" ', '{ span.understudy.score.lexical <<< 0.7 }'])(
    'would not be taken where one is broken: %s',
    (query) => {
      expect(faultsIn(query)).not.toEqual([]);
    },
  );
});
