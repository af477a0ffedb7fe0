/** An event with a type, and whatever else it says. */
export interface TypedEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** One server-sent event without a name. */
export function data(value: unknown): string {
  return `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`;
}

/** One server-sent event named after its type. */
export function named(value: TypedEvent): string {
  return `event: ${value.type}\n${data(value)}`;
}
