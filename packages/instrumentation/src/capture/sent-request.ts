import type { Dialect } from '../dialect/dialect.js';
import type { WireCall } from './call.js';

/** A call as it was sent. Holds the service's own key, in its headers or its address: shows nothing of either when it is printed. */
export class SentRequest implements WireCall {
  readonly dialect: Dialect;
  readonly #url: URL;
  readonly #headers: ReadonlyMap<string, string>;
  readonly #body: string;

  constructor({ dialect, url, headers, body }: WireCall) {
    this.dialect = dialect;
    this.#url = url;
    this.#headers = headers;
    this.#body = body;
  }

  get url(): URL {
    return this.#url;
  }

  get headers(): ReadonlyMap<string, string> {
    return this.#headers;
  }

  get body(): string {
    return this.#body;
  }
}
