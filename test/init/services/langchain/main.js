import { createServer } from 'node:http';
import { ChatPromptTemplate } from '@langchain/core/prompts';
import { ChatOpenAI } from '@langchain/openai';

const prompt = ChatPromptTemplate.fromMessages([
  ['system', 'Be brief.'],
  ['user', '{question}'],
]);
const model = new ChatOpenAI({ model: 'gpt-5', configuration: { baseURL: process.env.OPENAI_BASE_URL } });
const chain = prompt.pipe(model);

const server = createServer(async (request, response) => {
  const answer = await chain.invoke({ question: decodeURIComponent(request.url.slice(1)) });
  response.end(answer.text);
});
server.listen(0, '127.0.0.1', () => console.log(`listening on ${server.address().port}`));
