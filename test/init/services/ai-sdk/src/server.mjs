import { createServer } from 'node:http';
import { createOpenAI } from '@ai-sdk/openai';
import { generateText } from 'ai';

const openai = createOpenAI({ baseURL: process.env.OPENAI_BASE_URL });

const server = createServer(async (request, response) => {
  const { text } = await generateText({
    model: openai.chat('gpt-5'),
    prompt: decodeURIComponent(request.url.slice(1)),
  });
  response.end(text);
});
server.listen(0, '127.0.0.1', () => console.log(`listening on ${server.address().port}`));
