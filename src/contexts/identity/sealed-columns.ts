import type { SealedColumn } from '../../database/sealed-column.ts';

export const signingKeyColumn: SealedColumn = {
  table: 'identity.signing_keys',
  column: 'private_cipher',
  row: 'kid',
  rowType: 'text',
};

export const totpSecretColumn: SealedColumn = {
  table: 'identity.totp_factors',
  column: 'secret_cipher',
  row: 'user_id',
  rowType: 'uuid',
};

/** Everything identity keeps sealed under the key ring. */
export const sealedColumns: readonly SealedColumn[] = [signingKeyColumn, totpSecretColumn];
