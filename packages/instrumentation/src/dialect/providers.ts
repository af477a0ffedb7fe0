/** Hosts that speak OpenAI's protocols under a name the conventions know. */
const HOSTS: readonly (readonly [suffix: string, name: string])[] = [
  ['openai.azure.com', 'azure.ai.openai'],
  ['cognitiveservices.azure.com', 'azure.ai.openai'],
  ['services.ai.azure.com', 'azure.ai.inference'],
  ['models.ai.azure.com', 'azure.ai.inference'],
  ['inference.ai.azure.com', 'azure.ai.inference'],
  ['ml.cloud.ibm.com', 'ibm.watsonx.ai'],
  ['api.groq.com', 'groq'],
  ['api.mistral.ai', 'mistral_ai'],
  ['api.deepseek.com', 'deepseek'],
  ['api.x.ai', 'x_ai'],
  ['api.perplexity.ai', 'perplexity'],
  ['api.cohere.ai', 'cohere'],
  ['generativelanguage.googleapis.com', 'gcp.gemini'],
  ['aiplatform.googleapis.com', 'gcp.vertex_ai'],
];

/** The names of the hosts seen, as far as they are few: every call asks. */
const seen = new Map<string, string | null>();
const MAX_SEEN = 100;

function nameOf(hostname: string): string | null {
  let name = seen.get(hostname);
  if (name === undefined) {
    const known = HOSTS.find(
      ([suffix]) => hostname === suffix || hostname.endsWith(`.${suffix}`) || hostname.endsWith(`-${suffix}`),
    );
    name = known?.[1] ?? null;
    if (seen.size < MAX_SEEN) seen.set(hostname, name);
  }
  return name;
}

/** `gen_ai.provider.name` of a host, `fallback` where the conventions have no name for it. */
export function providerOf({ hostname }: URL, fallback: string): string {
  return nameOf(hostname) ?? fallback;
}
