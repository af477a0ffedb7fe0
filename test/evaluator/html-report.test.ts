import type { CallId, ClusterKey, Content, PairId } from '@understudy/instrumentation/trial';
import { describe, expect, it } from 'vitest';
import type { EvidencePair, ShownPair } from '../../packages/evaluator/src/ledger/ledger.js';
import { escaped } from '../../packages/evaluator/src/report/escape.js';
import { type History, historyMaker, POINTS } from '../../packages/evaluator/src/report/history.js';
import { renderReport } from '../../packages/evaluator/src/report/page.js';
import type { ReportInput } from '../../packages/evaluator/src/report/report-input.js';
import { gatesOf } from '../../packages/evaluator/src/tally/gates.js';
import type { PairFacts } from '../../packages/evaluator/src/tally/facts.js';
import { emptyConfusion } from '../../packages/evaluator/src/tally/confusion.js';
import { addAnswer, emptyDistribution } from '../../packages/evaluator/src/tally/distribution.js';
import { arm, AT, report, run, runState } from './report.js';

const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onload='alert(1)",
  '</pre></body><iframe srcdoc="x">',
  '<!-- --!><svg/onload=alert(1)>',
  '\u202etxt.exe\u2066 \u200b \u{e0041} \ud800 \u0000 \u001b[31m',
  '&lt;script&gt; ]]> `x`',
  '</style><style>*{background:url(//evil.example)}',
].join('\n');

const SLICE = 60_000;
const FROM = AT - POINTS * SLICE;
const RUN = run({ policy: { gates: { errors: { margin: 0.1 }, latency_p50: { thresholdMs: 100 } } } });

function factsOf(failed: boolean, ab: number, durationMs = 100): PairFacts {
  const ok = { status: 'ok', durationMs: 100 } as const;
  const shadow = failed ? ({ status: 'error', type: HOSTILE, durationMs } as const) : ({ ...ok, durationMs } as const);
  return { v: 1, pi: 1, primary: ok, shadow, aa: ok, scores: { ab: { lexical: ab }, aa: { lexical: 0.9 } } };
}

function pairsOf(count: number): readonly EvidencePair[] {
  return Array.from({ length: count }, (_, at) => ({
    pair: `pair-${at}` as PairId,
    call: `call-${at}` as CallId,
    slice: Math.floor((FROM + (at / count) * POINTS * SLICE) / SLICE),
    segment: HOSTILE,
    pi: 1,
    facts: factsOf(at % 20 === 0, at % 7 === 0 ? 0.1 : 0.9, 90 + (at % 50)),
  }));
}

function historyOf(pairs: readonly EvidencePair[], piMin = 1): History {
  const maker = historyMaker({
    gates: gatesOf(RUN.definition.policy.gates),
    scorers: ['lexical'],
    thresholds: [],
    piMin,
    sliceMs: SLICE,
    from: FROM,
    until: AT,
  });
  maker.add(pairs.slice(0, 100));
  maker.add(pairs.slice(100));
  return maker.made();
}

const said = (text: string): Content => ({
  kind: 'text',
  messages: [
    {
      role: text,
      parts: [
        { type: 'text', content: text },
        { type: 'tool_call', id: null, name: text, arguments: text },
      ],
    },
  ],
});

function shownPair(change: Partial<ShownPair> = {}): ShownPair {
  const ok = { status: 'ok', finish: null, usage: null, durationMs: 1, model: HOSTILE, span: null } as const;
  return {
    pair: 'pair-0' as PairId,
    call: 'call-0' as CallId,
    run: RUN.id,
    arm: 'small',
    producer: 'p',
    slice: 0,
    segment: HOSTILE,
    cluster: 'c' as ClusterKey,
    pi: 1,
    facts: factsOf(true, 0),
    content: {
      operation: 'chat',
      stream: false,
      startedAt: AT,
      input: said(HOSTILE),
      primary: { ...ok, answer: said(HOSTILE) },
      shadow: { status: 'error', type: HOSTILE, durationMs: 1, span: null },
    },
    late: false,
    evidence: true,
    withheld: null,
    ...change,
  };
}

function input(change: Partial<ReportInput> = {}): ReportInput {
  const distribution = emptyDistribution();
  addAnswer(distribution, { length: 1000, language: 'en', structure: [], finish: 'stop', refused: false, hash: 1 });
  const observed = {
    counters: new Map([
      ['class ok ok', 10n],
      ['turns stored', 11n],
      ['turns stored 1', 3n],
      ['turns stored 4', 8n],
      ['turns evidence', 3n],
      ['turns evidence 1', 3n],
      [`class ${HOSTILE.replaceAll(/\s/g, '_')} ok`, 1n],
    ]),
    labels: emptyConfusion(),
    primary: distribution,
    shadow: distribution,
  };
  const state = runState({
    run: RUN,
    arms: { small: arm({ observed: { _all: observed, [HOSTILE]: observed } }) },
  });
  const { standings } = report([state]);
  const [standing] = standings;
  if (standing === undefined) throw new Error('no standing');
  const hostile = {
    ...standing.verdict,
    sentence: `HOLD: ${HOSTILE}`,
    holds: [{ reason: 'stale' as const, sentence: `producer ${HOSTILE}!` }],
    badSegments: standing.verdict.gates
      .slice(0, 1)
      .map((gate) => ({ stream: HOSTILE, harmLogE: 9, gate: { ...gate, stream: HOSTILE } })),
  };
  return {
    at: AT,
    standing: { ...standing, verdict: hostile },
    run: state,
    changes: [{ path: 'policy.alpha', before: HOSTILE, after: '0.1' }],
    history: historyOf(pairsOf(2000)),
    oneIn: 1,
    worst: [{ ranked: { pair: 'pair-0' as PairId, segment: HOSTILE, badness: 2, why: HOSTILE }, pair: shownPair() }],
    ...change,
  };
}

const TAGS =
  /^(!doctype|html|head|meta|title|style|body|h1|h2|h3|p|span|div|pre|table|thead|tbody|tr|td|th|svg|line|polygon|polyline|circle|rect|text)$/;
const ATTRIBUTES =
  /^(lang|html|charset|http-equiv|content|name|class|dir|viewBox|role|aria-label|x|y|x1|x2|y1|y2|cx|cy|r|width|height|points|text-anchor)$/;

/** The page as a list of its tags; fails on a `<` that begins none of ours. */
function tagsOf(page: string): readonly string[] {
  const body = page.replace(/<style>[^<]*<\/style>/, '<style></style>');
  const tags: string[] = [];
  for (let at = body.indexOf('<'); at >= 0; at = body.indexOf('<', at + 1)) {
    const tag = /^<\/?([!a-z0-9]+)((?:\s+[\w-]+(?:="[^"<>]*")?)*)\s*\/?>/i.exec(body.slice(at));
    if (tag === null) throw new Error(`not a tag of ours: ${body.slice(at, at + 60)}`);
    const [, name = '', attributes = ''] = tag;
    expect(name.toLowerCase()).toMatch(TAGS);
    for (const [, attribute] of attributes.matchAll(/\s([\w-]+)(?:="[^"]*")?/g)) expect(attribute).toMatch(ATTRIBUTES);
    tags.push(name);
  }
  return tags;
}

describe('a report', () => {
  it('shows the turns of conversations that are evidence beside those of all', () => {
    const page = renderReport(input());
    expect(page).toContain('turns of the conversation (outlined: all 11 pairs; filled: the 3 that are evidence)');
    expect(page).toMatch(/aria-label="turns of the conversation"[\s\S]*?>1<\/text>[\s\S]*?>4-5<\/text>/);
    expect(page).toContain('segments that do worse: &lt;script&gt;');
  });

  it('says what the candidate is by its names, and shows nothing of a key', () => {
    const secrets = {
      baseUrl: 'https://gateway.example:8443/v1/SECRET',
      apiKey: { env: 'SECRET_NAME' },
      headers: { 'x-team': 'SECRET' },
      query: { 'api-version': 'SECRET' },
      parameters: { temperature: 'SECRET', top_p: 1 },
      system: 'SECRET',
    };
    const small = { model: 'nano', dialect: 'anthropic-messages', ...secrets };
    const state = runState({ run: run({ candidates: { small } }) });
    const [standing = input().standing] = report([state]).standings;
    const page = renderReport(input({ standing, worst: [], changes: null }));
    expect(page).not.toContain('SECRET');
    const said = (name: string): string =>
      new RegExp(`<td>${name}</td>\\s*<td>([^<]*)</td>`).exec(page)?.[1] ?? 'nothing';
    expect(['model', 'dialect', 'host', 'system prompt', 'parameters', 'headers', 'query'].map(said)).toEqual([
      'nano',
      'anthropic-messages',
      'gateway.example:8443',
      'another',
      'temperature, top_p',
      'x-team',
      'api-version',
    ]);
  });

  it('shows e-values as the command line does, and what slow is beside a chart of latency', () => {
    const page = renderReport(input());
    expect(page).toContain('<th>E(safe)</th>');
    expect(page).not.toContain('ln E');
    expect(page).toMatch(/A gate is passed at E\(safe\) of 40 or more/);
    expect(page).toContain('latency_p50: slower than 120 ms, against the incumbent&#39;s slower than 100 ms');
  });

  it('has nothing in it that a page obeys but its own tags, whatever others wrote', () => {
    const page = renderReport(input());
    const tags = tagsOf(page);
    expect(tags.filter((tag) => tag === 'svg').length).toBeGreaterThan(6);
    expect(page.match(/<style>/g)).toHaveLength(1);
    expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(page).toContain('\\u202etxt.exe\\u2066 \\u200b \\ue0041 \ufffd \\u0000 \\u001b[31m');
    // oxlint-disable-next-line no-control-regex
    expect(page).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b\u0000-\u0008\u001b]/);
    expect(page.isWellFormed()).toBe(true);
  });

  it('asks the network for nothing, and forbids the browser to', () => {
    const page = renderReport(
      input({ worst: [], changes: null, standing: report([runState()]).standings[0] ?? input().standing }),
    );
    expect(page).not.toMatch(/https?:|\/\/|url\(|@import|src=|href=|<script|<link|<iframe|javascript:/i);
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? '';
    expect(policy).toMatch(
      /^default-src &#39;none&#39;; style-src &#39;sha256-[\w+/=]{44}&#39;; base-uri &#39;none&#39;/,
    );
  });

  it('takes the hash of the very style that is in it', async () => {
    const page = renderReport(input());
    const style = /<style>([^<]*)<\/style>/.exec(page)?.[1] ?? '';
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(style));
    expect(page).toContain(`sha256-${Buffer.from(digest).toString('base64')}`);
  });

  it('says what is withheld, and what is not there', () => {
    const ranked = { pair: 'pair-0' as PairId, segment: 's', badness: 1, why: 'w' };
    const one = (pair: ShownPair | null): string => renderReport(input({ worst: [{ ranked, pair }] }));
    expect(one(null)).toContain('not in the ledger any more');
    expect(one(shownPair({ content: null, withheld: 'sealed' }))).toContain('sealed with a key that is not here');
    expect(one(shownPair({ content: null, withheld: 'removed' }))).toContain('is not kept');
    const empty = renderReport(input({ history: historyOf([]), worst: [] }));
    expect(empty).toContain('No pair is evidence yet');
    tagsOf(empty);
  });
});

describe('the history of a report', () => {
  it('ends at the difference of all pairs, with an interval that narrows', () => {
    const { points, pairs } = historyOf(pairsOf(2000));
    const errors = points.errors ?? [];
    expect(pairs).toBe(2000);
    expect(errors.at(-1)).toMatchObject({ at: AT, pairs: 2000, estimate: expect.closeTo(0.05, 9) as number });
    expect(errors).toHaveLength(POINTS);
    const known = errors.flatMap(({ interval }) => (interval === null ? [] : [interval[1] - interval[0]]));
    expect(known.length).toBeGreaterThan(10);
    expect(known.at(-1)).toBeLessThan(known[0] ?? 0);
    expect(errors[0]?.interval).toBeNull();
  });

  it('weighs a pair by how seldom its like is drawn, and leaves out what was drawn more seldom than is declared', () => {
    const [first] = pairsOf(1);
    if (first === undefined) throw new Error('no pair');
    const pairs = [
      { ...first, pi: 0.1, facts: factsOf(true, 0) },
      { ...first, pi: 1, facts: factsOf(false, 1) },
      { ...first, pi: 0.01, facts: factsOf(true, 0) },
    ];
    expect(historyOf(pairs, 0.1).points.errors?.at(-1)).toMatchObject({
      pairs: 2,
      estimate: expect.closeTo(1 / 1.1, 9) as number,
    });
  });

  it('finds the worst pairs: failures first, then the least agreement beside the noise', () => {
    const { worst } = historyOf(pairsOf(30));
    expect(worst[0]).toMatchObject({ pair: 'pair-0', badness: 2 });
    expect(worst.map(({ badness }) => badness)).toEqual(worst.map(({ badness }) => badness).toSorted((a, b) => b - a));
    expect(worst.some(({ why }) => why.startsWith('lexical 0.10 (the incumbent with itself: 0.90)'))).toBe(true);
    expect(worst.length).toBeLessThanOrEqual(10);
  });

  it('counts latencies and scores by size', () => {
    const { latencies, scores } = historyOf(pairsOf(200));
    const total = (counts: readonly number[]): number => counts.reduce((sum, one) => sum + one, 0);
    expect(total(latencies.primary.counts)).toBe(200);
    expect(total(latencies.shadow.counts)).toBe(190);
    expect(total(scores['lexical']?.shadow.counts ?? [])).toBe(200);
  });
});

describe('escaped', () => {
  it('keeps what people write, of any script', () => {
    for (const text of ['שלום עולם', '日本語', 'ज़िंदगी', '👩‍👩‍👧', 'a\n\tb']) expect(escaped(text)).toBe(text);
  });
});
