import { reply } from '../../contract/handlers.ts';
import type { ContextHandlers } from '../../contract/handlers.ts';
import type { AnalyticsDependencies } from './dependencies.ts';
import type { Freshness } from './freshness-store.ts';
import { getBonusCampaignReport } from './get-bonus-campaign-report.ts';
import { getGameActivity } from './get-game-activity.ts';
import { getLiveCounters } from './get-live-counters.ts';
import { getNotificationFunnel } from './get-notification-funnel.ts';
import { getOverview } from './get-overview.ts';
import { getTimeSeries } from './get-time-series.ts';
import { getTopUsers } from './get-top-users.ts';
import { DEFINITION_VERSION, metricOf } from './metrics.ts';
import { createRunReport } from './run-report.ts';
import type { Point } from './series-store.ts';
import type { Days } from './sum-store.ts';

export function createAnalyticsOperations(dependencies: AnalyticsDependencies) {
  const { zones } = dependencies;
  const [usualZone = 'UTC'] = zones;
  const reporting = { ...dependencies, runReport: createRunReport(dependencies) };
  const daysOf = ({ from, to, timeZone = usualZone }: { from: string; to: string; timeZone?: string | undefined }) => ({
    from: new Date(from),
    to: new Date(to),
    timeZone,
  });

  return {
    getOverview: async ({ query, headers }) => {
      const days = daysOf(query);
      const report = await getOverview(reporting, { ...days, ifNoneMatch: headers['If-None-Match'] });
      if (report.unchanged) return unchanged(report.etag);
      const { figures, ...range } = report.figures;
      const body = { ...freshnessBody(report.freshness, days.timeZone), ...daysBody(range, report.freshness) };
      return reply('getOverview', {
        status: 200,
        headers: { ETag: report.etag },
        body: { ...body, figures: [...figures] },
      });
    },
    getTimeSeries: async ({ query, headers }) => {
      const { metric, granularity } = query;
      const days = daysOf(query);
      const request = { ...days, metric, granularity, ifNoneMatch: headers['If-None-Match'] };
      const report = await getTimeSeries(reporting, request);
      if (report.unchanged) return unchanged(report.etag);
      const body = {
        ...freshnessBody(report.freshness, days.timeZone),
        metric,
        unit: metricOf(metric).unit,
        granularity,
        points: report.figures.map((point) => pointBody(point, report.freshness)),
      };
      return reply('getTimeSeries', { status: 200, headers: { ETag: report.etag }, body });
    },
    getBonusCampaignReport: async ({ path: { campaignId }, headers }) => {
      const report = await getBonusCampaignReport(reporting, { campaignId, ifNoneMatch: headers['If-None-Match'] });
      if (report.unchanged) return unchanged(report.etag);
      const { createdAt, ...figures } = report.figures;
      const body = {
        ...freshnessBody(report.freshness, 'UTC'),
        campaignId,
        createdAt: createdAt.toISOString(),
        ...figures,
      };
      return reply('getBonusCampaignReport', { status: 200, headers: { ETag: report.etag }, body });
    },
    getNotificationFunnel: async ({ query, headers }) => {
      const days = daysOf(query);
      const request = { ...days, class: query.class, ifNoneMatch: headers['If-None-Match'] };
      const report = await getNotificationFunnel(reporting, request);
      if (report.unchanged) return unchanged(report.etag);
      const { channels, ...range } = report.figures;
      const body = {
        ...freshnessBody(report.freshness, days.timeZone),
        ...daysBody(range, report.freshness),
        ...channels,
      };
      return reply('getNotificationFunnel', { status: 200, headers: { ETag: report.etag }, body });
    },
    getGameActivity: async ({ query, headers }) => {
      const days = daysOf(query);
      const report = await getGameActivity(reporting, { ...days, ifNoneMatch: headers['If-None-Match'] });
      if (report.unchanged) return unchanged(report.etag);
      const { games, rounds, ...range } = report.figures;
      const body = {
        ...freshnessBody(report.freshness, days.timeZone),
        ...daysBody(range, report.freshness),
        games: [...games],
        rounds: rounds.map((point) => pointBody(point, report.freshness)),
      };
      return reply('getGameActivity', { status: 200, headers: { ETag: report.etag }, body });
    },
    getTopUsers: async ({ query, headers }) => {
      const { measure, days, top: limit, timeZone = usualZone } = query;
      const request = { measure, days, limit, timeZone, ifNoneMatch: headers['If-None-Match'] };
      const report = await getTopUsers(reporting, request);
      if (report.unchanged) return unchanged(report.etag);
      const { through, users } = report.figures;
      const body = { ...freshnessBody(report.freshness, timeZone), measure, days, through, users: [...users] };
      return reply('getTopUsers', { status: 200, headers: { ETag: report.etag }, body });
    },
    getLiveCounters: async () => {
      const report = await getLiveCounters(reporting);
      if (report.unchanged) throw new Error('Nobody said what they know already.');
      const { counters, messages } = report.figures;
      const body = { ...freshnessBody(report.freshness, 'UTC'), counters: [...counters], messages };
      return reply('getLiveCounters', { status: 200, body });
    },
  } satisfies ContextHandlers<'analytics'>;
}

function unchanged(etag: string): { status: 304; headers: { ETag: string } } {
  return { status: 304, headers: { ETag: etag } };
}

function freshnessBody({ asOf, source, replicaLagMs }: Freshness, timeZone: string) {
  return { asOf: asOf.toISOString(), source, replicaLagMs, timeZone, definitionVersion: DEFINITION_VERSION };
}

function daysBody({ from, to }: Days, { asOf }: Freshness) {
  return { from: from.toISOString(), to: to.toISOString(), complete: asOf >= to };
}

function pointBody({ start, end, value }: Point, { asOf }: Freshness) {
  return { start: start.toISOString(), end: end.toISOString(), value, complete: asOf >= end };
}
