import type { RewardsDependencies } from '../dependencies.ts';
import type { BonusSource } from './bonus-source.ts';
import { listSourceStates } from './source-store.ts';
import type { SourceState } from './source-store.ts';

/** A configured source and how it has been doing; no state before the first look. */
export interface SourceStatus {
  readonly source: BonusSource;
  readonly state: SourceState | undefined;
}

/** The configured sources, in the order of configuration. */
export async function getBonusSources({
  primary,
  sources,
}: Pick<RewardsDependencies, 'primary' | 'sources'>): Promise<readonly SourceStatus[]> {
  const states = await listSourceStates(
    primary,
    sources.map(({ name }) => name),
  );
  return sources.map((source) => ({ source, state: states.get(source.name) }));
}
