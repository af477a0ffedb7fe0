import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers prepared beforehand: the process that is measured is the client's. Prints its port. */
const json = JSON.stringify({
  id: 'chatcmpl-bench',
  object: 'chat.completion',
  created: 1,
  model: 'gpt-5-2026',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: 'Hello there, how can I help you today?' },
      finish_reason: 'stop',
    },
  ],
  usage: { prompt_tokens: 10, completion_tokens: 9, total_tokens: 19 },
});
const head = { id: 'chatcmpl-bench', object: 'chat.completion.chunk', created: 1, model: 'gpt-5-2026' };
const usage = { prompt_tokens: 10, completion_tokens: 198, total_tokens: 208 };
const event = (data: object): string => `data: ${JSON.stringify({ ...head, ...data })}\n\n`;
const choice = (delta: object, finish: string | null): object => ({
  choices: [{ index: 0, delta, finish_reason: finish }],
  usage: null,
});
const events = [
  ...Array.from({ length: 198 }, (_, index) => event(choice({ content: ` word${index}` }, null))),
  event(choice({}, 'stop')),
  event({ choices: [], usage }) + 'data: [DONE]\n\n',
].map((text) => Buffer.from(text));

const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, outgoing) => {
  incoming.resume();
  incoming.on('end', () => {
    if (incoming.url?.startsWith('/stream') !== true) {
      outgoing.writeHead(200, { 'content-type': 'application/json' });
      outgoing.end(json);
      return;
    }
    outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
    let next = 0;
    const write = (): void => {
      const bytes = events[next];
      next += 1;
      if (bytes === undefined) {
        outgoing.end();
      } else {
        outgoing.write(bytes);
        setImmediate(write);
      }
    };
    write();
  });
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
process.on('disconnect', () => process.exit(0));
