import type { Translation } from '../dialect.js';
import { orRefused, requestOf } from '../canonical-reader.js';
import { readRequest } from './anthropic-messages-read.js';
import { writeRequest } from './anthropic-messages-write.js';

/** Anthropic messages in canonical words, and back. */
export const messagesTranslation: Translation = {
  headers: { 'anthropic-version': '2026-10-21' },
  read: ({ body }) => orRefused(() => ({ status: 'ok', request: readRequest(requestOf(body)) })),
  write: (request, declared) =>
    orRefused(() => ({ status: 'ok', path: '/v1/messages', body: writeRequest(request, declared) })),
};
