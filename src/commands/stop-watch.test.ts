import { pathToFileURL } from 'node:url';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { runPortico } from '../testing/portico-command.ts';
import type { PorticoCommand } from '../testing/portico-command.ts';
import { until } from '../testing/until.ts';

/** Runs a script that has `watch` and `log`, and ends with what made it stop. */
function watched(script: string): PorticoCommand {
  const url = (file: string): string => pathToFileURL(path.resolve(import.meta.dirname, file)).href;
  const program = `
    const { watchForStop } = await import('${url('stop-watch.ts')}');
    const { createLogger } = await import('${url('../telemetry/logs.ts')}');
    const log = createLogger({ level: 'fatal' });
    const watch = watchForStop(log);
    const alive = setInterval(() => undefined, 1000);
    console.log('armed');
    ${script}
    const { failure } = await watch.stopped;
    clearInterval(alive);
    console.log('stopped because of', failure?.message ?? 'a signal');`;
  return runPortico([], {}, [process.execPath, '--input-type=module', '--eval', program]);
}

describe('The watch for a stop', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('ends in order at %s', async (signal) => {
    const command = watched('');
    await until(() => command.out().includes('armed'));
    command.child.kill(signal);
    expect(await command.exited).toEqual({ code: 0, signal: null });
    expect(command.out()).toContain('stopped because of a signal');
  });

  it.each([
    ['a rejection', `Promise.reject(new Error('boom'));`],
    ['an exception', `setImmediate(() => { throw new Error('boom'); });`],
  ])('ends in order at %s that nobody handled, and tells it', async (_name, script) => {
    const command = watched(script);
    expect(await command.exited).toEqual({ code: 0, signal: null });
    expect(command.out()).toContain('stopped because of boom');
    expect(command.out()).toContain('"level":"fatal"');
  });

  it('takes a second error while stopping for a line in the log, not for the end', async () => {
    const command = watched(`Promise.reject(new Error('boom')); setImmediate(() => { throw new Error('late'); });
      await new Promise((resolve) => setTimeout(resolve, 50));`);
    expect(await command.exited).toEqual({ code: 0, signal: null });
    expect(command.out().match(/"level":"fatal"/g)).toHaveLength(2);
  });

  it('ends at once when nothing ends in order and a second signal comes', async () => {
    const command = watched('await new Promise(() => undefined);');
    await until(() => command.out().includes('armed'));
    command.child.kill('SIGTERM');
    const asked = performance.now();
    await until(() => performance.now() - asked > 400);
    command.child.kill('SIGTERM');
    expect(await command.exited).toEqual({ code: 130, signal: null });
  });
});
