import { reply } from '../../../contract/handlers.ts';
import type { Handlers } from '../../../contract/handlers.ts';
import type { TeamsDependencies } from '../dependencies.ts';
import { exportExpenses } from './export-expenses.ts';
import { importExpenses } from './import-expenses.ts';

// A JSON document as octets: whoever takes a stream for an answer in JSON would wait for all of it.
const mediaTypes = { csv: 'text/csv', json: 'application/octet-stream', ndjson: 'application/x-ndjson' } as const;

/** A team's expenses as files. */
export function createFileOperations(dependencies: TeamsDependencies): Handlers<'exportExpenses' | 'importExpenses'> {
  const { clock } = dependencies;
  return {
    exportExpenses: async ({ path, query: { format } }, { principal, signal }) => {
      const body = await exportExpenses(dependencies, { ...path, userId: principal.userId, format, signal });
      return reply('exportExpenses', {
        status: 200,
        headers: { 'Content-Disposition': `attachment; filename="expenses.${format}"` },
        mediaType: mediaTypes[format],
        body,
      });
    },
    importExpenses: async ({ path, body }, { tx, principal }) => {
      const { dryRun = false, format, csv } = body;
      const command = { ...path, userId: principal.userId, format, csv, dryRun };
      const { faults, ...counts } = await importExpenses({ tx, clock }, command);
      return reply('importExpenses', { status: 200, body: { dryRun, ...counts, faults: [...faults] } });
    },
  };
}
