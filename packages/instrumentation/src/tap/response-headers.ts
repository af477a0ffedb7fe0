/** A header of a response by its lower-case name, several of that name joined with a comma; null where there is none. */
export type ResponseHeader = (name: string) => string | null;

export const NO_HEADERS: ResponseHeader = () => null;

/** The headers of what fetch gave back, read from the host's own object when asked: a mock may have none. */
export function headersOf(response: object): ResponseHeader {
  return (name) => {
    const headers: unknown = (response as { readonly headers?: unknown }).headers;
    const get: unknown = typeof headers === 'object' && headers !== null ? Reflect.get(headers, 'get') : undefined;
    const value: unknown = typeof get === 'function' ? Reflect.apply(get, headers, [name]) : null;
    return typeof value === 'string' ? value : null;
  };
}
