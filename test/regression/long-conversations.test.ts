import { expect, it } from 'vitest';
import { DIALECTS } from '../../packages/instrumentation/src/dialect/registry.js';
import { translate } from '../../packages/instrumentation/src/dialect/translate.js';

const chat = DIALECTS.find(({ name }) => name === 'openai-chat');
const spoken = DIALECTS.filter(({ shadow }) => shadow !== null && shadow.translation !== null);

/** One turn of `count` calls of one tool, each with its result. */
function conversation(count: number): string {
  const ids = Array.from({ length: count }, (_, index) => `call_${index}`);
  const calls = ids.map((id) => ({ id, type: 'function', function: { name: 'f', arguments: '{}' } }));
  const results = ids.map((id) => ({ role: 'tool', tool_call_id: id, content: 'r' }));
  const messages = [
    { role: 'user', content: 'a' },
    { role: 'assistant', content: null, tool_calls: calls },
    ...results,
  ];
  return JSON.stringify({ model: 'm', max_tokens: 5, messages: [...messages, { role: 'user', content: 'b' }] });
}

/** The least CPU time of several runs, in microseconds: what else the machine does must not count. */
function cost(body: string, to: (typeof spoken)[number]): number {
  const runs = Array.from({ length: 3 }, () => {
    const before = process.cpuUsage();
    const url = new URL('https://api.example.com/v1/chat/completions');
    if (chat === undefined) throw new Error('no such dialect');
    expect(translate(chat, to, { url, body }, {}, [])).toMatchObject({ status: 'ok' });
    const { user, system } = process.cpuUsage(before);
    return user + system;
  });
  return Math.min(...runs);
}

it.each(spoken.filter((dialect) => dialect !== chat).map((dialect) => [dialect.name, dialect] as const))(
  'ten times the tool calls take no hundred times as long to say in %s',
  (_name, dialect) => {
    cost(conversation(200), dialect);
    expect(cost(conversation(20_000), dialect)).toBeLessThan(50 * Math.max(2000, cost(conversation(2000), dialect)));
  },
);
