import { ApiProblem, createApiClient } from './import/api-client.ts';
import { importUsage, readOptions } from './import/options.ts';
import { createProgressDisplay } from './import/progress-display.ts';
import { cancelImport, runImport } from './import/run-import.ts';
import type { Surroundings } from './import/run-import.ts';
import type { Command } from './command.ts';

const INTERRUPTED = 130;

export const importCommand: Command = {
  name: 'import',
  summary: 'upload a file of phone numbers and watch it become coins',
  usage: importUsage,
  async run(args) {
    const options = readOptions(args, process.env);
    const stopping = new AbortController();
    const stop = () => stopping.abort();
    process.once('SIGINT', stop).once('SIGTERM', stop);
    const display = createProgressDisplay(process.stderr);
    let importId: string | undefined;
    const surroundings: Surroundings = {
      client: createApiClient(options.url, options.credentials),
      display,
      print: (text) => console.log(text),
      signal: stopping.signal,
      onImport: (id) => void (importId = id),
    };
    try {
      return options.action.kind === 'cancel'
        ? await cancelImport(surroundings, options.action.importId)
        : await runImport(surroundings, options.action, options);
    } catch (error) {
      display.end();
      if (stopping.signal.aborted) {
        console.error(interruption(importId));
        return INTERRUPTED;
      }
      if (!(error instanceof ApiProblem)) throw error;
      console.error(error.message);
      return 1;
    } finally {
      process.off('SIGINT', stop).off('SIGTERM', stop);
    }
  },
};

function interruption(importId: string | undefined): string {
  return importId === undefined
    ? 'Interrupted. Run the same command again: it goes on where the server is, and nothing is paid twice.'
    : `Interrupted; the server goes on crediting. Run the same command again to watch, or stop it with: portico import --cancel ${importId}`;
}
