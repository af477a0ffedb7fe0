import { expect, it } from 'vitest';
import { FileUrls } from './file-urls.js';
import type { CallOptions, LanguageModel } from './model.js';

const file = (mediaType: unknown, url: unknown): CallOptions => ({
  prompt: [{ role: 'user', content: [{ type: 'file', mediaType, data: { type: 'url', url } }] }],
});

it('takes a URL as a text or as itself, and what is neither for one that no model reads', async () => {
  const model = { supportedUrls: { 'image/*': [/^https:/] } } as unknown as LanguageModel;
  const urls = new FileUrls([model]);
  await Promise.resolve();
  expect(urls.readable(model, file('image/png', 'https://x.example/a.png'))).toBe(true);
  expect(urls.readable(model, file('image/png', new URL('https://x.example/a.png')))).toBe(true);
  expect(urls.readable(model, file('image/png', { toString: 1 }))).toBe(false);
  expect(urls.readable(model, file({ toString: 1 }, 'https://x.example/a.png'))).toBe(false);
});
