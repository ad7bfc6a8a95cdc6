import { bindTask } from '../../jobs/queue.ts';
import type { ScheduledJob, TaskBinding } from '../../jobs/queue.ts';
import { compareLastDays } from './compare-rollups.ts';
import type { AnalyticsDependencies } from './dependencies.ts';
import { forgetFacts } from './forget-facts.ts';
import { compareRollupsJob, forgetFactsJob, rankUsersJob, rollUpFactsJob } from './jobs.ts';
import { rankUsers } from './rank-users.ts';
import { rollUpForAMinute } from './roll-up-facts.ts';

export function createAnalyticsTasks(dependencies: AnalyticsDependencies): readonly TaskBinding[] {
  return [
    // A lane of its own: behind a long import the dashboard would stand still.
    bindTask(rollUpFactsJob, (_payload, { signal }) => rollUpForAMinute(dependencies, { signal }), 'rollup'),
    bindTask(rankUsersJob, (_payload, { signal }) => rankUsers(dependencies, { signal })),
    bindTask(compareRollupsJob, (_payload, { signal }) => compareLastDays(dependencies, { signal })),
    bindTask(forgetFactsJob, () => forgetFacts(dependencies)),
  ];
}

export const analyticsSchedule: readonly ScheduledJob[] = [
  { job: rollUpFactsJob, cron: '* * * * *' },
  // Days end at every quarter of an hour somewhere.
  { job: rankUsersJob, cron: '3,18,33,48 * * * *' },
  { job: compareRollupsJob, cron: '17 3 * * *' },
  { job: forgetFactsJob, cron: '57 3 * * *' },
];
