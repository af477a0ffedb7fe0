import type { ShadowRules } from '../dialect.js';

/** Azure's hosts, and gateways in front of them that keep its paths, take the key in a header of their own. */
const AZURE = /(^|\.)(openai|services\.ai|cognitiveservices)\.azure\.com$/;

/** How OpenAI's protocols are told who asks. */
export const openaiKey: Pick<ShadowRules, 'credentials' | 'protocolHeaders' | 'authorize'> = {
  credentials: {
    // Whose account it is goes with the key: another one's key is turned away beside it.
    headers: ['authorization', 'api-key', 'openai-organization', 'openai-project'],
    query: [],
  },
  protocolHeaders: [],
  authorize(key, { hostname, pathname }): Readonly<Record<string, string>> {
    const azure = AZURE.test(hostname) || pathname.includes('/openai/deployments/');
    return azure ? { 'api-key': key } : { authorization: `Bearer ${key}` };
  },
};
