import { openaiChat } from '../dialect/protocols/openai-chat.js';
import type { Call, WireCall } from './call.js';
import { NO_CONTENT } from './span-privacy.js';

/** A call over HTTP for tests; `wire` is changed field by field. */
export function callOf({
  wire = {},
  ...change
}: Partial<Omit<Call, 'wire'>> & { wire?: Partial<WireCall> } = {}): Call {
  const whole: WireCall = {
    dialect: openaiChat,
    url: new URL('https://api.example.com/v1/chat/completions'),
    headers: new Map(),
    body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Hi' }] }),
    ...wire,
  };
  return {
    startedAt: Date.now(),
    request: { operation: 'chat', model: 'm', stream: false },
    host: whole.url.host,
    bytes: whole.body.length,
    messages: () => whole.dialect.messages(whole.body),
    wire: whole,
    resendCount: 0,
    span: undefined as unknown as Call['span'],
    spanReference: { traceId: 'a'.repeat(32), spanId: 'a'.repeat(16) },
    recording: true,
    privacy: NO_CONTENT,
    context: {},
    keepAnswer: () => undefined,
    onResponse: () => undefined,
    onOutcome: () => undefined,
    ...change,
  };
}
