import { z } from 'zod';
import type { SecretReference } from './named-secret.js';
import { strict } from './strict.js';

const label = z.string().min(1).max(256);

/** A secret by its name. */
export const secretShape: z.ZodType<SecretReference> = z.union([strict({ env: label }), strict({ file: label })], {
  error: 'expected { env: NAME } or { file: PATH }: secrets are named, never written here',
});

/** Where a model is asked. */
export const baseUrlShape: z.ZodType<string> = z
  .url({ protocol: /^https?$/, error: 'expected an http or https URL, such as http://localhost:8000/v1', abort: true })
  .refine((text) => {
    const url = new URL(text);
    return url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  }, 'expected no credentials, query or fragment in the URL: a key belongs in `apiKey`');
