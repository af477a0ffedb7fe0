import { asList, asObject, asText } from '../dialect/json.js';
import { guard } from '../guard.js';
import type { CallOptions, LanguageModel } from './model.js';

type Supported = Readonly<Record<string, readonly RegExp[]>>;

/**
 * Which files models read by their URL. The AI SDK downloads those that the primary does not read, and asks nobody else: a candidate
 * that reads fewer would fail for a reason of ours.
 */
export class FileUrls {
  readonly #supported = new Map<LanguageModel, Supported>();

  /** Asks each model; what one does not say at once is known a moment later. */
  constructor(models: Iterable<LanguageModel>) {
    for (const model of models) {
      void guard('ai-sdk.urls', async () => {
        this.#supported.set(model, (await model.supportedUrls) as Supported);
      });
    }
  }

  /** Whether the model reads every file of the call that is given by its URL. */
  readable(model: LanguageModel, { prompt }: CallOptions): boolean {
    const supported = Object.entries(this.#supported.get(model) ?? {});
    const files = prompt.flatMap((message) => asList(asObject(message)['content']).map(asObject));
    return files.every(({ data, mediaType }) => {
      const { type, url } = asObject(data);
      if (type !== 'url') return true;
      const kind = asText(mediaType) ?? '';
      const href = url instanceof URL ? url.href : (asText(url) ?? '');
      return supported.some(([pattern, urls]) => {
        const prefix = pattern.replace(/\*(\/\*)?$/, '');
        return kind.startsWith(prefix) && urls.some((each) => each.test(href));
      });
    });
  }
}
