/**
 * A schemathesis run through a real nginx with the generated configuration: the contract must hold there unchanged. Without the
 * coverage phase, which tries every limit of every parameter: nginx looks at none of them, and the run without it costs a third. What
 * that phase sends to undeclared methods, gateway/method-walk.test.ts sends.
 */
import { routes } from '../../src/contract/generated/routes.ts';
import { startNginx } from '../../gateway/start-nginx.ts';
import { runSchemathesis } from '../schemathesis.ts';
import type { SchemathesisOptions, Verdict } from '../schemathesis.ts';

/** @param options `url` is Portico's own; the run goes to the gateway in front of it. */
export async function runThroughGateway(options: SchemathesisOptions): Promise<Verdict> {
  const gateway = await startNginx({
    upstreams: { default: [new URL(options.url).host] },
    // The hooks send each request from another network, as a proxy in front of the gateway would.
    trustedProxies: ['127.0.0.1'],
    rateLimitFactor: 10_000,
  });
  // The gateway does not know what only our own services call.
  const internal = routes.filter((route) => route.internal).map(({ operationId }) => operationId);
  try {
    return await runSchemathesis({
      ...options,
      url: gateway.url,
      phases: ['examples', 'fuzzing', 'stateful'],
      // Vendors sign the address that Portico gave them, whichever way they come.
      environment: { ...options.environment, PORTICO_URL: gateway.url, PORTICO_PUBLIC_URL: options.url },
      extra: [...options.extra, ...internal.flatMap((operationId) => ['--exclude-operation-id', operationId])],
    });
  } finally {
    await gateway.close();
  }
}
