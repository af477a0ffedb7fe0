import { readFileSync } from 'node:fs';
import type { RunId } from '@understudy/instrumentation/trial';
import { expect, it } from 'vitest';
import { changePayload } from '../../packages/evaluator/src/notify/payload.js';
import { answerOf } from '../../packages/evaluator/src/serve/answer.js';
import { AT, report, runState } from '../evaluator/report.js';

const text = readFileSync(new URL('../../docs/verdict.md', import.meta.url), 'utf8');
const blocks = (language: string): readonly string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].map(([, block = '']) => block);
const keysOf = (json: string): readonly string[] => Object.keys(JSON.parse(json) as object);

it('shows the fields of an answer and of a webhook as they are', () => {
  const { standings } = report([runState()]);
  const answer = answerOf(new URLSearchParams(), { standings, at: AT, declared: {}, acceptProvisional: false });
  const [, shown = ''] = /^\$ curl[^\n]*\n(\{.*\})$/m.exec(text) ?? [];
  expect(keysOf(shown)).toEqual(Object.keys(answer.body));
  const verdict = { run: 'r' as RunId, k: 1, state: 'go', reason: 'safe', sentence: 'GO', pairs: 1 } as const;
  const change = changePayload({ id: 1, experiment: 'e', arm: 'a', previous: null, at: AT, ...verdict });
  expect(keysOf(blocks('json')[0] ?? '')).toEqual(Object.keys(change));
});

it('has an AnalysisTemplate that decides by the three values, and hooks that pass by one of them', () => {
  const [template = '', flagger = ''] = blocks('yaml');
  const fieldsOf = (block: string): readonly string[] => block.split('\n').map((line) => line.replace(/^[\s-]+/, ''));
  expect(fieldsOf(template)).toEqual(
    expect.arrayContaining([
      'kind: AnalysisTemplate',
      'successCondition: result == "pass"',
      'failureCondition: result == "fail"',
      expect.stringMatching(/^url: http:\S+\/api\/verdict\?experiment=\{\{ args\.experiment }}&candidate=/),
      'jsonPath: "{$.result}"',
    ]),
  );
  const hooks = fieldsOf(flagger).filter((field) => /^(?:type|url):/.test(field));
  expect(hooks).toEqual([
    'type: confirm-promotion',
    expect.stringContaining('/api/verdict?'),
    'type: rollback',
    expect.stringContaining('/api/verdict/rollback?'),
  ]);
});
