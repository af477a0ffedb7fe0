import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DROP_REASONS } from '../../packages/instrumentation/src/trial/funnel.js';
import { FAULTS } from '../misconfigured/faults.js';
import { checkOf, doctorRows, droppedBy } from './doctor-table.js';

const text = readFileSync(new URL('../../docs/doctor.md', import.meta.url), 'utf8');

describe('docs/doctor.md', () => {
  it('has every cause as the code has it', () => {
    const rows = text.split('\n').filter((line) => /^\| `[a-z_]+` \|/.test(line));
    expect(rows).toEqual(doctorRows());
  });

  it.each(Object.entries(FAULTS))(
    'says of %s what is seen of it where it is planted',
    (_, { cause, dropped, doctor }) => {
      expect(
        checkOf(cause)
          .replace(/ EXPERIMENT$/, ' support')
          .replace('ARM', 'c'),
      ).toMatch(doctor.check);
      if (dropped !== null) expect(droppedBy(cause)).toBe(dropped);
    },
  );

  it('names reasons that there are', () => {
    const named = Object.values(FAULTS).flatMap(({ cause }) => droppedBy(cause) ?? []);
    expect(Object.keys(DROP_REASONS)).toEqual(expect.arrayContaining(named));
  });
});
