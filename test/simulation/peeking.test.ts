import { expect, it } from 'vitest';
import { foundOf } from './found.js';
import { seeded } from './random.js';
import { SCALE } from './scale.js';
import { printTable } from './table.js';

/** What everybody knows and nobody believes: the reason for an e-process. */
it('shows what looking often does to a z-test', () => {
  const runs = 8000 * SCALE;
  const published = { 2: 0.083, 3: 0.107, 4: 0.126, 5: 0.142, 10: 0.193, 20: 0.248, 50: 0.32 };
  const rows = Object.entries(published).map(([looks, known]) => {
    const random = seeded(900 + Number(looks));
    let fooled = 0;
    for (let run = 0; run < runs; run += 1) {
      let sum = 0;
      for (let look = 1; look <= Number(looks); look += 1) {
        sum += random.normal();
        if (Math.abs(sum) / Math.sqrt(look) > 1.959964) {
          fooled += 1;
          break;
        }
      }
    }
    return { looks, 'false alarms': fooled / runs, known };
  });
  printTable(`A z-test at .05 two-sided, looked at several times without an effect, ${runs} runs`, rows);
  foundOf('peeking', { without: rows.map((row) => row['false alarms']) });
  for (const row of rows) {
    const error = Math.sqrt((row.known * (1 - row.known)) / runs);
    expect(Math.abs(row['false alarms'] - row.known)).toBeLessThan(3 * error + 0.0005);
  }
});
