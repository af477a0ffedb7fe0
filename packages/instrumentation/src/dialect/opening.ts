import type { Message } from '../trial/trial.js';

/** System prompt and first user message: what stays the same through a conversation, and tells it from others. */
export function openingOf(messages: readonly Message[]): string {
  const system = messages.filter(({ role }) => role === 'system' || role === 'developer');
  const user = messages.find(({ role }) => role === 'user');
  return JSON.stringify([system.map(({ parts }) => parts), user?.parts ?? null]);
}
