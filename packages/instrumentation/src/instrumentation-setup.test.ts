import { describe, expect, it } from 'vitest';
import { ConfigurationError } from './errors.js';
import type { ExperimentInput } from './experiment/definition.js';
import { UnderstudyInstrumentation, type UnderstudyOptions } from './instrumentation.js';

const experiment: ExperimentInput = { name: 'e', content: 'full', candidate: { model: 'small' } };

function issuesOf(options: UnderstudyOptions): string {
  try {
    // It opens nothing before it is enabled.
    void new UnderstudyInstrumentation({ environment: {}, ...options });
  } catch (error) {
    if (error instanceof ConfigurationError) return error.issues.join('\n');
    throw error;
  }
  return 'none';
}

describe('UnderstudyInstrumentation says what is wrong', () => {
  const speaks = (dialect: string): string =>
    issuesOf({ experiments: [{ ...experiment, candidate: { dialect, baseUrl: 'https://c.example' } }] });

  it('with a dialect nobody speaks, and names those that are spoken', () => {
    expect(speaks('openai-chat')).toBe('none');
    expect(speaks('telepathy')).toMatch(
      /candidates\.candidate\.dialect: expected one of .*openai-chat.*, got telepathy/,
    );
    // A span is made of it, and never a request.
    expect(speaks('openai-embeddings')).toContain('expected one of');
  });

  it('with a transform that has no version, or no candidate', () => {
    const rules = { e: { transform: { candidate: (body: object) => ({ ...body }) } } };
    expect(issuesOf({ experiments: [experiment], rules })).toContain('candidates.candidate.version');
    const versioned = { ...experiment, candidate: { model: 'small', version: '2' } };
    expect(issuesOf({ experiments: [versioned], rules })).toBe('none');
    const nobody = { e: { transform: { nobody: (body: object) => ({ ...body }) } } };
    expect(issuesOf({ experiments: [experiment], rules: nobody })).toContain('rules.transform.nobody');
  });
});
