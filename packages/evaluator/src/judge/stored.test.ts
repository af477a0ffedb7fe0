import { ContractError } from '@understudy/instrumentation/trial';
import { describe, expect, it } from 'vitest';
import { EMPTY_ARM_GUARD, guardOutput, mergeArmGuards } from './guard/arm-guard.js';
import { keyedHash } from './guard/keyed-hash.js';
import { abstained } from './judge-pair.js';
import type { OrderResult } from './judgement.js';
import { readArmGuard, readHealth, readOrderResult, storedText } from './stored.js';
import { EMPTY_HEALTH, ofJudgement } from './trial/judge-health.js';

const HASH = keyedHash('a secret');
const PAIR = { request: 'x', primary: 'one two three four five', shadow: 'six seven eight nine ten' };
const RESULT: OrderResult = {
  order: 'swapped',
  verdict: 'TIE',
  confidence: 0.5,
  preference: 0.5,
  reasoning: 'alike',
  reason: null,
  detail: '',
  finishReason: 'stop',
  truncated: 1,
  unparseable: 0,
  calls: 2,
  usage: null,
  retryAfterMs: null,
};

describe('what the judge has stored', () => {
  it('is read as it was written', () => {
    const health = ofJudgement(PAIR, abstained('j', 'truncated'));
    const guard = mergeArmGuards(guardOutput('a', PAIR, HASH), guardOutput('b', PAIR, HASH));
    expect(readHealth(storedText(health))).toEqual(health);
    expect(readHealth(storedText(EMPTY_HEALTH))).toEqual(EMPTY_HEALTH);
    expect(readArmGuard(storedText(guard))).toEqual(guard);
    expect(readArmGuard(storedText(EMPTY_ARM_GUARD))).toEqual(EMPTY_ARM_GUARD);
    expect(readOrderResult(storedText(RESULT))).toEqual(RESULT);
  });

  it('is read where an older version counted less', () => {
    const { padded: _, ...canaries } = EMPTY_HEALTH.canaries;
    const { ahead: __, behind: ___, longerTied: ____, ...labels } = EMPTY_HEALTH.labels;
    const { leanings: _____, ...rest } = { ...EMPTY_HEALTH, canaries, labels };
    expect(readHealth(JSON.stringify({ v: 1, value: rest }))).toEqual(EMPTY_HEALTH);
  });

  it.each([
    ['no JSON', '{'],
    ['another version', JSON.stringify({ v: 2, value: EMPTY_HEALTH })],
    ['no version', JSON.stringify(EMPTY_HEALTH)],
    ['a count that is none', storedText({ ...EMPTY_HEALTH, calls: { made: -1, truncated: 0, unparseable: 0 } })],
    ['something else', storedText(RESULT)],
  ])('is refused: %s', (_, stored) => expect(() => readHealth(stored)).toThrow(ContractError));

  it('is refused where a verdict is none', () => {
    expect(() => readOrderResult(storedText({ ...RESULT, confidence: 2 }))).toThrow(/confidence/);
    expect(() => readArmGuard(storedText(EMPTY_HEALTH))).toThrow(/seen/);
  });
});
