import { expect } from 'vitest';
import type { ChangedRequest, Dialect, ModelAnswer, RequestChange } from '../dialect.js';

const data = (value: unknown): string => `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`;
export const stream = (...values: readonly unknown[]): string => values.map(data).join('');

/** Reads an answer in pieces. */
export function read(
  dialect: Dialect,
  text: string,
  content = true,
): { answer: ModelAnswer | null; errorType: string | null } {
  const reader = dialect.reader({ operation: dialect.operation, model: 'm', stream: true }, 1e6, { content });
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += 50) reader.push(bytes.slice(at, at + 50));
  return { answer: reader.finish(), errorType: reader.errorType };
}

/** What is read of an answer, and that its numbers are the same without its content. */
export function both(dialect: Dialect, text: string): ModelAnswer | null {
  const { answer } = read(dialect, text);
  const numbers = answer === null ? null : { ...answer, messages: [] };
  expect(read(dialect, text, false).answer).toEqual(numbers);
  return answer;
}

/** What becomes of a request in a shadow. */
export function change(dialect: Dialect, body: object, by: RequestChange): ChangedRequest {
  const url = new URL('https://host.example/v1/responses');
  const result = dialect.shadow?.change({ url, body: JSON.stringify(body) }, by);
  if (result === undefined) throw new Error('never repeated');
  return result;
}
