/**
 * `npm run gateway`: nginx' configuration from the contract.
 *
 *   npm run gateway                                            refreshes the committed example, gateway/nginx.conf
 *   npm run gateway -- --settings gateway.json --out nginx.conf  makes the one for an installation
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { routes } from '../src/contract/generated/routes.ts';
import { nginxConf } from './nginx-conf.ts';
import { readGatewaySettings } from './settings.ts';
import { exampleFile, writeExample } from './write-example.ts';

function main(): number {
  const { values } = parseArgs({ options: { settings: { type: 'string' }, out: { type: 'string' } } });
  if ((values.settings === undefined) !== (values.out === undefined)) {
    console.error('gateway: --settings and --out belong together: the committed example has the default settings.');
    return 2;
  }
  const out = values.out ?? exampleFile;
  try {
    if (values.settings === undefined) writeExample();
    else writeFileSync(out, nginxConf(routes, readGatewaySettings(values.settings)));
    console.log(`Gateway: ${out}. Check it with: nginx -t -c ${out}`);
    return 0;
  } catch (error) {
    console.error(`gateway: ${error instanceof Error ? error.message : String(error)}`);
    return 2;
  }
}

process.exitCode = main();
