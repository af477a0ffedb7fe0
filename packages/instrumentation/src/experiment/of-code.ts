import type { Candidate, Experiment } from './definition.js';

/** Whether all that the configuration says of a candidate is a version: it then is code, and changes nothing of a request. */
function isCode(candidate: Candidate): boolean {
  return candidate.version !== undefined && Object.keys(candidate).every((field) => field === 'version');
}

/**
 * Whether an experiment compares functions: its calls are given to it by `shadowed` or the middleware, and those over HTTP are none
 * of its own.
 *
 * @param transformed Candidates whose request is made by a rule in code: their version is that rule's.
 */
export function comparesCode({ candidates }: Experiment, transformed: readonly string[]): boolean {
  return Object.entries(candidates).every(([name, candidate]) => isCode(candidate) && !transformed.includes(name));
}
