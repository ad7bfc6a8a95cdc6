/** What an account may do. Every account is a user; staff and admins can do all that users can. */
export const roles = ['user', 'staff', 'admin'] as const;

export type Role = (typeof roles)[number];

const userScopes = [
  'addresses:verify',
  'profile:read',
  'profile:write',
  'sessions:read',
  'sessions:write',
  'wallet:read',
  'games:read',
  'games:play',
  'payments:read',
  'payments:write',
  'rewards:read',
  'rewards:redeem',
  'rates:read',
  'orders:read',
  'orders:write',
  'orders:confirm-duplicate',
  'teams:read',
  'teams:write',
];
const staffScopes = [
  'analytics:read',
  'catalog:read',
  'catalog:write',
  'campaigns:read',
  'campaigns:write',
  'flags:read',
  'flags:write',
  'imports:read',
  'imports:write',
  'inventory:read',
  'inventory:write',
  'notifications:read',
  'notifications:send',
  'payments:manage',
  'orders:configure',
  'orders:edit-after-window',
  'orders:manage',
  'orders:read-all',
  'rates:manage',
  'redemptions:read',
  'rewards:write',
  'sandbox:read',
  'sandbox:write',
  'templates:read',
  'templates:write',
];
const adminScopes = [
  'users:read',
  'users:write',
  'clients:read',
  'clients:write',
  'audit:read',
  'ledger:read',
  'notifications:write',
  'dead-letters:read',
  'dead-letters:write',
];

const scopesByRole: Readonly<Record<Role, readonly string[]>> = {
  user: userScopes,
  staff: [...userScopes, ...staffScopes],
  admin: [...userScopes, ...staffScopes, ...adminScopes],
};

const adminOnly: ReadonlySet<string> = new Set(adminScopes);

/** The scopes that a token of somebody with these roles carries. Roles this build doesn't know give nothing. */
export function scopesOf(held: readonly string[]): ReadonlySet<string> {
  return new Set(roles.filter((role) => held.includes(role)).flatMap((role) => scopesByRole[role]));
}

/** Whether only admins hold the scope: then the roles are read from the database on every call, never from a token. */
export function isPrivileged(scope: string): boolean {
  return adminOnly.has(scope);
}
