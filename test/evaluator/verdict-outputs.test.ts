import { describe, expect, it } from 'vitest';
import { changesJson, renderSince } from '../../packages/evaluator/src/cli/render-changes.js';
import { renderVerdictJunit } from '../../packages/evaluator/src/cli/render-verdict-junit.js';
import { renderVerdictMarkdown } from '../../packages/evaluator/src/cli/render-verdict-markdown.js';
import { styleFor } from '../../packages/evaluator/src/cli/style.js';
import type { Standing } from '../../packages/evaluator/src/decide/standing.js';
import type { VerdictChange } from '../../packages/evaluator/src/ledger/change.js';
import { arm, AT, errorsTally, funnel, report, runState } from './report.js';

const good = report([runState()]).standings[0]!;
const bad = report([runState({ arms: { small: arm({ streams: { _all: { errors: errorsTally(0, 200, 200) } } }) } })])
  .standings[0]!;
const early = report([runState({ arms: { small: arm({ streams: {} }) } })]).standings[0]!;

function saying(sentence: string, change: Partial<Standing['verdict']> = {}): Standing {
  return { ...good, verdict: { ...good.verdict, ...change, sentence } };
}

const junit = (standing: Standing, acceptProvisional = false): string =>
  renderVerdictJunit(standing, { at: AT, acceptProvisional });

describe('renderVerdictMarkdown', () => {
  it('gives the sentence, a table of the gates and the funnel in one line', () => {
    const lines = renderVerdictMarkdown(good).split('\n');
    expect(lines[0]).toBe('### ✅ support: small');
    expect(lines[2]).toMatch(/^\*\*GO: after 1,000 pairs every gate is passed/);
    expect(lines.filter((line) => line.startsWith('|'))).toEqual([
      '| gate | segment | state | pairs | candidate | incumbent | allowed | E(safe) | E(harm) |',
      '| :-- | :-- | :-- | --: | --: | --: | --: | --: | --: |',
      '| errors | all | safe | 1,000 | 0.0 % | 0.0 % | +10 points | 1.2e+22 | 0.0099 |',
    ]);
    expect(lines).toContain('1,000 sampled → 1,000 admitted → 1,000 stored → 1,000 evidence.');
  });

  it('says how much of the admitted is missing', () => {
    const lossy = report([
      runState({
        arms: { small: arm({ funnel: funnel({ stored: 960, dropped: { timeout: 10 }, aside: 5, lost: 25 }) }) },
      }),
    ]).standings[0]!;
    expect(renderVerdictMarkdown(lossy)).toContain('960 stored → 1,000 evidence (40 of the admitted are missing).');
  });

  it('lets no text become a table, a tag, a mention or a link', () => {
    const text = renderVerdictMarkdown(saying('a | <img src=x> @everyone [here](https://evil) *b*\n# c'));
    const line = text.split('\n').find((one) => one.includes('everyone'));
    expect(line).toBe(String.raw`**a \| &lt;img src=x&gt; @&#8203;everyone \[here\](https:&#47;/evil) \*b\* \# c**`);
  });
});

describe('renderSince', () => {
  const plain = styleFor(false);
  const change = (
    state: VerdictChange['state'],
    previous: VerdictChange['previous'],
    minute: number,
  ): VerdictChange => ({
    id: minute,
    experiment: 'support',
    arm: 'small',
    run: good.run.id,
    k: 1,
    reason: 'safe',
    pairs: 7,
    state,
    previous,
    sentence: state,
    at: AT + 60_000 * minute,
  });

  it('says since when it is so, over runs that began as the last one was', () => {
    const changes = [change('hold', 'hold', 3), change('hold', 'go', 2), change('go', null, 1)];
    expect(renderSince('hold', changes, plain)).toEqual(['', 'hold since 2026-11-21 12:02:00 UTC, after go']);
    expect(renderSince('go', changes.slice(2), plain)).toEqual(['', 'go since 2026-11-21 12:01:00 UTC']);
  });

  it('says nothing where what was noted last is not what is seen', () => {
    expect(renderSince('no_go', [change('hold', null, 1)], plain)).toEqual([]);
    expect(renderSince('hold', [], plain)).toEqual([]);
  });

  it('has changes as JSON', () => {
    expect(changesJson([change('go', 'hold', 0)])).toEqual([
      {
        run: good.run.id,
        k: 1,
        state: 'go',
        previous: 'hold',
        reason: 'safe',
        sentence: 'go',
        pairs: 7,
        at: '2026-11-21T12:00:00.000Z',
      },
    ]);
  });
});

describe('renderVerdictJunit', () => {
  it('has a passed case for the verdict and for each gate', () => {
    const xml = junit(good);
    expect(xml).toContain('tests="2" failures="0" errors="0" skipped="0"');
    expect(xml).toContain('<testcase name="errors" classname="understudy.support.small" time="0">');
    expect(xml).toContain('timestamp="2026-11-21T12:00:00.000Z"');
    expect(xml).not.toMatch(/<(?:failure|error|skipped)\b/);
  });

  it('fails by harm, skips what is open, and errs by what is biased', () => {
    expect(bad.verdict.state).toBe('no_go');
    expect(junit(bad)).toContain('tests="2" failures="2" errors="0" skipped="0"');
    expect(junit(bad)).toMatch(/<failure type="harm" message="NO_GO: [^"]+">NO_GO: /);
    expect(early.verdict.state).toBe('hold');
    expect(junit(early)).toContain('tests="2" failures="0" errors="0" skipped="2"');
    expect(junit(early)).toContain('<skipped message="empty: errors has no pairs"/>');
    expect(junit(saying('INVALID', { state: 'invalid' }))).toContain('failures="0" errors="1" skipped="0"');
  });

  it('skips a provisional GO unless it is accepted', () => {
    const [gate] = good.verdict.gates;
    const provisional = saying('GO_PROVISIONAL', {
      state: 'go_provisional',
      gates: [{ ...gate!, state: 'provisional' }],
    });
    expect(junit(provisional)).toContain('skipped="2"');
    expect(junit(provisional, true)).toContain('skipped="0"');
  });

  it('stays XML whatever is in the texts', () => {
    const xml = junit(saying('"<a>" & \u0000\u001b[2J \ud800 ]]>\n', { state: 'hold' }));
    expect(xml).toContain('&quot;&lt;a&gt;&quot; &amp; \u{fffd}\u{fffd}[2J \u{fffd} ]]&gt; ');
  });
});
