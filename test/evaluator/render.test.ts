import { describe, expect, it } from 'vitest';
import { errorText } from '../../packages/evaluator/src/cli/foreign-text.js';
import { renderFunnel, renderStatus, statusJson } from '../../packages/evaluator/src/cli/render-status.js';
import { renderSentence, renderVerdict } from '../../packages/evaluator/src/cli/render-verdict.js';
import { renderVerdictMarkdown } from '../../packages/evaluator/src/cli/render-verdict-markdown.js';
import { eValue } from '../../packages/evaluator/src/decide/e-value-text.js';
import { EMPTY_HEALTH } from '../../packages/evaluator/src/judge/trial/judge-health.js';
import { type JudgingState, NO_LABELS } from '../../packages/evaluator/src/ledger/judging-state.js';
import { styleFor } from '../../packages/evaluator/src/cli/style.js';
import { decodeObserved } from '../../packages/evaluator/src/tally/observed-codec.js';
import { arm, AT, funnel, report, run, runState } from './report.js';

const plain = styleFor(false);

describe('renderVerdict', () => {
  it('prints the sentence and a row a gate', () => {
    const text = renderVerdict(report([runState()]).standings[0]!, plain).join('\n');
    expect(text).toContain('GO: after 1,000 pairs every gate is passed');
    expect(text).toMatch(/^errors +all +safe +1,000 +0\.0 % +0\.0 % +\+10 points +1\.2e\+22 +0\.0099$/m);
    expect(text).toContain('E(safe) >= 40');
  });

  it('says of a gate on validity what is allowed, and of a floor what is needed', () => {
    const policy = { gates: { validity: {}, structure: { floor: 0.9 } } };
    const state = runState({ run: run({ policy, noise: { rate: 0 } }), arms: { small: arm({ streams: {} }) } });
    const of = report([state]).standings[0]!;
    const text = renderVerdict(of, plain).join('\n');
    expect(text).toMatch(/^validity +all +empty +0 +- +- +-2 points/m);
    expect(text).toMatch(/^structure +all +empty +0 +- +- +>= 0\.85/m);
    expect(of.verdict.gates).toMatchObject([
      { gate: 'validity', mcNemarP: 1 },
      { gate: 'structure', floor: 0.9 },
    ]);
  });

  it('names what compares where it is not the default', () => {
    const of = (gates: object): string => {
      const state = runState({ run: run({ policy: { gates } }), arms: { small: arm({ streams: {} }) } });
      return renderVerdict(report([state]).standings[0]!, plain).join('\n');
    };
    expect(of({ similarity: { scorer: 'chrf' }, agreement: {} })).toMatch(/^similarity \(chrf\) +all /m);
    expect(of({ similarity: {}, agreement: { scorer: 'exact_json' } })).toMatch(/^similarity +all /m);
    expect(of({ similarity: {}, agreement: { scorer: 'exact_json' } })).toMatch(/^agreement \(exact_json\) +all /m);
  });

  it('spells out signs that a terminal would obey, and stays on one line', () => {
    const { verdict } = report([runState()]).standings[0]!;
    expect(renderSentence({ ...verdict, sentence: 'HOLD: errors in \u001b[2Ja\nGO: \u202eall' }, plain)).toBe(
      String.raw`HOLD: errors in \u001b[2Ja GO: \u202eall`,
    );
    expect(errorText(new Error('a\u001b]0;b\u0007\nc'))).toBe(`${String.raw`a\u001b]0;b\u0007`}\nc`);
  });

  it('has colours only where they are asked for', () => {
    const standing = report([runState()]).standings[0]!;
    // oxlint-disable-next-line no-control-regex
    const escapes = /\u001b\[/;
    expect(renderVerdict(standing, plain).join('\n')).not.toMatch(escapes);
    expect(renderVerdict(standing, styleFor(true)).join('\n')).toMatch(escapes);
  });

  it('says what ends what is set up wrong, and obeys nothing that a service wrote of it', () => {
    const standing = report([runState()]).standings[0]!;
    const setup = [{ cause: 'candidate_key', found: 'HTTP 401\u001b[2J', fix: 'put the right key' }] as const;
    const line = (sentence: string): string =>
      renderVerdict({ ...standing, verdict: { ...standing.verdict, sentence, setup } }, plain).join('\n');
    expect(line('HOLD: x.')).toContain(
      String.raw`  set up wrong: candidate_key: HTTP 401\u001b[2J. Fix: put the right key`,
    );
    expect(line('HOLD: (HTTP 401\u001b[2J; seen 1 s ago).')).toContain(
      '  set up wrong: candidate_key. Fix: put the right key',
    );
    const markdown = renderVerdictMarkdown({ ...standing, verdict: { ...standing.verdict, setup } });
    expect(markdown).toContain(String.raw`- set up wrong: candidate\_key: HTTP 401\\u001b\[2J. Fix: put the right key`);
  });

  it('names every other reason to hold', () => {
    const small = arm({ funnel: funnel({ lost: 100, stored: 900, sampled: 2000, skipped: { memory_cap: 1000 } }) });
    const text = renderVerdict(report([runState({ arms: { small } })]).standings[0]!, plain).join('\n');
    expect(text).toMatch(/HOLD: 100 of 1000 admitted legs were lost/);
    expect(text).toMatch(/also: only 50\.0 % of the sampled calls/);
  });
});

it.each([
  [0, '1'],
  [Math.log(41.23), '41'],
  [-Math.log(3), '0.33'],
  [Number.NEGATIVE_INFINITY, '0'],
  [Math.log(1.2e9), '1.2e+9'],
  [5000, '3.0e+2171'],
  [-5000, '3.4e-2172'],
])('writes the e-value of log %d as %s', (logE, text) => {
  expect(eValue(logE)).toBe(text);
});

describe('renderFunnel', () => {
  it('prints sums whose parts add up', () => {
    const lines = renderFunnel(
      arm({
        funnel: funnel({
          sampled: 1010,
          skipped: { memory_cap: 10 },
          stored: 980,
          dropped: { ring_full: 12 },
          aside: 3,
          lost: 5,
          late: 4,
          evidence: 900,
        }),
      }),
    );
    expect(lines.slice(0, 4)).toEqual([
      '1,010 sampled = 1,000 admitted + 10 skipped (memory_cap 10)',
      '1,000 admitted = 980 stored + 12 dropped (ring_full 12) + 3 aside + 5 lost + 0 pending',
      '980 stored = 976 in time + 4 late',
      '1,000 scored; 900 are evidence (one per cluster)',
    ]);
  });

  it('says by how much a line does not add up', () => {
    expect(renderFunnel(arm({ funnel: funnel({ stored: 990 }) }))[1]).toMatch(/\(does not add up: \+10\)/);
  });

  it('names the settings where few of the closed pairs are evidence, whatever is still on its way', () => {
    const stored = (evidence: bigint) => ({
      _all: {
        ...decodeObserved(() => undefined),
        counters: new Map([['turns stored', 1000n] as const, ['turns evidence', evidence]]),
      },
    });
    const few = arm({ funnel: funnel({ pending: 7, evidence: 100 }), observed: stored(100n) });
    expect(renderFunnel(few).join('\n')).toContain('under a fifth of the 1,000 stored in closed slices');
    expect(renderFunnel(few).join('\n')).toContain('`sample.by: trace`');
    expect(renderFunnel(few).join('\n')).toContain('`cluster.attribute`');
    const enough = arm({ funnel: funnel({ evidence: 200 }), observed: stored(200n) });
    expect(renderFunnel(enough).join('\n')).not.toContain('fifth');
    expect(renderFunnel(arm({ funnel: funnel({ evidence: 100 }) })).join('\n')).not.toContain('fifth');
  });
});

describe('renderStatus', () => {
  it('names what waits, who is gone and what was put aside', () => {
    const open = {
      slice: 7,
      startsAt: AT - 60_000,
      endsAt: AT,
      deadlineAt: AT + 150_000,
      stored: 12,
      waits: [{ for: 'rows', producer: 'p1', stored: 12, published: 15 }],
    } as const;
    const of = report([runState({ open: [open], openCount: 1, producers: ['p9'] })], {
      producers: [
        {
          id: 'p9',
          state: 'gone',
          startedAt: AT,
          lastSeen: AT,
          lastSentAt: AT,
          contiguousSeq: 1,
          lastSeq: 1,
          watermark: null,
        },
      ],
      rejected: {
        count: 2,
        byCode: { version: 2 },
        newest: [
          {
            job: 'p1-4',
            code: 'version',
            message: 'expected version 1, got \u001b[2J2\nmore',
            producer: 'p1',
            run: null,
            arm: null,
            legs: null,
            at: AT,
          },
        ],
      },
    });
    const text = renderStatus(of, plain).join('\n');
    expect(text).toContain('rows of p1 (12 of 15)');
    expect(text).toContain('p9: silent without a goodbye; what it admitted after 2026-11-21 12:00:00 cannot be known');
    expect(text).toContain('put aside: 2 jobs that could not be used (version 2)');
    expect(text).toContain(String.raw`p1-4: version: expected version 1, got \u001b[2J2`);
    expect(text).not.toContain('more');
  });

  it('says so where no service has announced a run', () => {
    expect(renderStatus(report([]), plain)[0]).toMatch(/^No run yet/);
  });

  it('is JSON without tallies', () => {
    const text = JSON.stringify(statusJson(report([runState()])));
    expect(JSON.parse(text)).toMatchObject({ runs: [{ experiment: 'support', verdicts: { small: { state: 'go' } } }] });
  });
});

describe('what status says of a judge', () => {
  const judging: JudgingState = {
    judge: 'abc',
    health: EMPTY_HEALTH,
    sensitivity: 0.91,
    unfit: null,
    waitsFor: null,
    waiting: 12,
    openSlices: { judgements: 2, labels: 40 },
  };

  it('is what its trial waits for, and how many of its canaries it has passed since', () => {
    const lines = (some: Partial<JudgingState>): string =>
      renderStatus(report([runState({ judging: { ...judging, ...some } })]), plain).join('\n');
    const waitsFor = 'other answers: the 3 distinct ones in 40 stored calls leave 137 of 200 canaries unmade';
    expect(lines({ sensitivity: null, waitsFor })).toContain(`judge abc: on trial, waiting for ${waitsFor};`);
    expect(lines({ sensitivity: null })).toContain('judge abc: on trial;');
    const shuffled = { given: 20, detected: 19, falseWins: 0, tied: 1, abstained: 0 };
    const padded = { given: 20, detected: 4, falseWins: 1, tied: 15, abstained: 0 };
    const health = {
      ...EMPTY_HEALTH,
      canaries: { ...EMPTY_HEALTH.canaries, padded },
      beside: { ...EMPTY_HEALTH.beside, shuffled },
    };
    expect(lines({ health })).toContain('judge abc: J = 0.91, 95.0 % of 20 faults seen since;');
    expect(lines({ health })).toContain(', length bias 5.0 points');
  });

  it('is how it does, what it said, and how people agree with it', () => {
    const small = arm({
      judgements: [
        { segment: '_none', outcome: 'shadow', pairs: 30 },
        { segment: 'billing', outcome: 'exact', pairs: 5 },
        { segment: '_none', outcome: 'tie', pairs: 2 },
      ],
      labels: {
        ...NO_LABELS,
        offered: 30,
        answered: 20,
        open: 7,
        abstained: 1,
        expired: 2,
        table: [
          [9, 0, 1],
          [0, 0, 0],
          [1, 0, 9],
        ],
      },
    });
    const text = renderStatus(report([runState({ judging, arms: { small } })]), plain).join('\n');
    expect(text).toContain('judge abc: J = 0.91; false wins -, consistent -, abstained -');
    expect(text).toContain('12 pairs to judge, 2 slices waiting for judgements, 40 slices waiting for labels');
    expect(text).toContain('37 pairs judged: 30 for the candidate, 7 ties, 0 for the incumbent, 0 abstentions');
    expect(text).toContain(
      '30 pairs offered for labels: 20 answered, 7 open, 1 undecided, 2 expired; kappa with the judge 0.80',
    );
  });

  it('is why it may not decide, and which arm is in quarantine', () => {
    const small = arm({ quarantine: 'near_constant' });
    const unfit = { ...judging, unfit: 'false_wins' };
    const text = renderStatus(report([runState({ judging: unfit, arms: { small } })]), plain).join('\n');
    expect(text).toContain('judge abc: unfit (false_wins)');
    const blind = { ...judging, sensitivity: -0.02, unfit: 'insensitive' };
    expect(renderStatus(report([runState({ judging: blind })]), plain).join('\n')).toContain(
      'judge abc: unfit (insensitive: J = -0.02, at least 0.5 needed)',
    );
    expect(text).toContain('in quarantine: near_constant');
    const untried = renderStatus(report([runState({ judging: { ...judging, judge: null } })]), plain).join('\n');
    expect(untried).toContain('judge: no pair was drawn for it yet');
  });
});
