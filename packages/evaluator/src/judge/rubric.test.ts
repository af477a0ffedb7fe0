import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError } from '@understudy/instrumentation/experiment';
import { describe, expect, it } from 'vitest';
import { BUILT_IN_RUBRICS, loadRubric } from './load-rubric.js';
import { parseRubric, rubricHash } from './rubric.js';

const GOOD = `
name: terse
version: 2
instructions: Prefer the shorter answer that is right.
criteria:
  - { name: right, question: Is it right? }
choices: { A: A is better., B: B is better., TIE: No difference. }
`;

function issuesOf(yaml: string): string {
  try {
    parseRubric(yaml, 'x.yaml');
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
    throw error;
  }
  return '';
}

describe('a rubric', () => {
  it.each(BUILT_IN_RUBRICS)('comes with the package: %s', (name) => {
    const rubric = loadRubric(name);
    expect(rubric.name).toBe(name);
    expect(rubric.criteria.length).toBeGreaterThan(2);
  });

  it('may be a file of the user, from the folder of the configuration', () => {
    const folder = mkdtempSync(join(tmpdir(), 'understudy-rubric-'));
    writeFileSync(join(folder, 'mine.yaml'), GOOD);
    expect(loadRubric('mine.yaml', folder)).toEqual(parseRubric(GOOD, 'x'));
    expect(() => loadRubric('./other.yaml', folder)).toThrow(/other\.yaml cannot be used/);
    expect(() => loadRubric('helpfullness')).toThrow(/expected helpfulness, faithful-to-reference, or the path/);
  });

  it('is refused with each field that is wrong', () => {
    const message = issuesOf(
      GOOD.replace('version: 2', 'version: two')
        .replace('TIE: No difference.', 'C: neither')
        .replace('terse', 'Terse!'),
    );
    expect(message).toContain('x.yaml cannot be used');
    for (const part of ['version:', 'choices', 'TIE', 'name: expected lower case']) expect(message).toContain(part);
  });

  it('is refused with line and column where it is not YAML', () => {
    expect(issuesOf('name: [terse')).toMatch(/line 1/);
    expect(issuesOf('just text')).toContain('rubric:');
  });

  it('does not unfold without bounds', () => {
    const rows = Array.from({ length: 9 }, (_, at) => `  k${at + 1}: &a${at + 1} [${`*a${at}, `.repeat(9)}]`);
    expect(issuesOf(`x:\n  k0: &a0 [1]\n${rows.join('\n')}`)).toMatch(/alias/i);
  });

  it('is named by its words: any change gives another hash, the order of the fields none', () => {
    const hash = rubricHash(parseRubric(GOOD, 'x'));
    expect(hash).toMatch(/^[0-9a-f]{16}$/);
    expect(rubricHash(parseRubric(GOOD.replace('version: 2', 'version: 3'), 'x'))).not.toBe(hash);
    expect(rubricHash(parseRubric(GOOD.replace('Is it right?', 'Is it correct?'), 'x'))).not.toBe(hash);
    const [first = '', ...others] = GOOD.trim().split(/\n(?=\S)/);
    expect(rubricHash(parseRubric([...others, first].join('\n'), 'x'))).toBe(hash);
  });
});
