import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { setFailureSink } from '../guard.js';
import { Arrivals, type PieceReader } from './arrivals.js';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

/** What is held weakly lives to the end of the turn in which it was looked at. */
async function collect(): Promise<void> {
  await sleep(5);
  gc();
}

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** Notes what it reads, and when that had come. */
function noting(): PieceReader & { readonly notes: string[] } {
  const notes: string[] = [];
  return { notes, read: (piece, at) => void notes.push(`${new TextDecoder().decode(piece)} ${at}`) };
}

afterEach(() => void setFailureSink(null));

describe('the pieces of streams', () => {
  it('are read a little later, in their order, as of when they came', async () => {
    const arrivals = new Arrivals();
    const [one, other] = [noting(), noting()];
    arrivals.add(one, bytes('a'), 1);
    arrivals.add(other, bytes('b'), 1.5);
    arrivals.add(one, bytes('c'), 2.25);
    expect(one.notes).toEqual([]);
    await vi.waitFor(() => expect(one.notes).toEqual(['a 1', 'c 2.25']));
    expect(other.notes).toEqual(['b 1.5']);
    arrivals.add(one, bytes('d'), 9);
    await vi.waitFor(() => expect(one.notes.at(-1)).toBe('d 9'));
  });

  it('are read at once where somebody needs to know: of that stream, and once', async () => {
    const arrivals = new Arrivals();
    const [one, other] = [noting(), noting()];
    arrivals.add(other, bytes('b'), 1);
    arrivals.add(one, bytes('a'), 2);
    arrivals.readOf(one);
    expect([one.notes, other.notes]).toEqual([['a 2'], []]);
    await vi.waitFor(() => expect(other.notes).toEqual(['b 1']));
    expect(one.notes).toEqual(['a 2']);
  });

  it('are what came, whatever becomes of their memory', () => {
    const arrivals = new Arrivals();
    const one = noting();
    const piece = bytes('said');
    arrivals.add(one, piece, 1);
    piece.fill(0x78);
    const given = bytes('moved');
    arrivals.add(one, given, 2);
    structuredClone(given, { transfer: [given.buffer] });
    arrivals.readOf(one);
    expect(one.notes).toEqual(['said 1', 'moved 2']);
  });

  it.each([
    ['many', 2000, 1],
    ['long', 40, 10_000],
    ['longer than there is room', 3, 70_000],
    ['empty', 600, 0],
  ])('are all read, in their order and whole, where they are %s', (_name, count, length) => {
    const arrivals = new Arrivals();
    const seen: string[] = [];
    const reader: PieceReader = {
      read: (piece, at) => {
        const values = new Set(piece);
        seen.push(`${at}: ${piece.length} of ${[...values].join()}`);
      },
    };
    for (let at = 0; at < count; at += 1) arrivals.add(reader, new Uint8Array(length).fill(at % 251), at);
    arrivals.readOf(reader);
    const of = (at: number): string => (length === 0 ? '' : String(at % 251));
    expect(seen).toEqual(Array.from({ length: count }, (_, at) => `${at}: ${length} of ${of(at)}`));
  });

  it('are read whatever the reader of another makes of its own', async () => {
    const failed: string[] = [];
    setFailureSink((operation) => void failed.push(operation));
    const arrivals = new Arrivals();
    const one = noting();
    const failing: PieceReader = {
      read: () => {
        throw new Error('made to fail');
      },
    };
    arrivals.add(failing, bytes('a'), 1);
    arrivals.add(one, bytes('b'), 2);
    await vi.waitFor(() => expect(one.notes).toEqual(['b 2']));
    expect(failed).toEqual(['capture.chunk']);
  });

  it('that are no bytes are handed on as they are, after those before them', () => {
    const arrivals = new Arrivals();
    const seen: unknown[] = [];
    const reader: PieceReader = { read: (piece) => void seen.push(piece.length) };
    arrivals.add(reader, bytes('abc'), 1);
    arrivals.add(reader, new DataView(new ArrayBuffer(2)) as unknown as Uint8Array, 2);
    arrivals.add(reader, bytes('d'), 3);
    arrivals.readOf(reader);
    expect(seen).toEqual([3, undefined, 1]);
  });

  it('hold on to nobody once they are read', async () => {
    const arrivals = new Arrivals();
    const added = (): WeakRef<PieceReader> => {
      const reader = noting();
      arrivals.add(reader, bytes('a'), 1);
      return new WeakRef(reader);
    };
    const held = added();
    await vi.waitFor(async () => {
      await collect();
      expect(held.deref()).toBeUndefined();
    });
  });
});
