import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';

/** Begins a profile of this process, of all that is allocated if `file` is a `.heapprofile`; what it gives ends and writes it. */
export async function startProfile(file: string): Promise<() => Promise<void>> {
  const session = new Session();
  session.connect();
  const isOfMemory = file.endsWith('.heapprofile');
  if (isOfMemory) {
    await session.post('HeapProfiler.startSampling', {
      samplingInterval: 16_384,
      includeObjectsCollectedByMajorGC: true,
      includeObjectsCollectedByMinorGC: true,
    });
  } else {
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: 100 });
    await session.post('Profiler.start');
  }
  return async () => {
    const { profile } = isOfMemory
      ? await session.post('HeapProfiler.stopSampling')
      : await session.post('Profiler.stop');
    writeFileSync(file, JSON.stringify(profile));
    session.disconnect();
  };
}
