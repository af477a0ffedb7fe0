import { type LeaseReply, type LeaseRequest, MOST_NANO_USD, type Pace } from '@understudy/instrumentation/experiment';

interface Held {
  reserved: number;
  atRisk: number;
  settled: number;
  endsAt: number;
  seq: number;
}

/** What a store does with requests of leases, in plain words: what the real ones are held against. */
export class ModelStore {
  readonly #now: () => number;
  spent = 0;
  least = 0;
  pace: Pace | null = null;
  readonly leases = new Map<string, Held>();

  constructor(now: () => number) {
    this.#now = now;
  }

  apply(request: LeaseRequest): LeaseReply {
    const now = this.#now();
    let others = 0;
    for (const [name, lease] of this.leases) {
      if (name === request.lease) continue;
      if (lease.endsAt > now) {
        others += lease.reserved;
        continue;
      }
      this.#spend(lease.atRisk);
      this.leases.delete(name);
    }
    this.spent = Math.max(this.spent, request.seen);
    const { smallest } = request;
    if (smallest > 0 && (this.least === 0 || smallest < this.least)) this.least = smallest;
    const answer = this.#grant(request, others, now);
    if (request.pace !== null && request.pace.from === (this.pace?.at ?? 0)) {
      this.pace = { at: now, spent: this.spent, halvings: request.pace.halvings };
    }
    return { ...answer, spent: this.spent, reservedByOthers: others, least: this.least, now, pace: this.pace };
  }

  #spend(amount: number): void {
    this.spent = Math.min(MOST_NANO_USD, this.spent + amount);
  }

  #grant(request: LeaseRequest, others: number, now: number): Pick<LeaseReply, 'status' | 'reserved' | 'atRisk'> {
    const { lease, seq, settled, inFlight, ttlMs } = request;
    const own = this.leases.get(lease);
    if (own === undefined && !request.fresh) return { status: 'lost', reserved: 0, atRisk: 0 };
    if (own !== undefined && own.seq >= seq) return { status: 'granted', reserved: own.reserved, atRisk: own.atRisk };
    const paid = Math.max(0, settled - (own?.settled ?? 0));
    this.#spend(paid);
    if (ttlMs === 0) {
      this.#spend(inFlight);
      this.leases.delete(lease);
      return { status: 'granted', reserved: 0, atRisk: 0 };
    }
    const free = request.limit - this.spent - others;
    const fair = Math.max(inFlight + request.least, (own?.reserved ?? 0) - paid, Math.floor(free / 2));
    const reserved = Math.max(inFlight, Math.min(request.reserve, free, fair));
    const atRisk = Math.max(inFlight, Math.min(request.atRisk, reserved));
    this.leases.set(lease, {
      reserved,
      atRisk,
      settled: Math.max(settled, own?.settled ?? 0),
      endsAt: now + ttlMs,
      seq,
    });
    return { status: 'granted', reserved, atRisk };
  }
}
