/**
 * The headers of a request, read from the host's own object: of most calls a single one is asked for, and copying them all takes
 * longer than the rest of the tap. Where they are walked through they are copied first. Ask before the request is sent.
 */
export class HeadersView implements ReadonlyMap<string, string> {
  readonly #source: Headers;
  readonly #copy: (source: Headers) => ReadonlyMap<string, string>;
  #copied: ReadonlyMap<string, string> | null = null;

  constructor(source: Headers, copy: (source: Headers) => ReadonlyMap<string, string>) {
    this.#source = source;
    this.#copy = copy;
  }

  get size(): number {
    return this.#all().size;
  }

  get(name: string): string | undefined {
    if (this.#copied !== null) return this.#copied.get(name);
    const value: unknown = this.#source.get(name);
    return typeof value === 'string' ? value : undefined;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  forEach(run: (value: string, name: string, map: ReadonlyMap<string, string>) => void): void {
    for (const [name, value] of this) run(value, name, this);
  }

  entries(): MapIterator<[string, string]> {
    return this.#all().entries();
  }

  keys(): MapIterator<string> {
    return this.#all().keys();
  }

  values(): MapIterator<string> {
    return this.#all().values();
  }

  [Symbol.iterator](): MapIterator<[string, string]> {
    return this.entries();
  }

  #all(): ReadonlyMap<string, string> {
    this.#copied ??= this.#copy(this.#source);
    return this.#copied;
  }
}
