import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { StartupError } from '../shared/startup-error.ts';
import type { Command } from './command.ts';
import { sampleLines } from './sample/sample-lines.ts';

const MOST_LINES = 1_000_000;

export const sampleCommand: Command = {
  name: 'sample',
  summary: 'write a realistic, dirty file of phone numbers for the demo users',
  usage: `portico sample <file> [--lines 50000]

Writes a CSV as a marketing department would: most numbers belong to demo users, some to nobody yet, in many spellings, with
repeated, malformed and blank lines. The same number of lines always gives the same file.`,
  async run(args) {
    const { file, lines } = readOptions(args);
    try {
      await pipeline(Readable.from(sampleLines(lines)), createWriteStream(file));
    } catch (error) {
      throw new StartupError(`${file} can't be written: ${error instanceof Error ? error.message : String(error)}.`, {
        cause: error,
      });
    }
    console.log(`${file}: ${lines.toLocaleString('en')} lines. Import it with:
  npx portico import ${file} --create-campaign "Nowruz gift" --coins 50 --email staff@portico.example --password portico-demo-staff`);
    return 0;
  },
};

function readOptions(args: readonly string[]): { readonly file: string; readonly lines: number } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { lines: { type: 'string', default: '50000' } },
    });
    const [file, ...more] = positionals;
    const lines = /^\d+$/.test(values.lines) ? Number(values.lines) : Number.NaN;
    if (file !== undefined && more.length === 0 && lines >= 1 && lines <= MOST_LINES) return { file, lines };
  } catch (error) {
    throw new StartupError(error instanceof Error ? error.message : String(error), { exitCode: 2 });
  }
  throw new StartupError('Name a file to write, and --lines from 1 to 1000000. "portico sample --help" tells more.', {
    exitCode: 2,
  });
}
