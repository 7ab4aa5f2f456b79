// The parts of the code that are mutated, each with the tests that must notice.

/** One part. */
export interface MutationSet {
  /** The files that are changed, as patterns. */
  readonly mutate: readonly string[]
  /** The test files that run against each change. */
  readonly tests: readonly string[]
}

export const SETS = {
  door: {
    mutate: ['src/core/door/*.ts', 'src/core/trace.ts'],
    tests: [
      'test/core/door.test.ts',
      'test/core/door/*.test.ts',
      'test/core/trace.test.ts',
      'test/jwt/dpop-door.test.ts',
    ],
  },
  verify: {
    mutate: ['src/core/verify/*.ts', 'src/jwt/*.ts'],
    tests: [
      'test/core/verify.test.ts',
      'test/core/verify/*.test.ts',
      'test/jwt/*.test.ts',
      'test/wycheproof/signatures.test.ts',
    ],
  },
  vault: {
    mutate: ['src/core/vault/*.ts', 'src/store/sealing/*.ts'],
    tests: [
      'test/core/vault/*.test.ts',
      'test/store/sealing/*.test.ts',
      'test/wycheproof/sealing.test.ts',
    ],
  },
  strip: {
    mutate: [
      'src/mcp/arguments/{approval,demanded,descriptions,hidden-tree,hide,hide-schema}.ts',
      'src/mcp/arguments/{lasting-schema,refusal}.ts',
      'src/mcp/arguments/{param-header,places,rewrite,schema,size,strip,value}.ts',
    ],
    // Long lists take too long to be tried for every change.
    tests: [
      'test/mcp/arguments/{approval,descriptions,hidden-tree,param-header,properties,steps,strip,strip-edges}.test.ts',
      'test/mcp/tools/pins.test.ts',
    ],
  },
  detect: {
    mutate: [
      'src/mcp/arguments/{detect,kinds,name,named,inner-schemas,parameter-finder,parents}.ts',
      'src/mcp/arguments/{found-parameter,foreign-words,keywords,likeness-teller,look-alikes}.ts',
      'src/mcp/arguments/{name-kind,name-pattern,name-words,pattern,pattern-machine}.ts',
    ],
    tests: ['test/mcp/arguments/{detect,name,steps}.test.ts'],
  },
  inject: {
    mutate: ['src/mcp/arguments/{inject,pointer,sends-any}.ts'],
    // Random properties take too long to be tried for every change.
    tests: ['test/mcp/arguments/{covers,inject,pointer}.test.ts'],
  },
  redact: {
    mutate: ['src/mcp/redact/*.ts'],
    tests: ['test/mcp/redact/*.test.ts'],
  },
  ownership: {
    mutate: [
      'src/core/principal.ts',
      'src/chatkit/threads/owned-threads.ts',
      'src/chatkit/threads/memory-attachments.ts',
      'src/chatkit/threads/memory-thread-store.ts',
      'src/mcp-server/session-owners.ts',
      'src/mcp-server/session-handles.ts',
    ],
    tests: [
      'test/core/principal.test.ts',
      'test/chatkit/threads/{matrix,memory-thread-store,ownership}.test.ts',
      'test/mcp-server/{session-memory,sessions}.test.ts',
    ],
  },
} as const satisfies Readonly<Record<string, MutationSet>>

/** The name of a part. */
export type SetName = keyof typeof SETS

export function isSetName(name: string): name is SetName {
  return Object.hasOwn(SETS, name)
}
