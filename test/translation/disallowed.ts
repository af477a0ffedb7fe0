import type { JsonObject } from '../../packages/instrumentation/src/dialect/json.js';

/** What a provider would run, keep or fetch, in the words of its protocol. Each is a request's fields, over a short request. */
interface Disallowed {
  readonly dialect: string;
  readonly path: string;
  readonly request: JsonObject;
  readonly features: readonly JsonObject[];
}

const HI = { role: 'user', content: 'Hi.' };
const content = (...parts: readonly object[]): JsonObject => ({ messages: [{ role: 'user', content: parts }] });
const tool = (...tools: readonly object[]): JsonObject => ({ tools });
const input = (...items: readonly object[]): JsonObject => ({ input: items });
const contents = (...parts: readonly object[]): JsonObject => ({ contents: [{ role: 'user', parts }] });

export const DISALLOWED: readonly Disallowed[] = [
  {
    dialect: 'openai-chat',
    path: '/v1/chat/completions',
    request: { model: 'm', messages: [HI], max_completion_tokens: 9 },
    features: [
      { web_search_options: {} },
      { background: true },
      { audio: { voice: 'alloy', format: 'mp3' }, modalities: ['text', 'audio'] },
      tool({ type: 'web_search' }),
      tool({ type: 'function', function: { name: 'f' } }, { type: 'mcp', server_url: 'https://mcp.example' }),
      tool({ type: 'code_interpreter' }),
      content({ type: 'file', file: { file_id: 'file_1' } }),
      { messages: [HI, { role: 'assistant', audio: { id: 'audio_1' } }, HI] },
      { a_feature_of_next_year: { type: 'enabled' } },
    ],
  },
  {
    dialect: 'openai-responses',
    path: '/v1/responses',
    request: { model: 'm', input: 'Hi.', max_output_tokens: 9 },
    features: [
      { background: true },
      { previous_response_id: 'resp_1' },
      { conversation: 'conv_1' },
      { conversation: { id: 'conv_1' } },
      { prompt: { id: 'pmpt_1' } },
      { context_management: [{ type: 'compaction' }] },
      { prompt_cache_options: { prewarm: true } },
      tool({ type: 'web_search' }),
      tool({ type: 'web_search_preview' }),
      tool({ type: 'file_search', vector_store_ids: ['vs_1'] }),
      tool({ type: 'code_interpreter', container: { type: 'auto' } }),
      tool({ type: 'mcp', server_label: 'a', server_url: 'https://mcp.example' }),
      tool({ type: 'computer_use_preview' }),
      tool({ type: 'image_generation' }),
      tool({ type: 'shell' }),
      input({ type: 'item_reference', id: 'msg_1' }),
      input(HI, { type: 'code_interpreter_call', id: 'ci_1', code: '1', container_id: 'cntr_1' }),
      input({ role: 'user', content: [{ type: 'input_file', file_id: 'file_1' }] }),
      input({ role: 'user', content: [{ type: 'input_image', file_id: 'file_1' }] }),
    ],
  },
  {
    dialect: 'anthropic-messages',
    path: '/v1/messages',
    request: { model: 'm', messages: [HI], max_tokens: 9 },
    features: [
      { container: 'container_1' },
      { container: { skills: [{ type: 'anthropic', skill_id: 'pptx' }] } },
      { mcp_servers: [{ type: 'url', url: 'https://mcp.example', name: 'a' }] },
      { thread: { type: 'continue', previous_message_id: 'msg_1' } },
      { fallbacks: 'default' },
      { fallback_credit_token: 'token' },
      { compaction: { type: 'summarize' } },
      tool({ type: 'web_search_20260318', name: 'web_search' }),
      tool({ type: 'web_fetch_20260318', name: 'web_fetch' }),
      tool({ type: 'code_execution_20260521', name: 'code_execution' }),
      tool({ type: 'tool_search_tool_regex_20251119', name: 'tool_search_tool_regex' }),
      tool({ type: 'computer_toolset_20260801' }),
      tool({ type: 'browser_toolset_20260801' }),
      tool({ type: 'advisor_20260301', name: 'advisor', model: 'm' }),
      tool({ name: 'f', input_schema: { type: 'object' } }, { type: 'mcp_toolset', mcp_server_name: 'a' }),
      content({ type: 'document', source: { type: 'file', file_id: 'file_1' } }),
      content({ type: 'image', source: { type: 'file', file_id: 'file_1' } }),
      content({ type: 'container_upload', file_id: 'file_1' }),
      { messages: [HI, { role: 'assistant', content: [{ type: 'mcp_tool_use', id: 'a', name: 'b', input: {} }] }, HI] },
    ],
  },
  {
    dialect: 'gemini-generate',
    path: '/v1beta/models/m:generateContent',
    request: { contents: [{ role: 'user', parts: [{ text: 'Hi.' }] }], generationConfig: { maxOutputTokens: 9 } },
    features: [
      { cachedContent: 'cachedContents/1' },
      { store: true },
      tool({ googleSearch: {} }),
      tool({ google_search: {} }),
      tool({ googleSearchRetrieval: {} }),
      tool({ codeExecution: {} }),
      tool({ urlContext: {} }),
      tool({ fileSearch: { fileSearchStoreNames: ['fileSearchStores/1'] } }),
      tool({ computerUse: {} }),
      tool({ googleMaps: {} }),
      tool({ functionDeclarations: [{ name: 'f' }], mcpServers: [{ name: 'a' }] }),
      contents({ fileData: { fileUri: 'https://generativelanguage.googleapis.com/v1beta/files/1' } }),
      contents({ file_data: { file_uri: 'gs://bucket/1' } }),
      { generationConfig: { responseModalities: ['IMAGE'] } },
    ],
  },
  {
    // Its server runs nothing and keeps nothing, but what it is told to go on from.
    dialect: 'ollama-chat',
    path: '/api/chat',
    request: { model: 'm', messages: [HI], stream: false, options: { num_predict: 9 } },
    features: [{ a_feature_of_next_year: true }],
  },
  {
    dialect: 'ollama-generate',
    path: '/api/generate',
    request: { model: 'm', prompt: 'Hi.', stream: false },
    features: [{ context: [1, 2, 3] }, { width: 512, height: 512 }],
  },
];
