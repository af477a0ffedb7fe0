import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { caseOf, qualityOf, worseAnswer } from '../../judging/judging-world.js';
import type { Behaviour } from '../../providers/behaviours.js';
import { openaiChat } from '../../providers/openai-chat.js';
import { TOOL_ARGUMENTS } from '../../providers/words.js';
import { plannedCall, type Role, type Said, type Way } from './traffic.js';

/** The models of the world: `${url}/incumbent/v1`, `${url}/mini/v1`, `${url}/nano/v1`, in the protocol of OpenAI. */
export interface Models {
  readonly url: string;
  /** Requests that were answered, by role: of the incumbent, A/A legs included. */
  readonly answered: Readonly<Record<Role, number>>;
  close(): Promise<void>;
}

/** More than `shadow.maxBytes` of the experiment. */
const TOO_LARGE = 'More of it. '.repeat(12_000);

export async function startModels(): Promise<Models> {
  const answered = { incumbent: 0, mini: 0, nano: 0 };
  const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, outgoing) => {
    void answer(incoming, outgoing, answered).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answered,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  answered: Record<Role, number>,
): Promise<void> {
  let text = '';
  for await (const part of incoming) text += String(part);
  const path = incoming.url ?? '';
  const role = (path.split('/')[1] ?? 'incumbent') as Role;
  const { says, takesMs, way } = plannedCall(Number(/Case #(\d+):/.exec(text)?.[1]));
  const asked = { path, body: JSON.parse(text) as Record<string, unknown> };
  answered[role] += 1;
  await sleep(takesMs[role]);
  if (says[role] === 'fails') return sendJson(outgoing, 500, openaiChat.error(500));
  const behaviour = behaviourOf(says[role], way, Number(/Case #(\d+):/.exec(text)?.[1]));
  if (!openaiChat.streamed(asked)) return sendJson(outgoing, 200, openaiChat.answer(asked, behaviour));
  outgoing.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  for (const frame of openaiChat.frames?.(asked, behaviour) ?? []) {
    if (outgoing.destroyed) return;
    outgoing.write(frame);
    await new Promise((resolve) => setImmediate(resolve));
  }
  outgoing.end();
}

function behaviourOf(said: Said, way: Way, number: number): Behaviour {
  if (said === 'too_large') return { says: TOO_LARGE };
  if (way === 'tool' || way === 'tool_stream') return { tool: said === 'worse' ? 'call_a_person' : 'look_up' };
  if (said === 'worse') return { says: worseAnswer(number, 2) };
  const right = caseOf(number).answer;
  if (said !== 'other') return { says: right };
  const [first = '', ...rest] = right.split(/(?<=\.) /);
  return { says: [...rest, first].join(' ') };
}

/** How good an answer is, in [0, 1], as the judge of the world sees it: of a call with tools it is the tool and its arguments. */
export function judgedQuality(request: string, answer: string): number {
  const { way } = plannedCall(Number(/Case #(\d+):/.exec(request)?.[1]));
  if (!way.startsWith('tool')) return qualityOf(request, answer);
  return (answer.includes('look_up') ? 0.5 : 0) + (answer.includes(TOOL_ARGUMENTS.city) ? 0.5 : 0);
}

function sendJson(outgoing: ServerResponse, status: number, body: unknown): void {
  outgoing.writeHead(status, { 'content-type': 'application/json' });
  outgoing.end(JSON.stringify(body));
}
