import { setTimeout as pause } from 'node:timers/promises';
import type { Finding } from '../report.ts';
import { startProxy } from '../proxy.ts';
import type { Proxy } from '../proxy.ts';
import { play } from './scenario.ts';

/** The database answers late, then not at all, then connections break: requests end in time, and all is well afterwards. */
export async function slowDatabase(folder: string): Promise<Finding[]> {
  let proxy: Proxy | undefined;
  const through = async ({ url, port }: { readonly url: string; readonly port: number }): Promise<string> => {
    proxy = await startProxy(port);
    return url.replace(`:${port}/`, `:${proxy.port}/`);
  };
  try {
    return await play(folder, 'a database that is slow, then silent, then cut off', { through }, async (scene) => {
      if (proxy === undefined) throw new Error('There is no way to the database.');
      proxy.delay = 300;
      await scene.untilSeen('201', 3);
      proxy.delay = Number.POSITIVE_INFINITY;
      await scene.untilSeen('503', 5);
      // What was on its way while it was silent is lost.
      proxy.cut();
      proxy.delay = 0;
      await scene.untilServing();
      for (let n = 0; n < 10; n += 1) {
        proxy.cut();
        await pause(200);
      }
    });
  } finally {
    await proxy?.close();
  }
}
