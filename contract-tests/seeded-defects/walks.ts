/** The walks that must catch what schemathesis cannot see, below the root of the repository. */
export const walk = {
  methods: 'src/http/methods.test.ts',
  decoder: 'src/http/parameters.test.ts',
  media: 'contract-tests/bodies.test.ts',
  accept: 'contract-tests/accept.test.ts',
  tags: 'contract-tests/stale-tags.test.ts',
  readBack: 'contract-tests/read-back.test.ts',
  repeats: 'contract-tests/repeats.test.ts',
  authorization: 'contract-tests/authorization.test.ts',
  audit: 'contract-tests/audit.test.ts',
  lists: 'contract-tests/lists.test.ts',
  sockets: 'contract-tests/raw-sockets.test.ts',
} as const;
