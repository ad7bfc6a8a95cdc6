import type { SealedColumn } from '../../database/sealed-column.ts';

/** What buyers must do to pay. */
export const attemptActions: SealedColumn = {
  table: 'payments.attempts',
  column: 'action',
  row: 'id',
  rowType: 'uuid',
};

/** What providers told. */
export const rawMessages: SealedColumn = { table: 'payments.inbox', column: 'raw', row: 'id', rowType: 'uuid' };

export const sealedColumns: readonly SealedColumn[] = [attemptActions, rawMessages];
