const express = require('express');
const { OpenAI } = require('openai');

const client = new OpenAI();
const app = express();

app.get('/:question', async (request, response) => {
  const stream = await client.chat.completions.create({
    model: 'gpt-5',
    messages: [{ role: 'user', content: request.params.question }],
    stream: true,
  });
  for await (const chunk of stream) response.write(chunk.choices[0]?.delta.content ?? '');
  response.end();
});

const server = app.listen(0, '127.0.0.1', () => console.log(`listening on ${server.address().port}`));
