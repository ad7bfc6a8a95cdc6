/** The limit: calls the gateway with so many in flight, and keeps no record of anything. `node only.ts <url> <in flight>` */
import { randomUUID } from 'node:crypto';
import { demoPhone } from '../../src/shared/demo-phone.ts';
import { openGatewayClient } from './client.ts';
import { serve } from '../talk.ts';

const [url = '', inFlight = ''] = process.argv.slice(2);
const gateway = await openGatewayClient(url, Number(inFlight));

serve(async ({ messages }: { readonly messages: number }) => {
  const began = performance.now();
  let next = 0;
  const sender = async (): Promise<void> => {
    while (next < messages) {
      const to = demoPhone(next);
      next += 1;
      await gateway.post({ to, text: 'You got 50 coins from Bench.', reference: randomUUID() });
    }
  };
  await Promise.all(Array.from({ length: Number(inFlight) }, sender));
  return (performance.now() - began) / 1_000;
});
