import type { Game, GameDefinition, Rules, Tagged } from './game.ts';
import { createRandomStream } from './random-stream.ts';

/** Makes a game out of its data and its outcome function. */
export function defineGame<R extends Rules, Choices extends Tagged, Challenge extends Tagged>(
  definition: GameDefinition<R, Choices, Challenge>,
): Game {
  const { id, name, description, scoring, timeZone, currentVersion, rules: versions } = definition;
  const knownRules = (version: number): R => {
    const rules = versions[version];
    if (rules === undefined) throw new Error(`${id} has no rules of version ${version}.`);
    return rules;
  };
  return {
    ...{ id, name, description, scoring, timeZone, currentVersion },
    rulesOf(version) {
      const rules = versions[version];
      return rules === undefined ? undefined : { game: id, ...rules };
    },
    challenge: (version, seeds) =>
      definition.challenge?.(knownRules(version), createRandomStream({ ...seeds, clientSeed: '' })) ?? null,
    outcome(version, { serverSeed, roundId, clientSeed }, choices) {
      const rules = knownRules(version);
      // The contract has held the choices against the schema of the game they name.
      if (choices.game !== id || !definition.fits(rules, choices as Choices)) return null;
      const share = definition.challenge === undefined ? clientSeed : '';
      const stream = createRandomStream({ serverSeed, roundId, clientSeed: share });
      return definition.outcome(rules, stream, choices as Choices);
    },
  };
}
