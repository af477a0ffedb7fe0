import Anthropic from '@anthropic-ai/sdk';
import { betaTool } from '@anthropic-ai/sdk/helpers/beta/json-schema';
import { createOpenAI } from '@ai-sdk/openai';
import { GoogleGenAI } from '@google/genai';
import { generateText, jsonSchema, stepCountIs, tool } from 'ai';
import { Ollama, type Message } from 'ollama';
import OpenAI from 'openai';

/** Runs a conversation to its end at a base URL, with a tool that the SDK executes whenever the model calls it. */
export type Runner = (origin: string, execute: () => string) => Promise<unknown>;

const PROMPT = 'What is the weather in Zürich?';
const WEATHER = {
  name: 'get_weather',
  description: 'The weather of a city.',
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
} as const;
const apiKey = 'key-of-the-primary';

async function runOllama(origin: string, execute: () => string): Promise<void> {
  const client = new Ollama({ host: origin });
  const messages: Message[] = [{ role: 'user', content: PROMPT }];
  const tools = [{ type: 'function', function: WEATHER }];
  for (;;) {
    const { message } = await client.chat({ model: 'm', messages, tools });
    const calls = message.tool_calls ?? [];
    if (calls.length === 0) return;
    messages.push(message, ...calls.map(() => ({ role: 'tool', tool_name: WEATHER.name, content: execute() })));
  }
}

/** By dialect: what of its SDK executes tools by itself, or the loop that everybody writes. */
export const RUNNERS: Readonly<Record<string, Runner>> = {
  'openai-chat': async (origin, execute) => {
    const client = new OpenAI({ baseURL: `${origin}/v1`, apiKey, maxRetries: 0 });
    const messages = [{ role: 'user' as const, content: PROMPT }];
    const weather = { ...WEATHER, parameters: { ...WEATHER.parameters }, function: execute, parse: JSON.parse };
    const tools = [{ type: 'function' as const, function: weather }];
    return client.chat.completions.runTools({ model: 'm', messages, tools }).finalContent();
  },
  'openai-responses': async (origin, execute) => {
    const model = createOpenAI({ baseURL: `${origin}/v1`, apiKey })('m');
    const { description, parameters } = WEATHER;
    const weather = tool({ description, inputSchema: jsonSchema(parameters), execute: () => execute() });
    return generateText({
      model,
      prompt: PROMPT,
      tools: { get_weather: weather },
      stopWhen: stepCountIs(3),
      maxRetries: 0,
    });
  },
  'anthropic-messages': async (origin, execute) => {
    const client = new Anthropic({ baseURL: origin, apiKey, maxRetries: 0 });
    const { name, description, parameters: inputSchema } = WEATHER;
    const tools = [betaTool({ name, description, inputSchema, run: execute })];
    const messages = [{ role: 'user' as const, content: PROMPT }];
    return client.beta.messages.toolRunner({ model: 'm', max_tokens: 9, messages, tools }).runUntilDone();
  },
  'gemini-generate': async (origin, execute) => {
    const { models } = new GoogleGenAI({ apiKey, httpOptions: { baseUrl: origin, apiVersion: 'v1beta' } });
    const { name, description, parameters: parametersJsonSchema } = WEATHER;
    const weather = {
      tool: async () => ({ functionDeclarations: [{ name, description, parametersJsonSchema }] }),
      callTool: async () => [{ functionResponse: { name, response: { output: execute() } } }],
    };
    return models.generateContent({ model: 'm', contents: PROMPT, config: { tools: [weather] } });
  },
  'ollama-chat': runOllama,
};
