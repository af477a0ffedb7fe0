/** A package by which a service asks models, and how its calls are seen. */
export interface Sdk {
  readonly package: string;
  /** `wire`: without a change of the service. Else the page that says what to add. */
  readonly seen: 'wire' | { readonly recipe: string };
}

const RECIPES = 'docs/recipes';

/** By the order people would name them in. */
const SDKS: readonly Sdk[] = [
  { package: 'openai', seen: 'wire' },
  { package: '@anthropic-ai/sdk', seen: 'wire' },
  { package: '@google/genai', seen: 'wire' },
  { package: '@mistralai/mistralai', seen: 'wire' },
  { package: 'ollama', seen: 'wire' },
  { package: 'ai', seen: 'wire' },
  { package: '@ai-sdk/*', seen: 'wire' },
  { package: '@langchain/*', seen: 'wire' },
  { package: 'langchain', seen: 'wire' },
  { package: '@aws-sdk/client-bedrock-runtime', seen: { recipe: `${RECIPES}/bedrock.md` } },
];

/** The SDKs among the dependencies of a service, by the names it has them under. */
export function sdksAmong(dependencies: readonly string[]): readonly Sdk[] {
  return SDKS.flatMap((sdk) => {
    const isIt = sdk.package.endsWith('*')
      ? (name: string) => name.startsWith(sdk.package.slice(0, -1))
      : (name: string) => name === sdk.package;
    return dependencies.filter(isIt).map((name) => ({ ...sdk, package: name }));
  });
}

/** Where models of a name live that are not asked where the service asks now. */
export interface Home {
  readonly baseUrl: string;
  readonly dialect: string;
  /** The variable their own SDK reads. */
  readonly keyEnv: string;
}

const HOMES: readonly (readonly [models: RegExp, home: Home])[] = [
  [/^claude-/, { baseUrl: 'https://api.anthropic.com', dialect: 'anthropic-messages', keyEnv: 'ANTHROPIC_API_KEY' }],
  [
    /^gemini-/,
    {
      baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
      dialect: 'gemini-generate',
      keyEnv: 'GEMINI_API_KEY',
    },
  ],
  [
    /^(?:gpt-|o\d|chatgpt-)/,
    { baseUrl: 'https://api.openai.com/v1', dialect: 'openai-chat', keyEnv: 'OPENAI_API_KEY' },
  ],
];

/** Null for a model whose name says nothing of its provider. */
export function homeOf(model: string): Home | null {
  return HOMES.find(([models]) => models.test(model))?.[1] ?? null;
}
