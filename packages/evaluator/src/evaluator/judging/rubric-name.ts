import { parse } from 'node:path';
import type { JudgeDefinition } from '@understudy/instrumentation/experiment';

/** What a judge judges by, in a word: a built-in rubric's name, or that of its file. */
export function rubricName({ rubric }: Pick<JudgeDefinition, 'rubric'>): string {
  return parse(rubric).name;
}
