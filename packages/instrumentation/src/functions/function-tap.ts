import type { FunctionCall, FunctionCallStart } from '../capture/function-call.js';
import type { FunctionCapture } from '../capture/function-capture.js';
import { ConfigurationError } from '../errors.js';
import { comparesCode } from '../experiment/of-code.js';
import type { ExperimentSetup } from '../queue/arrangement.js';
import type { Producer } from '../queue/producer.js';
import type { Prepare } from '../shadow/prepare.js';
import { isUntapped } from '../tap/untapped.js';

/** Where what is not HTTP shows its calls: one experiment's, and nobody else's. */
export interface FunctionTap {
  readonly experiment: string;
  /** The names of the experiment's candidates. */
  readonly candidates: readonly string[];
  /** Starts a call. `null`: it is a part of another call, or nothing is compared now; the function is called as if there were no tap. */
  begin(start: FunctionCallStart, prepare: Prepare): FunctionCall | null;
}

/** Finds an experiment that compares functions. Throws {@link ConfigurationError} where there is none of that name, or it compares requests. */
export function setupOfCode(setups: readonly ExperimentSetup[], name: string): ExperimentSetup {
  const setup = setups.find(({ experiment }) => experiment.name === name);
  if (setup === undefined) {
    const names = setups.map(({ experiment }) => experiment.name).join(', ');
    throw new ConfigurationError('shadowed', [`experiment: expected one of ${names}, got ${name}`]);
  }
  if (!comparesCode(setup.experiment, Object.keys(setup.rules.transform ?? {}))) {
    throw new ConfigurationError(`experiment ${name}`, [
      'candidates: expected each to have a `version` and nothing else: they are functions or models in code',
    ]);
  }
  return setup;
}

/** @param admitting Whether the instrumentation is switched on. */
export function createFunctionTap(
  { experiment }: ExperimentSetup,
  producer: Producer,
  capture: FunctionCapture,
  admitting: () => boolean,
): FunctionTap {
  return {
    experiment: experiment.name,
    candidates: Object.keys(experiment.candidates),
    begin: (start, prepare) =>
      !admitting() || isUntapped() ? null : capture(start, (call) => producer.takeFor(experiment.name, call, prepare)),
  };
}

/** The code of each candidate. Throws {@link ConfigurationError} where one has none, or where some is no candidate's. */
export function codeByArm<Code>(
  { experiment, candidates }: FunctionTap,
  given: Readonly<Record<string, unknown>>,
  isCode: (value: unknown) => value is Code,
  expected: string,
): ReadonlyMap<string, Code> {
  const issues = Object.keys(given)
    .filter((name) => !candidates.includes(name))
    .map((name) => `candidates.${name}: expected one of ${candidates.join(', ')}`);
  const found = new Map<string, Code>();
  for (const name of candidates) {
    const code = Object.hasOwn(given, name) ? given[name] : undefined;
    if (isCode(code)) found.set(name, code);
    else issues.push(`candidates.${name}: expected ${expected}, got ${code === undefined ? 'nothing' : typeof code}`);
  }
  if (issues.length > 0) throw new ConfigurationError(`experiment ${experiment}`, issues);
  return found;
}
