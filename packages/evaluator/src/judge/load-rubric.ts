import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigurationError } from '@understudy/instrumentation/experiment';
import { parseRubric, type Rubric } from './rubric.js';

/** The rubrics that come with the package. To add one: a file in `src/rubrics` and its name here. */
export const BUILT_IN_RUBRICS = ['helpfulness', 'faithful-to-reference'] as const;

/** The compiler copies no YAML, so that the files are published and read where they are written. */
const FOLDER = new URL('../../src/rubrics/', import.meta.url);

/**
 * Loads a rubric: one of {@link BUILT_IN_RUBRICS} by its name, or a file of the user's by its path (anything that holds a slash or ends in `.yaml` or `.yml`).
 *
 * @param folder What a relative path starts from: the folder of the configuration.
 * @throws ConfigurationError for an unknown name, a file that cannot be read, and a rubric that is none.
 */
export function loadRubric(nameOrPath: string, folder: string = process.cwd()): Rubric {
  if (BUILT_IN_RUBRICS.some((name) => name === nameOrPath)) {
    const path = fileURLToPath(new URL(`${nameOrPath}.yaml`, FOLDER));
    return parseRubric(read(path), path);
  }
  if (!/[/\\]|\.ya?ml$/.test(nameOrPath)) {
    const known = BUILT_IN_RUBRICS.join(', ');
    throw new ConfigurationError('judge.rubric', [`expected ${known}, or the path of a YAML file, got ${nameOrPath}`]);
  }
  const path = resolve(folder, nameOrPath);
  return parseRubric(read(path), path);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ConfigurationError(path, ['expected a file that can be read'], { cause });
  }
}
