import type { UnderstudyInstrumentation } from '@understudy/instrumentation';

/** What a classifier of tickets is asked, whatever is behind it: a gRPC client, a local model, rules. */
export type Classify = (ticket: { readonly id: string; readonly text: string }) => Promise<{ readonly label: string }>;

/** The classifier the service has, compared with two that might take its place. */
export function shadowedClassifier(
  understudy: UnderstudyInstrumentation,
  current: Classify,
  candidates: { readonly small: Classify; readonly rules: Classify },
): Classify {
  return understudy.shadowed(current, candidates, {
    experiment: 'ticket-labels',
    operation: 'classify',
    // The id is new for every ticket: what is asked is the text.
    input: ({ text }) => text,
    // A label is compared as a text: the same word, or not.
    answer: ({ label }) => label,
  });
}
