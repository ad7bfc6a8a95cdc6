/** For what anybody may read: shared caches may keep it for a minute, and show it for another while they ask again. */
export const PUBLIC_MINUTE = 'public, max-age=60, stale-while-revalidate=60';
