import type { ContextModule } from '../context.ts';
import { compareRollups } from './compare-rollups.ts';
import type { CompareRollups, RollupComparison } from './compare-rollups.ts';
import type { AnalyticsDependencies } from './dependencies.ts';
import { createAnalyticsOperations } from './operations.ts';
import { problems } from './problems.ts';
import { rollUpFacts } from './roll-up-facts.ts';
import { analyticsSchedule, createAnalyticsTasks } from './tasks.ts';

export type { RollupComparison } from './compare-rollups.ts';
export type { AnalyticsDependencies, AnalyticsObserver, AnalyticsQuestions, KnownCampaign } from './dependencies.ts';
export { usualLimits } from './dependencies.ts';

/** What the command line may ask of analytics. */
export interface Analytics extends ContextModule {
  /** Counts everything anew and tells, or repairs, where the rollups differ. */
  compareRollups(options: CompareRollups): Promise<RollupComparison>;
  /** One pass of the roller. */
  rollUpFacts(): Promise<unknown>;
}

/** The figures of the dashboard: rolled up from the facts that other contexts' tables tell. */
export function createAnalytics(dependencies: AnalyticsDependencies): Analytics {
  return {
    name: 'analytics',
    operations: createAnalyticsOperations(dependencies),
    tasks: createAnalyticsTasks(dependencies),
    schedule: analyticsSchedule,
    subscriptions: {},
    problems,
    compareRollups: (options) => compareRollups(dependencies, options),
    rollUpFacts: () => rollUpFacts(dependencies),
  };
}
