import { asName } from '../json.js';

/** Google's models, those tuned of them, and endpoints of Vertex AI that serve them. */
const PATH = /\/((?:models|tunedModels|endpoints)\/[^/:]+)(?::|%3A)(generateContent|streamGenerateContent)$/i;
const COLLECTION = /^(models|tunedModels|endpoints)\/(.+)$/;

/** What the path of a request says: model and method are in it. */
export interface GeminiPath {
  /** Without `models/`, which all but the tuned ones have before them. */
  readonly model: string | null;
  readonly stream: boolean;
}

/** `null`: a request for something else. */
export function readPath({ pathname }: URL): GeminiPath | null {
  // Asked of every request of the process: a look at its end first.
  if (!pathname.endsWith('enerateContent')) return null;
  const match = PATH.exec(pathname);
  if (match === null) return null;
  const name = decoded(match[1] ?? '');
  return {
    model: asName(name.startsWith('models/') ? name.slice('models/'.length) : name),
    stream: (match[2] ?? '').startsWith('stream'),
  };
}

/** The path of a model's method: `/models/gemini-3:generateContent`. */
export function pathOf(model: string, stream: boolean): string {
  const [, collection = 'models', name = model] = COLLECTION.exec(model) ?? [];
  return `/${collection}/${encodeURIComponent(name)}:${stream ? 'streamGenerateContent' : 'generateContent'}`;
}

/** The same request of another model. */
export function withModel(url: URL, model: string): URL {
  const changed = new URL(url);
  // A function, since names may hold `$`.
  changed.pathname = url.pathname.replace(PATH, () => pathOf(model, readPath(url)?.stream ?? false));
  return changed;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
