import type { ContextHandlers } from '../../contract/handlers.ts';
import { createAccountOperations } from './account-operations.ts';
import { createDataExportOperations } from './data-export-operations.ts';
import { createDeletionOperations } from './deletion-operations.ts';
import { createClientOperations } from './client-operations.ts';
import type { IdentityParts } from './dependencies.ts';
import { createRegistrationOperations } from './registration-operations.ts';
import { createSecondFactorOperations } from './second-factor-operations.ts';
import { createSessionOperations } from './session-operations.ts';
import { createSocialOperations } from './social/social-operations.ts';
import { createUserOperations } from './user-operations.ts';

/** Identity's door for HTTP: one file per theme, total over openapi/identity.yaml and openapi/identity.*.yaml. */
export function createIdentityOperations(parts: IdentityParts): ContextHandlers<'identity'> {
  return {
    ...createRegistrationOperations(parts),
    ...createSessionOperations(parts),
    ...createSecondFactorOperations(parts),
    ...createSocialOperations(parts),
    ...createAccountOperations(parts),
    ...createUserOperations(parts),
    ...createDeletionOperations(parts),
    ...createDataExportOperations(parts),
    ...createClientOperations(parts),
  };
}
