import { type Content, type GenerateContentParameters, GoogleGenAI } from '@google/genai';
import { ANSWER, CALLS, IMAGE, MAX_TOKENS, NEXT, QUESTION, SCHEMA, SYSTEM, TOOLS, type Said } from '../content.js';
import { drain, type Speaker } from '../sdk.js';

function contents(said: Said): Content[] {
  const opening: Content[] = [
    {
      role: 'user',
      parts: [{ text: QUESTION }, { inlineData: { mimeType: IMAGE.mediaType, data: IMAGE.data } }],
    },
  ];
  if (said === 'opening') return opening;
  return [
    ...opening,
    { role: 'model', parts: CALLS.map(({ id, name, arguments: args }) => ({ functionCall: { id, name, args } })) },
    {
      role: 'user',
      parts: CALLS.map(({ id, name, result }) => ({ functionResponse: { id, name, response: { output: result } } })),
    },
    { role: 'model', parts: [{ text: ANSWER }] },
    { role: 'user', parts: [{ text: NEXT }] },
  ];
}

export const geminiGenerate: Speaker = {
  dialect: 'gemini-generate',
  prefix: '/v1beta',
  headers: ['x-goog-api-key'],
  async ask({ baseUrl, apiKey, model, said, stream }) {
    const httpOptions = { baseUrl: baseUrl.slice(0, -'/v1beta'.length), apiVersion: 'v1beta' };
    const { models } = new GoogleGenAI({ apiKey, httpOptions });
    const request: GenerateContentParameters = {
      model,
      contents: contents(said),
      config: {
        systemInstruction: SYSTEM,
        maxOutputTokens: MAX_TOKENS,
        tools: [
          {
            functionDeclarations: TOOLS.map(({ name, description, parameters }) => ({
              name,
              description,
              parametersJsonSchema: parameters,
            })),
          },
        ],
        ...(said === 'whole' && { responseMimeType: 'application/json', responseJsonSchema: SCHEMA }),
      },
    };
    if (!stream) await models.generateContent(request);
    else await drain(await models.generateContentStream(request));
  },
};
