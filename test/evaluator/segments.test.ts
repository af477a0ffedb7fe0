import { describe, expect, it } from 'vitest';
import { renderStatus, statusJson } from '../../packages/evaluator/src/cli/render-status.js';
import { renderVerdict, verdictJson } from '../../packages/evaluator/src/cli/render-verdict.js';
import { renderVerdictJunit } from '../../packages/evaluator/src/cli/render-verdict-junit.js';
import { renderVerdictMarkdown } from '../../packages/evaluator/src/cli/render-verdict-markdown.js';
import { styleFor } from '../../packages/evaluator/src/cli/style.js';
import { verdictMetrics } from '../../packages/evaluator/src/emit/verdict-metrics.js';
import { answerOf } from '../../packages/evaluator/src/serve/answer.js';
import { arm, AT, errorsTally, report, run, runState } from './report.js';

const GOOD = { errors: errorsTally(0, 1000, 0) };
const BAD = { errors: errorsTally(0, 700, 300) };
const plain = styleFor(false);

/** A good candidate, a critical segment without pairs, one that passes, and another that does worse. */
const look = report([
  runState({
    run: run({ segments: { attribute: 'route', critical: ['refunds', 'claims'] } }),
    arms: {
      small: arm({ streams: { _all: GOOD, refunds: GOOD, 'mail\u001b[31m': BAD } }),
    },
  }),
]);
const [standing] = look.standings;
if (standing === undefined) throw new Error('there is no standing');

describe('segments in every output', () => {
  it('are in the text of a verdict and of the status, each critical one with its state', () => {
    for (const lines of [renderVerdict(standing, plain), renderStatus(look, plain)]) {
      const text = lines.join('\n');
      expect(text).toMatch(/^ +critical segments: refunds go, claims hold$/m);
      expect(text).toMatch(/^ +segments that do worse: mail\\u001b\[31m$/m);
      expect(text).toContain('HOLD: a segment does worse: errors in mail');
    }
  });

  it('are rows of the table, the one that does worse by its worst gate', () => {
    const rows = renderVerdict(standing, plain).filter((line) => line.startsWith('errors'));
    expect(rows).toHaveLength(4);
    expect(rows.at(-1)).toMatch(/^errors +mail\S+ +harm +1,000 +30\.0 %/);
    expect(renderVerdictMarkdown(standing)).toMatch(/^\| errors \| mail.* \| harm \| 1,000 \| 30\.0 %/m);
    expect(renderVerdictMarkdown(standing)).toContain('- critical segments: refunds go, claims hold');
  });

  it('are in JSON: those that decide, and the list of the others', () => {
    const bad = [{ stream: 'mail\u001b[31m', harmLogE: expect.any(Number), gate: { gate: 'errors', pairs: 1000 } }];
    expect(verdictJson(standing)).toMatchObject({ state: 'hold', reason: 'segment', badSegments: bad });
    expect(JSON.stringify(statusJson(look))).toContain('"badSegments":[{"stream":"mail');
    expect(verdictJson(standing)['streams']).toMatchObject([
      { stream: '_all' },
      { stream: 'refunds' },
      { stream: 'claims' },
    ]);
  });

  it('are a case of JUnit that is skipped, since they stop nothing', () => {
    const xml = renderVerdictJunit(standing, { at: AT, acceptProvisional: false });
    expect(xml).toContain('tests="5" failures="0" errors="0" skipped="3"');
    expect(xml).toMatch(/<testcase name="segment mail.*>\s+<skipped message="segment: errors in mail/);
  });

  it('are in the answer to a deployment', () => {
    const known = { standings: look.standings, at: AT, declared: {}, acceptProvisional: false };
    expect(answerOf(new URLSearchParams(), known)).toMatchObject({
      body: {
        result: 'inconclusive',
        segments: [
          { segment: 'refunds', critical: true, state: 'go' },
          { segment: 'claims', critical: true, state: 'hold' },
          { segment: 'mail\u001b[31m', critical: false, state: 'hold' },
        ],
      },
    });
    expect(answerOf(new URLSearchParams(), { ...known, standings: null })).toMatchObject({ body: { segments: [] } });
  });

  it('have the same state there as in the metrics', () => {
    const [metric] = verdictMetrics(look.standings);
    const states = metric?.points
      .filter((point) => 'value' in point && point.value === 1)
      .map(({ attributes }) => attributes);
    expect(states).toMatchObject([
      { segment: '_all', state: 'hold' },
      { segment: 'refunds', state: 'go' },
      { segment: 'claims', state: 'hold' },
    ]);
  });
});
