/** How a vendor's adapter would call the gateway: undici, one keep-alive connection per call in flight. */
export interface GatewayClient {
  /** @returns the gateway's id of the message */
  post(message: { readonly to: string; readonly text: string; readonly reference: string }): Promise<string>;
}

interface ClientModule {
  createGatewayClient(url: string, inFlight: number): GatewayClient;
}

/** undici is installed by the benchmarks alone, so its types are not known here. */
export async function openGatewayClient(url: string, inFlight: number): Promise<GatewayClient> {
  const file = '../peers/gateway-client.ts';
  const { createGatewayClient } = (await import(file)) as ClientModule;
  return createGatewayClient(url, inFlight);
}
