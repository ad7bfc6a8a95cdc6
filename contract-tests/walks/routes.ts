import { routes } from '../../src/contract/generated/routes.ts';
import type { OperationId } from '../../src/contract/handlers.ts';
import type { Route } from '../../src/contract/route.ts';
import { newId } from '../../src/shared/id.ts';

/** The route of an operation, whose id the compiler knows. */
export function routeOf(operationId: OperationId): Route {
  const route = routes.find((candidate) => candidate.operationId === operationId);
  if (route === undefined) throw new Error(`${operationId} is not in the route table`);
  return route;
}

/** Values of parameters that are words from a list. */
const named: Readonly<Record<string, string>> = {
  channel: 'sms',
  chargeId: `sbx_${'0'.repeat(32)}`,
  currency: 'EUR',
  gameId: 'dice',
  notificationKind: 'pay',
  period: 'daily',
  productSlug: 'made-up',
  salesChannel: 'web',
  shippingMethodCode: 'made-up',
};

/** The path with these values, and well-formed made-up ones for the rest. */
export function pathOf(route: Pick<Route, 'path'>, values: Readonly<Record<string, string>> = {}): string {
  return route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name] ?? named[name] ?? newId();
    return encodeURIComponent(value);
  });
}
