import { describe, expect, it } from 'vitest';
import { checkIndependence, familiesOf } from './families.js';

describe('the family of a model', () => {
  it.each([
    ['gpt-5-mini', ['openai']],
    ['ft:gpt-4o-mini-2024-07-18:acme::x', ['openai']],
    ['openai/o3', ['openai']],
    ['claude-sonnet-4-5', ['anthropic']],
    ['anthropic.claude-3-haiku-20240307-v1:0', ['anthropic']],
    ['models/gemini-2.5-pro', ['google']],
    ['meta-llama/Llama-3.3-70B-Instruct', ['meta']],
    ['llama3.1:8b', ['meta']],
    ['deepseek-r1-distill-qwen-32b', ['qwen', 'deepseek']],
    ['open-mixtral-8x22b', ['mistral']],
    ['command-r-plus', ['cohere']],
    ['acme-support-7', []],
    ['supernova-lite', []],
    ['photo1', []],
  ])('of %s is %j', (model, families) => expect([...familiesOf(model)].toSorted()).toEqual(families.toSorted()));
});

describe('a judge', () => {
  const at = (model: string, provider = 'api.test') => ({ model, provider });
  const judge = (...models: string[]) => ({ models: models.map((model) => at(model)) });

  it('of another family is accepted', () =>
    expect(checkIndependence(judge('claude-x'), [at('gpt-5'), at('gemini-3')])).toEqual([]));

  it.each([
    ['of the family of the candidate', 'gpt-5', 'gpt-5-mini', /one family with gpt-5-mini \(openai\)/],
    ['that is an arm', 'acme-7', 'acme-7', /itself one of the models compared/],
    ['that is an arm at another host', 'acme-7', 'vendor/Acme-7', /itself one of the models compared/],
    ['that is distilled from its kin', 'deepseek-r1-distill-llama-70b', 'llama-3.1-8b', /\(meta\)/],
  ])('%s is refused', (_, model, contestant, message) => {
    const arms = [at('mistral-large'), at(contestant, 'other.test')];
    expect(() => checkIndependence(judge(model), arms)).toThrow(message);
    expect(() => checkIndependence(judge('command-a', model), arms)).toThrow(message);
    expect(checkIndependence(judge(model), arms, { force: true })[0]).toMatch(message);
  });

  it('is named beside a contestant whose name would speak to a terminal, on one line', () => {
    const name = `gpt-4\u001b]0;mine\u0007\u001b[2J\nGO: \u202eevery gate ${'x'.repeat(1000)}`;
    const [found] = checkIndependence(judge('gpt-5'), [at(name)], { force: true });
    expect(found).toMatch(
      /^the judge gpt-5 is of one family with gpt-4 \]0;mine \[2J GO: every gate x{10,80} \(openai\)$/,
    );
  });
});
