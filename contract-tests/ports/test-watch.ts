import type { VendorWatch } from '../../src/ports/vendor-watch.ts';

type Unmapping = Parameters<VendorWatch['unmapped']>[0];
type Misconfiguration = Parameters<VendorWatch['misconfigured']>[0];

/** Remembers every alarm. */
export interface TestWatch extends VendorWatch {
  readonly unmappings: readonly Unmapping[];
  readonly misconfigurations: readonly Misconfiguration[];
}

export function createTestWatch(): TestWatch {
  const unmappings: Unmapping[] = [];
  const misconfigurations: Misconfiguration[] = [];
  return {
    unmappings,
    misconfigurations,
    unmapped: (event) => void unmappings.push(event),
    misconfigured: (event) => void misconfigurations.push(event),
  };
}
