import { reply } from '../../contract/handlers.ts';
import type { Handlers, Schema } from '../../contract/handlers.ts';
import { createDataExport, exportPersonalData, getDataExport } from './create-data-export.ts';
import type { DataExport } from './data-export-store.ts';
import type { IdentityParts } from './dependencies.ts';

/** What is known about the caller, for the caller. */
export function createDataExportOperations(
  parts: IdentityParts,
): Handlers<'createDataExport' | 'getDataExport' | 'exportPersonalData'> {
  return {
    async createDataExport(_input, { principal }) {
      const made = await createDataExport(parts, principal);
      return { status: 202, headers: { Location: `/api/v1/data-exports/${made.id}` }, body: exportBody(made) };
    },
    async getDataExport({ path }, { principal }) {
      return { status: 200, body: exportBody(await getDataExport(parts, { ...path, userId: principal.userId })) };
    },
    async exportPersonalData({ path }, { principal }) {
      return reply('exportPersonalData', {
        status: 200,
        headers: { 'Content-Disposition': `attachment; filename="data-export-${path.exportId}.json"` },
        body: await exportPersonalData(parts, { ...path, userId: principal.userId }),
      });
    },
  };
}

function exportBody({ id, state, requestedAt, finishedAt, expiresAt, bytes }: DataExport): Schema<'DataExport'> {
  return {
    id,
    state,
    requestedAt: requestedAt.toISOString(),
    ...(finishedAt === null ? {} : { finishedAt: finishedAt.toISOString() }),
    ...(expiresAt === null ? {} : { expiresAt: expiresAt.toISOString() }),
    ...(bytes === null ? {} : { bytes }),
  };
}
