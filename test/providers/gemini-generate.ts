import type { Behaviour } from './behaviours.js';
import { data } from './events.js';
import { fields, list } from './foreign.js';
import type { Asked, Protocol } from './protocol.js';
import { THOUGHT, TOOL_ARGUMENTS, toolsOf, wordsOf } from './words.js';

const USAGE = {
  promptTokenCount: 11,
  cachedContentTokenCount: 4,
  candidatesTokenCount: 5,
  thoughtsTokenCount: 2,
  totalTokenCount: 18,
};

const STATUSES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  503: 'UNAVAILABLE',
};

/** Gemini's generateContent, and streamGenerateContent as events (`?alt=sse`) or as one JSON array that grows. */
export const geminiGenerate: Protocol = {
  name: 'gemini-generate',
  recognises: (path) => /:(stream)?generateContent$/i.test(path),
  streamed: ({ path }) => path.includes(':streamGenerateContent'),
  answer: (asked, behaviour) =>
    answer(asked, [...thought(behaviour), ...calls(asked, behaviour, words(asked, behaviour).join(''))], true),
  frames(asked, behaviour) {
    const answers = parts(asked, behaviour);
    if (isEvents(asked)) return answers.map(data);
    const last = answers.length - 1;
    return answers.map(
      (value, index) => `${index === 0 ? '[' : ','}${JSON.stringify(value)}${index === last ? ']' : '\n'}`,
    );
  },
  streamType: (asked) => (isEvents(asked) ? 'text/event-stream' : 'application/json; charset=UTF-8'),
  error: (status) => failure(status, `made to fail with ${status}`),
};

function parts(asked: Asked, behaviour: Behaviour): readonly unknown[] {
  const texts = words(asked, behaviour);
  const [first, ...more] = calls(asked, behaviour, texts[0] ?? '');
  const pieces =
    more.length > 0 || fields(first)['functionCall'] !== undefined
      ? [[first, ...more]]
      : texts.map((text) => [{ text }]);
  const whole = [...thought(behaviour).map((part) => [part]), ...pieces];
  const answers = whole.map((content, index) => answer(asked, content, index === whole.length - 1));
  return behaviour.errorAfter === undefined
    ? answers
    : [...answers.slice(0, behaviour.errorAfter), failure(503, 'overloaded')];
}

function isEvents({ path }: Asked): boolean {
  return new URL(path, 'http://local').searchParams.get('alt') === 'sse';
}

function failure(code: number, message: string): unknown {
  return { error: { code, message, status: STATUSES[code] ?? 'INTERNAL' } };
}

function answer({ path }: Asked, content: readonly unknown[], last: boolean): object {
  const modelVersion = /models\/([^/:]+):/.exec(path)?.[1];
  return {
    candidates: [{ content: { parts: content, role: 'model' }, ...(last ? { finishReason: 'STOP' } : {}), index: 0 }],
    usageMetadata: USAGE,
    modelVersion,
    responseId: 'gemini-test',
  };
}

function thought(behaviour: Behaviour): readonly object[] {
  return behaviour.thinking === true ? [{ text: THOUGHT, thought: true }] : [];
}

function calls({ body }: Asked, behaviour: Behaviour, text: string): readonly object[] {
  const hasResult = list(body['contents'])
    .flatMap((content) => list(content['parts']))
    .some((part) => part['functionResponse'] !== undefined);
  const tools = toolsOf(behaviour, hasResult);
  return tools.length === 0 ? [{ text }] : tools.map((name) => ({ functionCall: { name, args: TOOL_ARGUMENTS } }));
}

function words({ body }: Asked, behaviour: Behaviour): readonly string[] {
  const said = list(list(body['contents']).at(-1)?.['parts']).at(-1)?.['text'];
  return wordsOf(behaviour, String(said), fields(body['generationConfig'])['responseMimeType'] === 'application/json');
}
