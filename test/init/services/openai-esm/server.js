import { createServer } from 'node:http';
import OpenAI from 'openai';

const client = new OpenAI();

const server = createServer(async (request, response) => {
  const messages = [{ role: 'user', content: decodeURIComponent(request.url.slice(1)) }];
  const completion = await client.chat.completions.create({ model: 'gpt-5', messages });
  response.end(completion.choices[0].message.content);
});
server.listen(0, '127.0.0.1', () => console.log(`listening on ${server.address().port}`));
