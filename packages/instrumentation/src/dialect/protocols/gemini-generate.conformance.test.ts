import { testDialect } from '../conformance.test.support.js';
import { geminiGenerate } from './gemini-generate.js';

const SCHEMA = { type: 'object', properties: { answer: { type: 'string' } }, required: ['answer'] };
const PARAMETERS = { type: 'object', properties: { city: { type: 'string' } } };
const USAGE = {
  promptTokenCount: 28,
  toolUsePromptTokenCount: 2,
  candidatesTokenCount: 7,
  thoughtsTokenCount: 5,
  cachedContentTokenCount: 8,
  totalTokenCount: 42,
};
const response = (parts: readonly object[], rest: object = {}, usage: object = USAGE): object => ({
  candidates: [{ content: { parts, role: 'model' }, index: 0, ...rest }],
  usageMetadata: usage,
  modelVersion: 'gemini-3-001',
  responseId: 'r-1',
});
const event = (value: object): string => `data: ${JSON.stringify(value)}\r\n\r\n`;
const thought = { text: 'The weather, then.', thought: true };
const call = { functionCall: { id: 'call_2', name: 'weather', args: { city: 'Zürich' } }, thoughtSignature: 'c2ln' };

testDialect(geminiGenerate, {
  url: 'https://generativelanguage.googleapis.com/v1beta/models/gemini-3:generateContent',
  notOurs: [
    'https://generativelanguage.googleapis.com/v1beta/models/gemini-3:countTokens',
    'https://generativelanguage.googleapis.com/v1beta/models/gemini-3:batchGenerateContent',
    'https://generativelanguage.googleapis.com/v1beta/models',
    'https://host.example/generateContent',
  ],
  request: {
    systemInstruction: { parts: [{ text: 'Be brief.' }] },
    contents: [
      { role: 'user', parts: [{ text: 'What is this?' }, { inlineData: { mimeType: 'image/png', data: 'AAAA' } }] },
      { role: 'model', parts: [{ functionCall: { id: 'call_1', name: 'weather', args: { city: 'Bern' } } }] },
      {
        role: 'user',
        parts: [{ functionResponse: { id: 'call_1', name: 'weather', response: { output: 'sunny' } } }],
      },
      { role: 'user', parts: [{ text: 'And now?' }] },
    ],
    tools: [
      { functionDeclarations: [{ name: 'weather', description: 'The weather.', parametersJsonSchema: PARAMETERS }] },
    ],
    toolConfig: { functionCallingConfig: { mode: 'AUTO' } },
    generationConfig: {
      temperature: 0.5,
      topP: 0.9,
      topK: 40,
      maxOutputTokens: 100,
      stopSequences: ['END'],
      seed: 7,
      frequencyPenalty: 0.2,
      presencePenalty: 0.1,
      responseMimeType: 'application/json',
      responseJsonSchema: SCHEMA,
    },
  },
  skimmed: { operation: 'generate_content', model: 'gemini-3', stream: false },
  attributes: {
    'gen_ai.request.temperature': 0.5,
    'gen_ai.request.top_p': 0.9,
    'gen_ai.request.top_k': 40,
    'gen_ai.request.max_tokens': 100,
    'gen_ai.request.seed': 7,
    'gen_ai.request.frequency_penalty': 0.2,
    'gen_ai.request.presence_penalty': 0.1,
    'gen_ai.request.stop_sequences': ['END'],
    'gen_ai.output.type': 'json',
  },
  messages: [
    { role: 'system', parts: [{ type: 'text', content: 'Be brief.' }] },
    {
      role: 'user',
      parts: [
        { type: 'text', content: 'What is this?' },
        { type: 'other', kind: 'inlineData' },
      ],
    },
    { role: 'assistant', parts: [{ type: 'tool_call', id: 'call_1', name: 'weather', arguments: '{"city":"Bern"}' }] },
    { role: 'tool', parts: [{ type: 'tool_call_response', id: 'call_1', response: 'sunny' }] },
    { role: 'user', parts: [{ type: 'text', content: 'And now?' }] },
  ],
  answer: {
    messages: [
      {
        role: 'assistant',
        parts: [
          { type: 'text', content: 'Lét me see.' },
          { type: 'other', kind: 'reasoning' },
          { type: 'tool_call', id: 'call_2', name: 'weather', arguments: '{"city":"Zürich"}' },
        ],
      },
    ],
    finish: 'tool_call',
    finishReasons: ['STOP'],
    usage: { inputTokens: 30, outputTokens: 12, cachedInputTokens: 8, reasoningTokens: 5 },
    model: 'gemini-3-001',
    id: 'r-1',
  },
  json: JSON.stringify(response([thought, { text: 'Lét me see.' }, call], { finishReason: 'STOP' })),
  stream: [
    response([thought], {}, { promptTokenCount: 28, thoughtsTokenCount: 5, totalTokenCount: 33 }),
    response([{ text: 'Lét me ' }], {}, { promptTokenCount: 28, candidatesTokenCount: 2, totalTokenCount: 30 }),
    response([{ text: 'see.' }], {}, { promptTokenCount: 28, candidatesTokenCount: 4, totalTokenCount: 32 }),
    response([call]),
    response([{ text: '' }], { finishReason: 'STOP' }),
  ]
    .map(event)
    .join(''),
  terminal: false,
  errors: [
    ['{"error":{"code":503,"message":"no","status":"UNAVAILABLE"}}', '503'],
    ['[{"error":{"message":"no","status":"RESOURCE_EXHAUSTED"}}\n]', 'RESOURCE_EXHAUSTED'],
    [`${event(response([{ text: 'a' }]))}data: {"error":{"code":500,"status":"INTERNAL"}}\n\n`, '500'],
  ],
  shadow: {
    stripped: { labels: { team: 'a' } },
    refused: [
      { cachedContent: 'cachedContents/1' },
      { cached_content: 'cachedContents/1' },
      { store: true },
      { generationOutputConfig: { gcsUri: 'gs://a' } },
      { tools: [{ googleSearch: {} }] },
      { tools: [{ functionDeclarations: [], code_execution: {} }] },
      { tools: [{ urlContext: {} }, { fileSearch: {} }] },
      { tools: [{ computerUse: {} }] },
      { tools: [{ mcpServers: [] }] },
      { contents: [{ role: 'user', parts: [{ fileData: { fileUri: 'files/1' } }] }] },
      { contents: [{ role: 'user', parts: [{ file_data: { file_uri: 'files/1' } }] }] },
      { contents: [{ parts: [{ functionResponse: { name: 'f', parts: [{ fileData: {} }] } }] }] },
      { generation_config: { response_modalities: ['IMAGE'] }, generationConfig: null },
      { toolConfig: { functionCallingConfig: { streamFunctionCallArguments: true } } },
    ],
    systemRole: 'system',
    canonical: {
      model: 'gemini-3',
      stream: false,
      system: 'Be brief.',
      messages: [
        {
          role: 'user',
          parts: [
            { type: 'text', text: 'What is this?' },
            { type: 'image', source: { kind: 'data', mediaType: 'image/png', data: 'AAAA' } },
          ],
        },
        {
          role: 'assistant',
          parts: [{ type: 'tool_call', id: 'call_1', name: 'weather', arguments: { city: 'Bern' } }],
        },
        { role: 'user', parts: [{ type: 'tool_result', id: 'call_1', name: 'weather', text: 'sunny' }] },
        { role: 'user', parts: [{ type: 'text', text: 'And now?' }] },
      ],
      tools: [{ name: 'weather', description: 'The weather.', parameters: PARAMETERS, strict: null }],
      toolChoice: { type: 'auto' },
      parallelToolCalls: null,
      output: { type: 'json_schema', name: 'answer', schema: SCHEMA, strict: null },
      parameters: {
        maxTokens: 100,
        temperature: 0.5,
        topP: 0.9,
        topK: 40,
        stop: ['END'],
        seed: 7,
        frequencyPenalty: 0.2,
        presencePenalty: 0.1,
      },
    },
    untranslatable: [
      { safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }] },
      { generationConfig: { candidateCount: 2 } },
      { generationConfig: { thinkingConfig: { thinkingBudget: 0 } } },
      { generationConfig: { responseLogprobs: true } },
      { generationConfig: { responseMimeType: 'text/x.enum' } },
      { toolConfig: { functionCallingConfig: { mode: 'VALIDATED' } } },
      { contents: [{ parts: [{ inlineData: { mimeType: 'application/pdf', data: 'AA==' } }] }] },
      { contents: [{ parts: [{ functionResponse: { name: 'weather', response: {} } }] }] },
      { contents: [{ parts: [{ executableCode: { code: 'x' } }] }] },
    ],
  },
});
