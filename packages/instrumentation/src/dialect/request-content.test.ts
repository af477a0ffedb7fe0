import { expect, it } from 'vitest';
import { anthropicMessages } from './protocols/anthropic-messages.js';
import { geminiGenerate } from './protocols/gemini-generate.js';
import { ollamaGenerate } from './protocols/ollama-generate.js';
import { openaiChat } from './protocols/openai-chat.js';
import { openaiResponses } from './protocols/openai-responses.js';
import { requestContent } from './request-content.js';

const PARAMETERS = { type: 'object', properties: { q: { type: 'string' } } };
const DECLARED = { name: 'find', description: 'Finds.' };
const FIND = { type: 'function', ...DECLARED, parameters: JSON.stringify(PARAMETERS) };
const INSTRUCTIONS = [{ type: 'text', content: 'Be brief.' }];
const ASKED = { role: 'user', parts: [{ type: 'text', content: 'Where?' }] };

it.each([
  [
    anthropicMessages,
    {
      system: [{ type: 'text', text: 'Be brief.' }],
      messages: [{ role: 'user', content: 'Where?' }],
      tools: [
        { ...DECLARED, input_schema: PARAMETERS },
        { type: 'web_search_20250305', name: 'web_search' },
      ],
    },
    [FIND, { type: 'web_search_20250305', name: 'web_search' }],
  ],
  [
    openaiResponses,
    {
      instructions: 'Be brief.',
      input: 'Where?',
      tools: [{ type: 'function', ...DECLARED, parameters: PARAMETERS }, { type: 'web_search' }],
    },
    [FIND, { type: 'web_search', name: 'web_search' }],
  ],
  [
    geminiGenerate,
    {
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
      contents: [{ role: 'user', parts: [{ text: 'Where?' }] }],
      tools: [{ functionDeclarations: [{ ...DECLARED, parametersJsonSchema: PARAMETERS }] }],
    },
    [FIND],
  ],
  [ollamaGenerate, { system: 'Be brief.', prompt: 'Where?' }, []],
])('instructions with a field of their own are apart: $0.name', (dialect, request, tools) => {
  expect(requestContent(dialect, JSON.stringify(request))).toEqual({
    instructions: INSTRUCTIONS,
    messages: [ASKED],
    tools,
  });
});

it('instructions that are messages stay messages', () => {
  const system = { role: 'system', content: 'Be brief.' };
  const tools = [{ type: 'function', function: { ...DECLARED, parameters: PARAMETERS } }];
  const messages = [{ role: 'system', parts: INSTRUCTIONS }, ASKED];
  const chat = JSON.stringify({ messages: [system, { role: 'user', content: 'Where?' }], tools });
  expect(requestContent(openaiChat, chat)).toEqual({ instructions: [], messages, tools: [FIND] });
  const responses = JSON.stringify({ instructions: null, input: [system, { role: 'user', content: 'Where?' }] });
  expect(requestContent(openaiResponses, responses)).toEqual({ instructions: [], messages, tools: [] });
});

it.each(['', 'no JSON', '{"messages":3}', '[]', '{"messages":[{"role":"user"}]'])(
  'a request that cannot be read has none: %j',
  (body) => {
    expect(requestContent(openaiChat, body)).toBeNull();
  },
);
