import { parseConfigYaml } from '@understudy/instrumentation/experiment';
// Built first: the sources are of another project.
import { parseRubric } from '../../packages/evaluator/dist/judge/rubric.js';
import type { Failure } from './failure.ts';

/** What our own reader says of an `understudy.yaml`: the one schema there is of it. */
export function validateConfiguration(yaml: string, path: string): readonly Failure[] {
  return said(() => parseConfigYaml(yaml, path));
}

/** The same of a rubric of a judge. */
export function validateRubric(yaml: string, path: string): readonly Failure[] {
  return said(() => parseRubric(yaml, path));
}

function said(read: () => unknown): readonly Failure[] {
  try {
    read();
    return [];
  } catch (error) {
    return [{ at: '/', message: error instanceof Error ? error.message : String(error) }];
  }
}
