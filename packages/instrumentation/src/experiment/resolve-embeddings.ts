import { DEFAULTS } from './defaults.js';
import type { Experiment } from './definition.js';
import type { EmbeddingsDefinition, EmbeddingsSettings } from './embeddings.js';

/** The part of embeddings that decides. */
export function embeddingsDefinition(settings: EmbeddingsSettings): EmbeddingsDefinition {
  const { model, baseUrl, apiKey, dimensions } = settings;
  return { model, baseUrl, apiKey, dimensions };
}

/** What is wrong with the embeddings of an experiment, or with doing without them. */
export function* embeddingsIssues({ embeddings, content, policy, slice, shadow }: Experiment): Iterable<string> {
  for (const gate of ['agreement', 'similarity'] as const) {
    if (policy.gates[gate]?.scorer === 'embedding' && embeddings === null)
      yield `policy.gates.${gate}.scorer: \`embedding\` compares vectors: set \`embeddings\`, or name another scorer`;
  }
  if (embeddings === null) return;
  const { baseUrl, apiKey, deadlineMs } = embeddings;
  if (apiKey === null && baseUrl === DEFAULTS.embeddings.baseUrl)
    yield `embeddings.apiKey: expected the key for ${baseUrl}, got nothing`;
  if (content !== 'full' && content !== 'redacted')
    yield `embeddings: they are made of texts, and with \`content: ${content}\` none leave the service: set \`content: redacted\``;
  const left = slice.deadlineMs - shadow.timeoutMs;
  if (deadlineMs >= left)
    yield `embeddings.deadlineMs: expected less than slice.deadlineMs - shadow.timeoutMs (${left}), got ${deadlineMs}: pairs that wait for it would come after their slice is closed`;
}
