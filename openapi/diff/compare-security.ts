import type { OperationObject } from '../../src/contract/generator/document.ts';
import type { Documents } from './compare-schemas.ts';

type Requirement = Readonly<Record<string, readonly string[]>>;

/** A caller who satisfied one of the old alternatives must satisfy one of the new ones with the same credentials. */
export function securityBreaks(before: OperationObject, after: OperationObject): string[] {
  return alternatives(before)
    .filter((old) => !alternatives(after).some((next) => satisfies(old, next)))
    .map((old) => `${describe(old)} no longer ${Object.keys(old).length === 0 ? 'suffice' : 'suffices'}`);
}

/** No requirement at all is the alternative that needs nothing. */
function alternatives({ security }: OperationObject): readonly Requirement[] {
  return security === undefined || security.length === 0 ? [{}] : security;
}

function satisfies(held: Requirement, needed: Requirement): boolean {
  return Object.entries(needed).every(([scheme, scopes]) => {
    const own = held[scheme];
    return own !== undefined && scopes.every((scope) => own.includes(scope));
  });
}

function describe(requirement: Requirement): string {
  const parts = Object.entries(requirement).map(([scheme, scopes]) => `${scheme} [${scopes.join(', ')}]`);
  return parts.length === 0 ? 'no credentials' : parts.join(' and ');
}

/** Schemes that are gone or work in another way. Scopes that a scheme lists are added freely. */
export function schemeBreaks(documents: Documents): string[] {
  const after = documents.new.components.securitySchemes ?? {};
  return Object.entries(documents.old.components.securitySchemes ?? {}).flatMap(([name, scheme]) => {
    const successor = after[name];
    if (successor === undefined) return [`the security scheme \`${name}\` is gone`];
    const changed = ['type', 'scheme', 'in', 'name'].filter((member) => scheme[member] !== successor[member]);
    return changed.map((member) => `the security scheme \`${name}\` has another ${member}`);
  });
}
