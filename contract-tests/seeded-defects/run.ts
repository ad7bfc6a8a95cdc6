/**
 * `npm run test:defects`: is every seeded defect caught by the check that is named for it? Prints a table of defect → check →
 * result. Arguments choose defects whose name or check contains one of them. The last line is `N passed, N failed`.
 */
import { startTestedPortico } from '../portico-process.ts';
import { defects } from './defects.ts';
import { proveDefects } from './prove-defects.ts';

const wanted = process.argv.slice(2);
const chosen = defects.filter(({ name, caughtBy }) => {
  const about = `${name} ${Object.values(caughtBy).join(' ')}`;
  return wanted.length === 0 || wanted.some((text) => about.includes(text));
});

const portico = await startTestedPortico();
try {
  const { passed, failures } = await proveDefects(chosen, portico);
  if (failures.length > 0) console.log(`\nReports are in ${portico.folder}`);
  console.log(`${passed} passed, ${failures.length} failed`);
  process.exitCode = failures.length === 0 && chosen.length > 0 ? 0 : 1;
} finally {
  await portico.stop();
  if (process.exitCode === 0) portico.clear();
}
