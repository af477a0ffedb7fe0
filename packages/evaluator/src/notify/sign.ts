import { createHmac } from 'node:crypto';

/**
 * The headers by which a receiver knows who sent a message, and when, as Standard Webhooks has them: HMAC-SHA256 over `id.timestamp.body`
 * (standardwebhooks.com, "Webhook headers" and "Signature scheme").
 *
 * @param secret In base64 behind `whsec_`, else the key as it is. @param now epoch ms.
 */
export function signatureHeaders(
  { id, body, secret }: { readonly id: string; readonly body: string; readonly secret: string | null },
  now: number,
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(now / 1000));
  const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp };
  if (secret === null) return headers;
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : secret;
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { ...headers, 'webhook-signature': `v1,${signature}` };
}
