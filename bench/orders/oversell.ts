/** More buyers than there is of something, all at once. */
import { statement } from '../../src/database/transaction.ts';
import { Problem } from '../../src/shared/problem.ts';
import { articleId, openShop } from './shop.ts';

const BUYERS = 200;
const UNITS = 100;

const scarceStatement = statement(
  'bench.make_scarce',
  'update catalog.stock_levels set on_hand = reserved + $2 where variant_id = $1',
);

/** Each buyer wants two. @returns how many units more were sold than there were, and how many were sold */
export async function oversell(url: string): Promise<{ readonly oversold: number; readonly sold: number }> {
  const { portico, place } = await openShop(url);
  try {
    const variantId = articleId(1);
    await portico.database.query(scarceStatement, [variantId, UNITS]);
    const buy = async (): Promise<number> => {
      try {
        await portico.database.transaction((tx) => place(tx, variantId));
        return 2;
      } catch (error) {
        if (error instanceof Problem && error.code === 'out-of-stock') return 0;
        throw error;
      }
    };
    const bought = await Promise.all(Array.from({ length: BUYERS }, buy));
    const sold = bought.reduce((sum, units) => sum + units, 0);
    return { oversold: Math.max(0, sold - UNITS), sold };
  } finally {
    await portico.stop();
  }
}
