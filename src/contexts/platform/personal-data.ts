import type { Database } from '../../database/transaction.ts';
import type { PersonalDataSection } from '../context.ts';
import { listAuditEntries } from './audit-store.ts';
import { listExposuresOf } from './flags/exposure-store.ts';
import { toSecurityEvent } from './list-audit-entries.ts';

const PAGE = 500;

/** What happened to a person's account, and how flags treated them. */
export function createPersonalData(database: Database): readonly PersonalDataSection[] {
  return [
    {
      name: 'securityEvents',
      async *read(userId) {
        const filters = { resourceType: 'user', resource: userId };
        for (let after: { key: string; id: string } | undefined, length = PAGE; length === PAGE;) {
          const entries = await listAuditEntries(database, filters, { after, limit: PAGE });
          yield entries.map((entry) => toSecurityEvent(entry, userId));
          const last = entries.at(-1);
          after = last === undefined ? undefined : { key: last.sortKey, id: last.id };
          length = entries.length;
        }
      },
    },
    {
      name: 'flagExposures',
      async *read(userId) {
        yield await listExposuresOf(database, userId);
      },
    },
  ];
}
