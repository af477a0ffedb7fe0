import { describe, expect, it, vi } from 'vitest';
import { inputBound, inputBoundOf } from './input-bound.js';

describe('the size of a request that is no text yet', () => {
  const content = {
    instructions: [],
    messages: [
      { role: 'user', parts: [{ type: 'text', content: 'Grüße, 日本語, and so on. '.repeat(50) }] },
      { role: 'user', parts: [{ type: 'uri', file_uri: 'https://a.example/b.png', size: 12, kept: true, more: null }] },
      { role: 'user', parts: [{ type: 'blob', url: 'data:image/png;base64,AAAA' }] },
    ],
    tools: [],
  };

  it('is that of its JSON, which is not made', () => {
    const text = inputBound(JSON.stringify(content));
    const stringify = vi.spyOn(JSON, 'stringify');
    const walked = inputBoundOf(content);
    expect(stringify).not.toHaveBeenCalled();
    stringify.mockRestore();
    expect(text).toBeGreaterThan(5000);
    expect(walked).toBeGreaterThanOrEqual(text);
    expect(walked).toBeLessThan(text + 20);
  });

  it('has an end where the request has none', () => {
    const circle: unknown[] = [];
    circle.push(circle);
    expect(() => inputBoundOf(circle)).toThrow('circular');
    expect(inputBoundOf(Array.from({ length: 200_000 }, () => 1))).toBe(
      inputBound(JSON.stringify(Array(200_000).fill(1))),
    );
  });
});
