import { beforeEach, describe, expect, it, vi } from 'vitest';
import type * as Bounded from './bounded-names.js';

let bounded: typeof Bounded;
beforeEach(async () => {
  vi.resetModules();
  bounded = await import('./bounded-names.js');
});

const attributes = (model: string, error?: string): Record<string, string | number> => ({
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': model,
  'gen_ai.response.model': `${model}-2026`,
  'server.address': 'api.openai.com',
  'server.port': 443,
  ...(error !== undefined && { 'error.type': error }),
});

describe('names of spans', () => {
  it('are the first ones that come, and of others the operation alone', () => {
    const named = Array.from({ length: 30 }, (_, at) => bounded.boundedSpanName(`chat m-${at}`, 'chat'));
    expect(named.slice(0, 17)).toEqual([...Array.from({ length: 16 }, (_, at) => `chat m-${at}`), 'chat _OTHER']);
    expect(new Set(named).size).toBe(17);
    expect(bounded.boundedSpanName('chat m-3', 'chat')).toBe('chat m-3');
    expect(bounded.boundedSpanName('embeddings x', 'embeddings')).toBe('embeddings _OTHER');
  });

  it('have places for the models of the configuration, however late they come, and for few of them', () => {
    for (let at = 0; at < 100; at += 1) bounded.boundedSpanName(`chat m-${at}`, 'chat');
    bounded.reserveModels(Array.from({ length: 10 }, (_, at) => `own-${at}`));
    const named = Array.from({ length: 10 }, (_, at) => bounded.boundedSpanName(`chat own-${at}`, 'chat'));
    expect(named.filter((name) => name.startsWith('chat own'))).toHaveLength(6);
  });
});

describe('attributes of the standard metrics', () => {
  const OTHERS = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': '_OTHER',
    'gen_ai.response.model': '_OTHER',
    'server.address': '_OTHER',
  };
  const junk = (count: number): void => {
    for (let at = 0; at < count; at += 1)
      for (const error of [undefined, '404', `E${at}`])
        bounded.boundedAttributes('duration', attributes(`junk-${at}`, error));
  };

  it('stay as they are for the first combinations, and then hold nothing that a request or an answer chose', () => {
    for (let at = 0; at < 14; at += 1) {
      const own = attributes(`m-${at}`);
      expect(bounded.boundedAttributes('duration', own)).toBe(own);
    }
    expect(bounded.boundedAttributes('duration', attributes('later'))).toEqual(OTHERS);
    expect(bounded.boundedAttributes('duration', attributes('later', 'ECONNRESET'))).toEqual({
      ...OTHERS,
      'error.type': '_OTHER',
    });
    expect(bounded.boundedAttributes('duration', attributes('m-0'))).toEqual(attributes('m-0'));
  });

  it('still say which of the first models it is, however many errors and answers it has', () => {
    for (let at = 0; at < 100; at += 1) bounded.boundedAttributes('duration', attributes('m-0', `E${at}`));
    expect(bounded.boundedAttributes('duration', attributes('m-0', 'E99'))).toEqual({
      ...OTHERS,
      'gen_ai.request.model': 'm-0',
      'error.type': '_OTHER',
    });
    expect(bounded.boundedAttributes('duration', attributes('m-0'))).toEqual({
      ...OTHERS,
      'gen_ai.request.model': 'm-0',
    });
  });

  it('are those of a model of the configuration, whatever junk came before and however it failed', () => {
    bounded.reserveModels(['incumbent']);
    junk(100);
    for (let at = 0; at < 20; at += 1) bounded.boundedAttributes('duration', attributes('incumbent', `E${at}`));
    const answered = attributes('incumbent');
    expect(bounded.boundedAttributes('duration', answered)).toBe(answered);
    const first = attributes('incumbent', 'E0');
    expect(bounded.boundedAttributes('duration', first)).toBe(first);
    expect(bounded.boundedAttributes('duration', attributes('incumbent', 'E19'))).toMatchObject({
      'gen_ai.request.model': 'incumbent',
      'error.type': '_OTHER',
    });
    for (let at = 0; at < 20; at += 1) {
      const versioned = { ...answered, 'gen_ai.response.model': `incumbent-${at}` };
      expect(bounded.boundedAttributes('duration', versioned)['gen_ai.request.model']).toBe('incumbent');
    }
  });

  it('are those of the first models that fit a pattern of the configuration', () => {
    bounded.reserveModels([], [['gpt-*', (model) => model.startsWith('gpt-')]]);
    junk(100);
    const answered = attributes('gpt-5-turbo');
    expect(bounded.boundedAttributes('duration', answered)).toBe(answered);
    expect(bounded.boundedSpanName('chat gpt-5-turbo', 'chat')).toBe('chat gpt-5-turbo');
    const many = Array.from({ length: 50 }, (_, at) => bounded.boundedAttributes('duration', attributes(`gpt-${at}`)));
    expect(new Set(many.map((one) => one['gen_ai.request.model']))).toEqual(new Set(['gpt-0', '_OTHER']));
  });

  it('are asked about once, however often the instrumentation is made anew', () => {
    let asked = 0;
    const fits = (): boolean => (asked += 1) === 0;
    for (let time = 0; time < 50; time += 1) bounded.reserveModels([], [['gpt-*', fits]]);
    bounded.boundedSpanName('chat other', 'chat');
    expect(asked).toBe(1);
  });

  it('are few, whatever is called', () => {
    const models = Array.from({ length: 20 }, (_, at) => `own-${at}`);
    bounded.reserveModels(models, [['gpt-*', (model) => model.startsWith('gpt-')]]);
    const combinations = new Set<string>();
    for (let at = 0; at < 20_000; at += 1) {
      const model = at % 3 === 0 ? `own-${at % 20}` : `${at % 2 === 0 ? 'gpt' : 'junk'}-${at % 500}`;
      const error = at % 5 === 0 ? `E${at % 97}` : undefined;
      const one = { ...attributes(model, error), 'gen_ai.response.model': `${at % 101}` };
      combinations.add(JSON.stringify(bounded.boundedAttributes('duration', one)));
    }
    // 14 whole, 8 models twice, 8 reserved ones 5 times, and the others twice.
    expect(combinations.size).toBeLessThanOrEqual(14 + 16 + 40 + 2);
  });
});
