import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { NumberSource } from '../../../ports/number-source.ts';

/** A source that offers one file of this machine whenever it is newer than the known one. */
export function oneFileSource(file: string): NumberSource {
  const name = 'numbers.csv';
  return {
    kind: 'folder',
    location: 'a folder',
    async poll(known) {
      const { mtime: modifiedAt } = await stat(file);
      const version = modifiedAt.toISOString();
      if (known.get(name) === version) return { outcome: 'offered', files: [] };
      const content = (): AsyncIterable<Uint8Array> => createReadStream(file);
      return { outcome: 'offered', files: [{ name, version, modifiedAt, content, release: () => undefined }] };
    },
  };
}
