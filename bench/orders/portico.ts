/** Portico's own way: its use case over its own pool. `node portico.ts <database url>` */
import { serve } from '../talk.ts';
import { articleId, ARTICLES, AT_ONCE, openShop } from './shop.ts';

const { portico, place } = await openShop(process.argv[2] ?? '');

serve(async ({ count, wide }: { readonly count: number; readonly wide: boolean }) => {
  const began = performance.now();
  let left = count;
  const buy = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const variantId = articleId(wide ? Math.floor(Math.random() * ARTICLES) : 0);
      await portico.database.transaction((tx) => place(tx, variantId));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, buy));
  return (performance.now() - began) / 1_000;
});
