import { orRefused, requestOf, untranslatable } from '../canonical-reader.js';
import type { Translation } from '../dialect.js';
import { pathOf, readPath } from './gemini-path.js';
import { readRequest } from './gemini-read.js';
import { writeRequest } from './gemini-write.js';

/** Gemini's generateContent in canonical words, and back. */
export const geminiTranslation: Translation = {
  headers: {},
  read: ({ url, body }) =>
    orRefused(() => ({
      status: 'ok',
      request: readRequest(requestOf(body), readPath(url) ?? untranslatable('the path')),
    })),
  write: (request) =>
    orRefused(() => {
      const model = request.model ?? untranslatable('a request that names no model');
      const path = pathOf(model, request.stream);
      return { status: 'ok', path: request.stream ? `${path}?alt=sse` : path, body: writeRequest(request) };
    }),
};
