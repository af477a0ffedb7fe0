import { data, named, type TypedEvent } from '../providers/events.js';
import {
  address,
  type Asked,
  base64,
  halves,
  json,
  openaiError,
  type Said,
  SCHEMA,
  type Speaker,
} from './canaries-speaker.js';

function chatMessages({ text, name, files }: Asked): object[] {
  const tools = [{ id: name, type: 'function', function: { name, arguments: json(text) } }];
  return [
    { role: 'system', content: text },
    {
      role: 'user',
      name,
      content: [{ type: 'text', text }, ...(files ? [{ type: 'image_url', image_url: { url: address(text) } }] : [])],
    },
    { role: 'assistant', tool_calls: tools },
    { role: 'tool', tool_call_id: name, content: json(text) },
  ];
}
const chatTools = ({ text, name }: Said): object[] => [
  { type: 'function', function: { name, description: text, parameters: { ...SCHEMA, description: text } } },
];
const chatCall = ({ text, name }: Said): object => ({
  id: name,
  type: 'function',
  function: { name, arguments: json(text) },
});

const openaiChat: Speaker = {
  name: 'openai-chat',
  path: () => '/v1/chat/completions',
  body: (asked) => ({
    model: asked.name,
    stream: asked.stream,
    user: asked.text,
    messages: [
      ...chatMessages(asked),
      ...(asked.files
        ? [
            {
              role: 'user',
              content: [{ type: 'file', file: { filename: `${asked.name}.pdf`, file_data: base64(asked.text) } }],
            },
          ]
        : []),
    ],
    tools: chatTools(asked),
  }),
  whole: (said, tool) => ({
    id: said.name,
    model: said.name,
    choices: [
      {
        index: 0,
        message: tool ? { role: said.name, tool_calls: [chatCall(said)] } : { role: 'assistant', content: said.text },
        finish_reason: said.name,
      },
    ],
  }),
  frames(said, tool) {
    const [one, two] = halves(tool ? json(said.text) : said.text);
    const call = (rest: object): object => ({ tool_calls: [{ index: 0, ...rest }] });
    const deltas = tool
      ? [call({ id: said.name, function: { name: said.name, arguments: one } }), call({ function: { arguments: two } })]
      : [{ role: 'assistant', content: one }, { content: two }];
    const choice = (delta: object, finish: string | null): object => ({
      id: said.name,
      model: said.name,
      choices: [{ index: 0, delta, finish_reason: finish }],
    });
    return [...deltas.map((delta) => choice(delta, null)), choice({}, said.name), '[DONE]'].map(data);
  },
  error: openaiError,
};

const openaiResponses: Speaker = {
  name: 'openai-responses',
  path: () => '/v1/responses',
  body: ({ text, name, stream, files }) => ({
    model: name,
    stream,
    instructions: text,
    input: [
      {
        role: 'user',
        content: [
          { type: 'input_text', text },
          ...(files
            ? [
                { type: 'input_image', image_url: address(text) },
                { type: 'input_file', filename: `${name}.pdf`, file_data: base64(text) },
              ]
            : []),
        ],
      },
      { type: 'function_call', call_id: name, name, arguments: json(text) },
      { type: 'function_call_output', call_id: name, output: json(text) },
    ],
    tools: [{ type: 'function', name, description: text, parameters: SCHEMA }],
  }),
  whole: ({ text, name }, tool) => ({
    id: name,
    model: name,
    status: 'completed',
    output: [
      tool
        ? { type: 'function_call', id: name, call_id: name, name, arguments: json(text) }
        : { type: 'message', id: name, role: 'assistant', content: [{ type: 'output_text', text }] },
    ],
  }),
  frames(said, tool) {
    const whole = this.whole(said, tool) as { output: [object] };
    const [one, two] = halves(tool ? json(said.text) : said.text);
    const at = { item_id: said.name, output_index: 0, content_index: 0 };
    const type = tool ? 'response.function_call_arguments.delta' : 'response.output_text.delta';
    const item = tool ? { ...whole.output[0], arguments: '' } : { ...whole.output[0], content: [] };
    return [
      { type: 'response.created', response: { ...whole, output: [], status: 'in_progress' } },
      { type: 'response.output_item.added', output_index: 0, item },
      { type, ...at, delta: one },
      { type, ...at, delta: two },
      { type: 'response.output_item.done', output_index: 0, item: whole.output[0] },
      { type: 'response.completed', response: whole },
    ].map(named);
  },
  error: openaiError,
};

const openaiCompletions: Speaker = {
  name: 'openai-completions',
  path: () => '/v1/completions',
  body: ({ text, name, stream }) => ({ model: name, stream, prompt: text }),
  whole: ({ text, name }) => ({ id: name, model: name, choices: [{ index: 0, text, finish_reason: name }] }),
  frames({ text, name }) {
    const choice = (piece: string, finish: string | null): object => ({
      id: name,
      model: name,
      choices: [{ index: 0, text: piece, finish_reason: finish }],
    });
    const [one, two] = halves(text);
    return [choice(one, null), choice(two, null), choice('', name), '[DONE]'].map(data);
  },
  error: openaiError,
};

const openaiEmbeddings: Speaker = {
  name: 'openai-embeddings',
  path: () => '/v1/embeddings',
  body: ({ text, name }) => ({ model: name, input: [text, text] }),
  whole: ({ name }) => ({ id: name, model: name, data: [{ index: 0, embedding: [0.5] }] }),
  error: openaiError,
};

const anthropicMessages: Speaker = {
  name: 'anthropic-messages',
  path: () => '/v1/messages',
  body: ({ text, name, stream, files }) => ({
    model: name,
    max_tokens: 100,
    stream,
    system: [{ type: 'text', text }],
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text },
          ...(files ? [{ type: 'image', source: { type: 'url', url: address(text) } }] : []),
        ],
      },
      { role: 'assistant', content: [{ type: 'tool_use', id: name, name, input: { q: text } }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: name, content: [{ type: 'text', text }] }] },
    ],
    tools: [{ name, description: text, input_schema: SCHEMA }],
  }),
  whole: ({ text, name }, tool) => ({
    id: name,
    type: 'message',
    role: 'assistant',
    model: name,
    content: [tool ? { type: 'tool_use', id: name, name, input: { q: text } } : { type: 'text', text }],
    stop_reason: name,
    usage: { input_tokens: 1, output_tokens: 1 },
  }),
  frames(said, tool) {
    const [one, two] = halves(tool ? json(said.text) : said.text);
    const block = tool ? { type: 'tool_use', id: said.name, name: said.name, input: {} } : { type: 'text', text: '' };
    const delta = (piece: string): object =>
      tool ? { type: 'input_json_delta', partial_json: piece } : { type: 'text_delta', text: piece };
    return [
      { type: 'message_start', message: { ...this.whole(said, tool), content: [], stop_reason: null } },
      { type: 'content_block_start', index: 0, content_block: block },
      { type: 'content_block_delta', index: 0, delta: delta(one) },
      { type: 'content_block_delta', index: 0, delta: delta(two) },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: said.name }, usage: { output_tokens: 2 } },
      { type: 'message_stop' },
    ].map(named);
  },
  error: (text) => ({ type: 'error', error: { type: text, message: text }, request_id: text }),
};

const geminiGenerate: Speaker = {
  name: 'gemini-generate',
  path: ({ stream, name }) =>
    `/v1beta/models/gemini-2.5-flash:${stream ? 'streamGenerateContent?alt=sse&' : 'generateContent?'}key=${encodeURIComponent(name)}`,
  body: ({ text, name, files }) => ({
    systemInstruction: { parts: [{ text }] },
    contents: [
      {
        role: 'user',
        parts: [{ text }, ...(files ? [{ fileData: { fileUri: address(text), mimeType: 'image/png' } }] : [])],
      },
      { role: 'model', parts: [{ functionCall: { name, args: { q: text } } }] },
      { role: 'user', parts: [{ functionResponse: { name, response: { output: text } } }] },
    ],
    tools: [{ functionDeclarations: [{ name, description: text, parameters: SCHEMA }] }],
  }),
  whole: ({ text, name }, tool) => ({
    candidates: [
      {
        content: { role: 'model', parts: [tool ? { functionCall: { name, args: { q: text } } } : { text }] },
        finishReason: name,
        index: 0,
      },
    ],
    modelVersion: name,
    responseId: name,
  }),
  frames(said, tool) {
    const [one, two] = halves(said.text);
    const texts = tool ? [said.text] : [one, two];
    return texts.map((text) => data(this.whole({ ...said, text }, tool)));
  },
  error: (text) => ({ error: { code: 500, message: text, status: text } }),
};

function ollama(name: string, path: string, said: (text: string, call: object | null) => object): Speaker {
  const line = (model: string, rest: object): object => ({ model, created_at: model, ...rest });
  const call = ({ text, name: tool }: Said): object => ({ function: { name: tool, arguments: { q: text } } });
  return {
    name,
    path: () => path,
    body: (asked) => ({
      model: asked.name,
      stream: asked.stream,
      ...(path.endsWith('chat')
        ? {
            messages: [
              { role: 'system', content: asked.text },
              { role: 'user', content: asked.text, ...(asked.files && { images: [base64(asked.text)] }) },
              { role: 'assistant', content: '', tool_calls: [call(asked)] },
              { role: 'tool', tool_name: asked.name, content: asked.text },
            ],
            tools: chatTools(asked),
          }
        : { prompt: asked.text, system: asked.text, suffix: asked.text }),
    }),
    whole: (of, tool) =>
      line(of.name, { ...said(tool ? '' : of.text, tool ? call(of) : null), done: true, done_reason: of.name }),
    frames(of, tool) {
      const pieces = tool ? [said('', call(of))] : halves(of.text).map((piece) => said(piece, null));
      const lines = pieces.map((piece) => line(of.name, { ...piece, done: false }));
      return [...lines, line(of.name, { ...said('', null), done: true, done_reason: of.name })].map(
        (each) => `${JSON.stringify(each)}\n`,
      );
    },
    error: (text) => ({ error: text }),
  };
}

const ollamaChat = ollama('ollama-chat', '/api/chat', (content, call) => ({
  message: { role: 'assistant', content, ...(call !== null && { tool_calls: [call] }) },
}));
const ollamaGenerate = ollama('ollama-generate', '/api/generate', (response) => ({ response }));

const cohereChat: Speaker = {
  name: 'cohere-chat',
  path: () => '/v2/chat',
  body: (asked) => ({
    model: asked.name,
    stream: asked.stream,
    messages: chatMessages(asked),
    tools: chatTools(asked),
  }),
  whole: (said, tool) => ({
    id: said.name,
    message: {
      role: 'assistant',
      ...(tool
        ? { tool_plan: said.text, tool_calls: [chatCall(said)] }
        : { content: [{ type: 'text', text: said.text }] }),
    },
    finish_reason: said.name,
  }),
  frames(said, tool) {
    const [one, two] = halves(tool ? json(said.text) : said.text);
    const piece = (type: string, message: object): TypedEvent => ({
      type,
      index: 0,
      delta: { message },
    });
    const pieces = tool
      ? [
          piece('tool-call-start', {
            tool_calls: { ...chatCall(said), function: { name: said.name, arguments: one } },
          }),
          piece('tool-call-delta', { tool_calls: { function: { arguments: two } } }),
        ]
      : [
          piece('content-start', { content: { type: 'text', text: '' } }),
          piece('content-delta', { content: { text: one } }),
          piece('content-delta', { content: { text: two } }),
        ];
    const start = { type: 'message-start', id: said.name, delta: { message: { role: 'assistant' } } };
    return [start, ...pieces, { type: 'message-end', delta: { finish_reason: said.name } }].map(named);
  },
  error: (text) => ({ id: text, message: text }),
};

/** Every protocol that is understood. */
export const SPEAKERS: readonly Speaker[] = [
  openaiChat,
  openaiResponses,
  openaiCompletions,
  openaiEmbeddings,
  anthropicMessages,
  geminiGenerate,
  ollamaChat,
  ollamaGenerate,
  cohereChat,
];
