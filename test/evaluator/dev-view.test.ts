import { describe, expect, it } from 'vitest';
import type { CallId, ClusterKey, Leg, PairId } from '@understudy/instrumentation/trial';
import { renderDev } from '../../packages/evaluator/src/cli/dev/render-dev.js';
import { collectedOutput } from '../../packages/evaluator/src/cli/collected-output.test.support.js';
import type { DevState } from '../../packages/evaluator/src/cli/dev/state.js';
import { plainView } from '../../packages/evaluator/src/cli/dev/views.js';
import { styleFor } from '../../packages/evaluator/src/cli/style.js';
import type { ShownPair } from '../../packages/evaluator/src/ledger/ledger.js';
import { arm, errorsTally, funnel, report, run, runState } from './report.js';

const plain = styleFor(false);
const NOTHING = { requests: 0, items: 0, uncounted: 0, passedOn: 0, refused: 0 };

function leg(text: string): Leg {
  const messages = [{ role: 'assistant', parts: [{ type: 'text' as const, content: text }] }];
  return {
    status: 'ok',
    answer: { kind: 'text', messages },
    finish: 'stop',
    usage: null,
    durationMs: 5,
    model: 'm',
    span: null,
  };
}

function shown(primary: string, shadow: string, change: Partial<ShownPair> = {}): ShownPair {
  const ok = { status: 'ok', durationMs: 1234 } as const;
  const input = {
    kind: 'text',
    messages: [{ role: 'user', parts: [{ type: 'text', content: 'What\nnow?' }] }],
  } as const;
  return {
    pair: '0194c8a8-0000-7000-8000-000000000001' as PairId,
    call: '0194c8a8-0000-7000-8000-000000000000' as CallId,
    run: run().id,
    arm: 'small',
    producer: 'p1',
    slice: 0,
    segment: 'refunds',
    cluster: '0123456789abcdef' as ClusterKey,
    pi: 1,
    facts: { v: 1, pi: 1, primary: ok, shadow: ok, aa: null, scores: { ab: { lexical: 0.5 }, aa: {} } },
    content: { operation: 'chat', stream: false, startedAt: 0, input, primary: leg(primary), shadow: leg(shadow) },
    late: false,
    evidence: true,
    withheld: null,
    ...change,
  };
}

const silent = (kind: 'none' | 'features'): ShownPair['content'] => {
  const { content } = shown('secret', 'words');
  const input = kind === 'none' ? { kind } : { kind, compared: null, messages: [] };
  return content === null ? null : { ...content, input };
};
const failed: ShownPair['content'] = {
  operation: 'chat',
  stream: false,
  startedAt: 0,
  input: { kind: 'text', messages: [] },
  primary: leg('secret'),
  shadow: { status: 'error', type: '500', durationMs: 1, span: null },
};

function state(change: Partial<DevState> = {}): DevState {
  return {
    source: '/srv/understudy.yaml',
    store: 'embedded:/srv/.understudy',
    url: null,
    otlp: {
      url: 'http://127.0.0.1:4318',
      passedTo: null,
      received: { traces: NOTHING, metrics: NOTHING, logs: NOTHING },
      trouble: null,
    },
    report: report([runState()]),
    pairs: [{ experiment: 'support', shown: shown('It takes five days.', 'It takes three days.') }],
    trouble: null,
    content: true,
    ...change,
  };
}

const render = (change: Partial<DevState> = {}, size = { columns: 100, rows: 30 }): string =>
  renderDev(state(change), size, plain).join('\n');

describe('renderDev', () => {
  it('shows the verdict, the funnel and the answers as one text', () => {
    const text = render();
    expect(text).toContain('support/small GO: after 1,000 pairs');
    expect(text).toContain('1,000 admitted = 1,000 stored');
    expect(text).toContain('asked: What now?');
    expect(text).toContain('diff: It takes [-five-] {+three+} days.');
    expect(text).toMatch(/support\/small refunds {2}primary 1,234 ms, shadow 1,234 ms {2}lexical 0\.50/);
  });

  it('marks the difference by colours where there are some', () => {
    const text = renderDev(state(), { columns: 100, rows: 30 }, styleFor(true)).join('\n');
    expect(text).toContain('\u001b[31mfive\u001b[39m \u001b[32mthree\u001b[39m');
  });

  it('spells out what a terminal would obey', () => {
    const hostile = '\u001b[2J\u001b]0;x\u0007\u202e\r\n\u009b1m';
    const text = render({
      pairs: [{ experiment: 'support', shown: shown(hostile, `${hostile} more`, { segment: hostile }) }],
      trouble: `queue: ${hostile}`,
    });
    // oxlint-disable-next-line no-control-regex
    expect(text.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
    expect(text).toContain(String.raw`\u001b`);
  });

  it.each([
    ['left out', {}, false, /lexical 0\.50\n(?! {2}asked)/],
    ['erased', { content: null, withheld: 'removed' as const }, true, /erased, or are too old/],
    ['none were sent', { content: silent('none') }, true, /the experiment sends `content: none`/],
    ['only features were', { content: silent('features') }, true, /the experiment sends `content: features`/],
    ['a call failed', { content: failed }, true, /lexical 0\.50\n(?! {2}asked)/],
    ['sealed', { content: null, withheld: 'sealed' as const }, true, /a key that is not here/],
  ])('says why there are no texts: %s', (_why, change, content, expected) => {
    const text = render({ content, pairs: [{ experiment: 'support', shown: shown('secret', 'words', change) }] });
    expect(text).toMatch(expected);
    expect(text).not.toContain('secret');
  });

  it('keeps within every size of a terminal', () => {
    const pairs = Array.from({ length: 20 }, () => ({
      experiment: 'support',
      shown: shown('a b c '.repeat(90), '退款 '.repeat(90)),
    }));
    for (const columns of [1, 10, 20, 40, 79, 200]) {
      for (const rows of [1, 2, 5, 12, 24, 100]) {
        const lines = renderDev(state({ pairs }), { columns, rows }, plain);
        expect(lines.length).toBeLessThanOrEqual(rows);
        for (const line of lines) {
          const places = Array.from(line).reduce((sum, sign) => sum + (sign < '\u0300' ? 1 : 2), 0);
          expect(places).toBeLessThanOrEqual(Math.max(2, columns));
        }
      }
    }
  });

  it('says what it waits for where there is no run', () => {
    expect(render({ report: null, pairs: [] })).toMatch(/Waits for a service[^]*embedded:\/srv\/\.understudy/);
  });
});

describe('plainView', () => {
  it('says why a verdict is what it is when it turns, and then only how many pairs there are', () => {
    const output = collectedOutput();
    const view = plainView(output);
    const after = (pairs: number): DevState => {
      const counts = {
        stored: pairs,
        evidence: pairs,
        scored: pairs,
        admitted: pairs,
        published: pairs,
        sampled: pairs,
      };
      const streams = { _all: { errors: errorsTally(0, pairs, 0) } };
      return state({ report: report([runState({ arms: { small: arm({ streams, funnel: funnel(counts) }) } })]) });
    };
    for (const pairs of [20, 20, 21, 1000]) view.changed(after(pairs), [], 0);
    const lines = output.lines.map((line) => line.replace(/^\S+ /, ''));
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^support\/small HOLD: .+ \(20 pairs of evidence; /);
    expect(lines[1]).toMatch(/^support\/small HOLD \(21 pairs of evidence; /);
    expect(lines[2]).toMatch(/^support\/small GO: /);
  });
});
