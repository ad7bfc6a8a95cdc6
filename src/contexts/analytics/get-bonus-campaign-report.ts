import { notFound } from '../../shared/platform-problems.ts';
import type { AnalyticsDependencies } from './dependencies.ts';
import { funnelsOf } from './funnel.ts';
import type { Funnel } from './funnel.ts';
import type { Reporting } from './get-overview.ts';
import type { FunnelChannel } from './metrics.ts';
import type { Report } from './run-report.ts';
import { readSubjectSums } from './sum-store.ts';

export interface BonusCampaignReport {
  readonly name: string;
  readonly createdAt: Date;
  readonly coinsGranted: number;
  readonly bonuses: number;
  readonly files: number;
  readonly lines: number;
  /** Lines by what became of them; pending ones may still be credited. */
  readonly numbers: {
    readonly credited: number;
    readonly pending: number;
    readonly duplicate: number;
    readonly expired: number;
    readonly malformed: number;
  };
  readonly messages: Readonly<Record<FunnelChannel, Funnel>>;
}

/**
 * All that a bonus campaign has come to: files, numbers, coins, and what became of its messages.
 *
 * @throws Problem 404 `not-found`; 503 `unavailable`
 */
export async function getBonusCampaignReport(
  {
    primary,
    questions,
    runReport,
  }: Pick<AnalyticsDependencies, 'primary' | 'questions'> & Pick<Reporting, 'runReport'>,
  { campaignId, ifNoneMatch }: { readonly campaignId: string; readonly ifNoneMatch?: string | undefined },
): Promise<Report<BonusCampaignReport>> {
  const campaign = await questions.findBonusCampaign(primary, campaignId);
  if (campaign === undefined) throw notFound();
  return runReport({
    query: ['campaign', campaignId],
    ifNoneMatch,
    narrow: 'ask again in a moment.',
    read: async (tx) => {
      const sums = await readSubjectSums(tx, campaignId, ['coins', 'imports', 'import-lines', 'messages']);
      const of = (metric: string, dimension: string) =>
        sums.find((sum) => sum.metric === metric && sum.dimension === dimension) ?? { n: 0, amount: 0 };
      const lines = (result: string): number => of('import-lines', result).n;
      return {
        ...campaign,
        coinsGranted: of('coins', 'bonus').amount,
        bonuses: of('coins', 'bonus').n,
        files: of('imports', 'files').n,
        lines: of('imports', 'files').amount,
        numbers: {
          credited: lines('credited'),
          pending: lines('pending'),
          duplicate: lines('duplicate'),
          expired: lines('expired'),
          malformed: lines('malformed'),
        },
        messages: funnelsOf(sums),
      };
    },
  });
}
