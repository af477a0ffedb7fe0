import type { Detect } from './language.js';

/**
 * Loads the detector of languages: 60 of them, told apart by their n-grams (the smallest of the package's four tables). It takes 0.2 s and
 * 80 MiB for as long as the process lives, so it is loaded where it is needed and not before.
 */
export async function loadDetector(): Promise<Detect> {
  const { eld } = await import('eld/extrasmall');
  return (text) => eld.detect(text).language;
}
