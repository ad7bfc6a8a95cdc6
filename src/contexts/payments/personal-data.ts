import { statement } from '../../database/transaction.ts';
import type { Database } from '../../database/transaction.ts';
import type { PersonalDataSection } from '../context.ts';
import { paymentBody } from './bodies.ts';
import { readPaymentsOf } from './get-payment.ts';

const PAGE = 100;

const idsStatement = statement<{ id: string }>(
  'payments.list_ids_of_customer',
  `select id from payments.payments where customer_id = $1 and ($2::uuid is null or id > $2) order by id limit $3`,
);

/** A customer's payments, for the export of that person's data. */
export function createPersonalData(database: Database): readonly PersonalDataSection[] {
  async function* read(userId: string): AsyncGenerator<readonly object[]> {
    for (let after: string | null = null; ;) {
      const rows: readonly { id: string }[] = await database.query(idsStatement, [userId, after, PAGE]);
      if (rows.length > 0) {
        const ids = rows.map(({ id }) => id);
        yield (await readPaymentsOf(database, ids)).map(paymentBody);
      }
      after = rows.at(-1)?.id ?? null;
      if (rows.length < PAGE) return;
    }
  }
  return [{ name: 'payments', read }];
}
