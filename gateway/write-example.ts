import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { routes } from '../src/contract/generated/routes.ts';
import { nginxConf } from './nginx-conf.ts';
import { defaultSettings } from './settings.ts';

/** The configuration with the default settings, committed so that changes of the contract show what they do to it. */
export const exampleFile = join(import.meta.dirname, 'nginx.conf');

export function writeExample(): void {
  writeFileSync(exampleFile, nginxConf(routes, defaultSettings));
}
