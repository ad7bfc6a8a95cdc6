import { sendAsProcess } from './provider-process.fixture.ts';

// A sender as a process of its own, for tests that kill it: `node sending-process.fixture.ts <database url> <deduplicates>`.
// Prints one line per call.
const [url = '', deduplicates] = process.argv.slice(2);
await sendAsProcess({
  ...{ url, name: 'sending', deduplicates: deduplicates === 'true' },
  called: () => console.log('called'),
});
