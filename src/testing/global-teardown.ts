import { rmSync } from 'node:fs';

export default async function globalTeardown(): Promise<void> {
  const started = globalThis.porticoTestServer;
  if (started === undefined) return;
  await started.server.stop();
  rmSync(started.directory, { recursive: true, force: true });
  rmSync(started.server.directory, { recursive: true, force: true });
}
