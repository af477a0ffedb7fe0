import type { Call } from '../capture/call.js';
import type { Sample, SampleRule } from '../experiment/sampling.js';
import { compilePattern } from './match.js';

/** A longer value meets no rule: what a caller sends costs a bounded time. */
const MAX_VALUE_LENGTH = 1024;

type Test = (call: Call, segment: string) => boolean;

/**
 * The declared probability of a call: that of the first rule it meets, else the base rate. It depends on nothing but what is known
 * before the call is sent, so that it is a probability of inclusion and not a choice by outcome.
 */
export function createProbability({ rate, rules }: Sample): (call: Call, segment: string) => number {
  const compiled = rules.map((rule) => ({ rate: rule.rate, tests: [...testsOf(rule)] }));
  return (call, segment) => compiled.find(({ tests }) => tests.every((test) => test(call, segment)))?.rate ?? rate;
}

function* testsOf({ model, segment, attribute, header, value = '' }: SampleRule): Iterable<Test> {
  if (model !== undefined) {
    const matches = compilePattern(model);
    yield (call) => matches(call.request.model ?? '');
  }
  if (segment !== undefined) yield (_, own) => own === segment;
  const matches = compilePattern(value);
  if (attribute !== undefined) yield (call) => isText(call.context[attribute], matches);
  if (header !== undefined) {
    const name = header.toLowerCase();
    yield (call) => isText(call.wire?.headers.get(name), matches);
  }
}

function isText(value: unknown, matches: (text: string) => boolean): boolean {
  const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
  return typeof text === 'string' && text.length <= MAX_VALUE_LENGTH && matches(text);
}
