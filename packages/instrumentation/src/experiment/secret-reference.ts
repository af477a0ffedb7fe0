import { readFileSync } from 'node:fs';
import type { SecretReference } from './definition.js';

/** What a reference leads to, without white space around it; undefined where there is nothing. */
export function secretText(
  reference: SecretReference,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const text = 'env' in reference ? environment[reference.env] : fileText(reference.file);
  const trimmed = text?.trim();
  return trimmed === '' ? undefined : trimmed;
}

/** Where a reference leads, for people. */
export function describeReference(reference: SecretReference): string {
  return 'env' in reference ? `the environment variable ${reference.env}` : `the file ${reference.file}`;
}

function fileText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
