import { sendAsProcess } from '../provider-process.fixture.ts';
import { noAccounts } from './accounts.ts';
import { createCampaignTasks } from './campaign-tasks.ts';
import { BASE, tokens } from './campaigns.fixture.ts';
import { createTracking } from './tracking.ts';

// A worker that makes a campaign's messages and sends them, as a process of its own, for tests that kill it:
// `node campaign-process.fixture.ts <database url>`. Its provider deduplicates. Prints one line when it has begun.
const [url = ''] = process.argv.slice(2);
await sendAsProcess({
  ...{ url, name: 'campaign', deduplicates: true },
  more: (parts) =>
    createCampaignTasks({ ...parts, accounts: noAccounts, country: 'IR', tracking: createTracking(tokens, BASE) }),
});
console.log('ready');
