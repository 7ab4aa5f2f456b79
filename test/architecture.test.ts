// The rules of ARCHITECTURE.md and REVIEW.md that a program can hold.

import { existsSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join, posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { circlesOf } from './architecture/circles.ts'
import { longFunctions } from './architecture/functions.ts'
import {
  REMAINING_FILES,
  REMAINING_FUNCTIONS,
  REMAINING_PROTOCOL_IMPORTS,
} from './architecture/remaining.ts'
import {
  frameworksNamed,
  offences,
  wrongProtocolImports,
  wrongWebImports,
} from './architecture/rules.ts'
import { ROOT, read, type Source, sourcesUnder, targetOf } from './architecture/sources.ts'

/** The most lines of a function. A factory counts with everything that it declares inside. */
const MAX_FUNCTION_LINES = 100

const src = sourcesUnder('src')
const examples = sourcesUnder('examples')
const web = sourcesUnder('web')

/** The package of an import: `@scope/name/part` → `@scope/name`. */
function packageOf(specifier: string): string {
  const parts = specifier.split('/')
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? '')
}

/** The files whose code matches. */
function filesWith(sources: readonly Source[], pattern: RegExp): string[] {
  return sources.filter(({ code }) => pattern.test(code)).map(({ path }) => path)
}

describe('imports', () => {
  it('imports are found in the files', () => {
    expect(src.flatMap(({ imports }) => imports).length).toBeGreaterThan(100)
    expect(examples.flatMap(({ imports }) => imports)).toContain('onbehalf/jwt')
  })

  /**
   * For each room of src: the rooms that it may import, and its one outside library. `parts` are
   * libraries that only one part of the room uses.
   */
  const RULES: Readonly<
    Record<
      string,
      {
        readonly rooms: readonly string[]
        readonly library?: string
        readonly parts?: readonly string[]
        readonly node?: boolean
      }
    >
  > = {
    core: { rooms: [] },
    mcp: { rooms: ['core'] },
    jwt: { rooms: ['core'], library: 'jose', node: true },
    oauth: { rooms: ['core'], library: 'oauth4webapi', node: true },
    issuers: { rooms: ['core', 'jwt', 'oauth'] },
    // A sign-in is got and refreshed by the code of connected accounts.
    session: { rooms: ['core', 'jwt', 'oauth'], node: true },
    // It reads the messages of a process as `mcp` reads the answers of a server.
    stdio: { rooms: ['core', 'mcp'], node: true },
    log: { rooms: ['core'], node: true },
    otel: { rooms: ['core'], library: '@opentelemetry/api' },
    policy: { rooms: ['core'] },
    egress: { rooms: ['core'], library: 'undici', node: true },
    // Both ends of a call rewrite answers by the same code.
    'mcp-server': { rooms: ['core', 'mcp'], node: true },
    // createOnBehalf behind an address of its own. Gate and error answers are those of the kit. MCP
    // clients get their tokens by the code of connected accounts.
    gateway: { rooms: ['.', 'core', 'mcp', 'mcp-server', 'oauth'], node: true },
    // What a tool means is read by the same code, whichever framework gets the list.
    'openai-agents': {
      rooms: ['core', 'agent', 'mcp'],
      library: '@openai/agents',
      parts: ['@modelcontextprotocol/client'],
      node: true,
    },
    // The neutral contract of an agent's run. It names no framework.
    // It holds calls on their way to MCP servers, and reads them as `mcp` does.
    agent: { rooms: ['core', 'mcp'] },
    // One part for each framework.
    frameworks: { rooms: ['core', 'agent'], parts: ['ai', '@ai-sdk/mcp'] },
    // Requests, for whatever server they come through.
    mount: { rooms: ['core'], node: true },
    chatkit: { rooms: ['core', 'agent', 'mount'], node: true },
    // It stands behind chatkit's port.
    store: {
      rooms: ['core', 'chatkit', 'policy'],
      library: 'kysely',
      parts: ['pg', '@fastify/busboy'],
      node: true,
    },
    // The program stands on public subpaths, like an app.
    cli: {
      rooms: [],
      library: 'onbehalf',
      parts: [
        'yaml',
        '@opentelemetry/exporter-metrics-otlp-http',
        '@opentelemetry/exporter-prometheus',
        '@opentelemetry/exporter-trace-otlp-http',
        '@opentelemetry/resources',
        '@opentelemetry/sdk-metrics',
        '@opentelemetry/sdk-trace',
      ],
      node: true,
    },
    // index.ts and on-behalf.ts.
    '.': { rooms: ['core', 'mcp'] },
  }
  const roomOf = (path: string) =>
    posix.dirname(path) === 'src' ? '.' : (path.split('/')[1] ?? '')

  it('every room of src has a rule, and every rule a room', () => {
    expect([...new Set(src.map(({ path }) => roomOf(path)))].sort()).toEqual(
      Object.keys(RULES).sort(),
    )
  })

  it('imports of src look only where they may', () => {
    const wrong = offences(src, (specifier, path) => {
      const rule = RULES[roomOf(path)]
      const target = targetOf(path, specifier)
      if (target !== undefined) {
        const room = roomOf(target)
        const within =
          target.startsWith('src/') && target.endsWith('.ts') && existsSync(join(ROOT, target))
        return !within || !(room === roomOf(path) || rule?.rooms.includes(room))
      }
      if (specifier.startsWith('node:')) return !rule?.node
      // A bare name of a built-in module could be a package that somebody publishes under it.
      return (
        isBuiltin(specifier) ||
        ![rule?.library, ...(rule?.parts ?? [])].includes(packageOf(specifier))
      )
    })
    expect(wrong).toEqual([])
  })

  it('imports of the wire contract are core and itself', () => {
    expect(wrongProtocolImports(src)).toEqual(REMAINING_PROTOCOL_IMPORTS)
  })

  it('form no circle, types included', () => {
    expect(circlesOf([...src, ...web, ...examples])).toEqual([])
  })

  const { exports } = JSON.parse(read('package.json')) as {
    readonly exports: Readonly<Record<string, unknown>>
  }
  const subpaths = Object.keys(exports).map((subpath) => posix.join('onbehalf', subpath))
  const { dependencies } = JSON.parse(read('examples/taskflow/package.json')) as {
    readonly dependencies: Readonly<Record<string, string>>
  }

  it('imports of the examples are public subpaths and declared packages', () => {
    const wrong = offences(examples, (specifier, path) => {
      if (specifier.startsWith('.'))
        return !posix.join(posix.dirname(path), specifier).startsWith('examples/')
      if (packageOf(specifier) === 'onbehalf') return !subpaths.includes(specifier)
      return !specifier.startsWith('node:') && !(packageOf(specifier) in dependencies)
    })
    expect(wrong).toEqual([])
  })
})

describe('reveal()', () => {
  it('reveal() is called at these places, and nowhere else', () => {
    const calls = [...src, ...examples]
      .map(
        ({ path, code }) => [path, code.match(/\breveal\b(?!\(\): string)/g)?.length ?? 0] as const,
      )
      .filter(([, count]) => count > 0)
    expect(Object.fromEntries(calls)).toEqual({
      // Carrying: the bytes of one request.
      'src/core/carry/placing.ts': 1,
      'src/core/carry/fill-template.ts': 1,
      'src/mcp/placements/fill-call.ts': 1,
      'src/mcp/placements/meta.ts': 1,
      // Whether a process was started with the same values, and the values themselves.
      'src/stdio/start-process.ts': 3,
      // The insecure option that shows a model the token itself.
      'src/mcp/placements/prompt-values.ts': 1,
      // What is searched for in all that comes back.
      'src/mcp/redact/known-secrets.ts': 1,
      // Whether it is remembered already: a store makes a new object each time that it reads a key.
      'src/mcp/redact/secret-memory.ts': 1,
      // Whether a secret that somebody chose may be made of words, and the secrets inside one.
      'src/mcp/redact/sent-secrets.ts': 2,
      // Secrets at rest.
      'src/store/sealing/seal.ts': 1,
      // The database's own password, to its driver.
      'src/store/postgres/client-config.ts': 1,
      // The digest that a verified token is remembered by.
      'src/core/verify/verified-cache.ts': 1,
      // The digest that tells whether a token without a time was seen before its sign-in ended.
      'src/core/sign-ins.ts': 1,
      // Which issuer a token names, where an app has several.
      'src/core/verify/read-issuer.ts': 1,
      // For whom an issued token is, before it is sent.
      'src/core/source/issued-target.ts': 2,
      // Verification itself, local and by introspection.
      'src/jwt/verifier.ts': 1,
      'src/oauth/introspection.ts': 1,
      'src/oauth/userinfo.ts': 1,
      // The exchange: subject token and actor token in the body. An answer that gives the subject
      // token back is refused.
      'src/oauth/exchange-form.ts': 3,
      'src/oauth/judge-token.ts': 1,
      // Whose subject token it is, so that one person's failures do not stop everybody.
      'src/oauth/breaker.ts': 1,
      // An identity assertion: the subject token to the identity provider, and its answer to the
      // resource's server.
      'src/oauth/identity-assertion.ts': 2,
      // The workload's own JWT, to its authorization server.
      'src/oauth/workload-identity.ts': 1,
      // The hash of a token in the proof that goes with it, made and verified.
      'src/oauth/dpop.ts': 1,
      'src/jwt/dpop-proofs.ts': 1,
      // Our own token service: the secret that a client is compared with; the token that leaves; the
      // keys that sign, from their store; the length of a secret; a token of an earlier hop, and the
      // key that a subject token is bound to.
      'src/oauth/token-service/client-proof.ts': 1,
      'src/oauth/token-service/endpoint.ts': 1,
      'src/oauth/token-service/key-record.ts': 2,
      'src/oauth/token-service/options.ts': 1,
      'src/oauth/token-service/subject.ts': 2,
      // The length of a key that is put into our keeping.
      'src/core/vault/static-keys.ts': 1,
      // A connected account: the state of the flow; code and proof key; the refresh token; a token
      // that is revoked.
      'src/oauth/connection/flow-record.ts': 1,
      'src/oauth/connection/finish-flow.ts': 2,
      // A kept sign-in: what its ID token says, and that token as a hint where the person signs out.
      'src/session/id-token.ts': 1,
      'src/session/own-sign-ins.ts': 1,
      'src/session/sign-out.ts': 1,
      // The key that tokens are bound to, opened for a proof.
      'src/oauth/connection/stored-key.ts': 1,
      'src/oauth/connection/refresh.ts': 1,
      'src/oauth/connection/token-request.ts': 1,
      // A client's secret, to its authorization server.
      'src/oauth/client-authentication.ts': 2,
      // The signature of the leak test's own stack, over keys that leaktest made up.
      'src/cli/leaktest/stacks/own-variants.ts': 1,
      // The token that an operator inspects a server with.
      'src/cli/inspect.ts': 1,
      // The tokens that a target is tried with: sent, changed, and searched for in what comes back.
      'src/cli/conformance/ask.ts': 1,
      'src/cli/conformance/tokens.ts': 2,
      'src/cli/conformance/checks/tokens.ts': 1,
      'src/cli/conformance/checks/people.ts': 3,
      'src/cli/conformance/checks/failures.ts': 1,
      // The operator's secrets for the gateway: their length, and the signature of principals.
      'src/gateway/long-secret.ts': 1,
      'src/gateway/chat/signed-principal.ts': 1,
      // A client in front of the gateway: the issuer's code and refresh token, sealed; its access token.
      'src/gateway/clients/callback.ts': 1,
      'src/gateway/clients/token.ts': 2,
      // An access key: its digest, and the one time that it is shown.
      'src/gateway/keys/access-keys.ts': 1,
      'src/gateway/keys/own-keys.ts': 1,
      'src/cli/access-keys.ts': 2,
      // The URL of a gateway's database, which holds a password.
      'src/cli/gateway/postgres-url.ts': 1,
      // What a company's filter knows the gateway by.
      'src/policy/call-hook.ts': 1,
      // The password of an outgoing proxy.
      'src/egress/ways.ts': 1,
      // The digest of a token, by which its caller is kept.
      'src/callers-by-token.ts': 1,
      // The tokens that the doctor says the type and the audience of.
      'src/cli/doctor/look-at-token.ts': 1,
      // The example's issuer holds the secrets that it gave out. Its old-fashioned server carries
      // tokens to the API by itself, as such servers do. Its command line prints the token that it
      // is asked for. Its comparison gives away a throw-away token, and misuses the person's own.
      'examples/taskflow/issuer/clients.ts': 5,
      'examples/python/example.ts': 1,
      'examples/taskflow/legacy/acting.ts': 1,
      'examples/taskflow/issuer/configuration.ts': 1,
      'examples/taskflow/token.ts': 1,
      'examples/taskflow/side-by-side/throw-away.ts': 1,
      'examples/taskflow/side-by-side/misuse.ts': 2,
    })
  })
})

describe('the code', () => {
  it('the code is in files of 300 lines at most, and of fewer than 120 in the middle', () => {
    // Nobody reads or edits a generated file: a test compares it with what it is generated from.
    const written = src.filter(({ path }) => !/^src\/store\/statements\/compiled-/.test(path))
    const lines = written.map((source) => source.lines).sort((a, b) => a - b)
    const long = written.filter((source) => source.lines > 300).map(({ path }) => path)
    expect(long).toEqual(REMAINING_FILES)
    expect(lines[Math.floor(lines.length / 2)]).toBeLessThan(120)
  })

  it(`the code has no function of more than ${MAX_FUNCTION_LINES} lines`, () => {
    const long = [...src, ...web, ...examples].flatMap((source) =>
      longFunctions(source, MAX_FUNCTION_LINES),
    )
    // Exact, so that an entry goes as soon as its function keeps the rule.
    expect(Object.fromEntries(long.map(({ name, lines }) => [name, lines]))).toEqual(
      REMAINING_FUNCTIONS,
    )
  })

  it('the code reads the body of no request without a bound', () => {
    const code = src.filter(({ path }) => !path.startsWith('src/cli/leaktest/'))
    // The first bounds nothing: the body is the app's own. The second has it from the framework.
    expect(
      filesWith(code, /\breq(?:uest)?\.(?:text|json|arrayBuffer|blob|formData|bytes)\(\)/),
    ).toEqual(['src/core/carry/outgoing.ts', 'src/mount/hono.ts'])
  })

  it('the code keeps no ambient state', () => {
    expect(filesWith([...src, ...examples], /\bAsyncLocalStorage\b|\basync_hooks\b/)).toEqual([])
  })

  it('exports by name', () => {
    expect(
      filesWith(
        [...src, ...web, ...examples].filter(({ path }) => !path.endsWith('.d.ts')),
        /\bexport\s*\*|\bexport\s+default\b|\bas\s+default\b/,
      ),
    ).toEqual([])
  })

  it('the code begins by saying what it is', () => {
    expect(
      [...src, ...examples]
        .filter(({ path }) => !/^(#!.*\n)?(\/\/ \S|\/\*\*? \S)/.test(read(path)))
        .map(({ path }) => path),
    ).toEqual([])
  })
})

describe('the neutral contract of an agent', () => {
  it('the neutral contract of an agent names no framework', () => {
    expect(frameworksNamed(src)).toEqual([])
  })
})

describe('the chat component', () => {
  it('imports the wire contract of the chat server, its two libraries, and nothing else', () => {
    expect(wrongWebImports(web)).toEqual([])
  })

  it('the chat component has no way to turn a text into markup or script', () => {
    expect(
      filesWith(
        web,
        /\.(?:inner|outer)HTML\b\s*=|insertAdjacentHTML|document\.write|\beval\(|new Function\(/,
      ),
    ).toEqual([])
  })
})

describe('the package', () => {
  const { exports } = JSON.parse(read('package.json')) as {
    readonly exports: Readonly<Record<string, unknown>>
  }
  // The chat component, and its part for React, are files for browsers, bundled from their own
  // folder.
  const parts = Object.entries(exports).filter(
    ([subpath]) => !['./package.json', './web', './web/official', './react'].includes(subpath),
  )

  /**
   * Rooms of thin parts, each a subpath of its own: `onbehalf/express` is `src/mount/express.ts`.
   * Every other subpath is the index of the room of its name.
   */
  const rooms = ['mount', 'frameworks']

  /** The file of a subpath, without its ending. */
  const fileOf = (subpath: string): string | undefined =>
    [
      posix.join(subpath, 'index'),
      ...rooms.flatMap((room) => [posix.join(room, subpath), posix.join(room, subpath, 'index')]),
    ].find((file) => existsSync(join(ROOT, 'src', `${file}.ts`)))

  it.each(parts)(
    'exports %s from one source file, built to one of the same name',
    (subpath, to) => {
      const file = fileOf(subpath)
      expect(to).toEqual({
        'onbehalf-source': `./src/${file}.ts`,
        types: `./dist/${file}.d.ts`,
        default: `./dist/${file}.js`,
      })
    },
  )

  it('has helpers for web frameworks of 60 lines at most, which add no rule of their own', () => {
    const helpers = parts.map(([subpath]) => `src/mount/${posix.basename(subpath)}.ts`)
    const found = helpers.filter((path) => existsSync(join(ROOT, path)))
    expect(found.length).toBeGreaterThanOrEqual(5)
    expect(found.filter((path) => read(path).split('\n').length > 61)).toEqual([])
  })

  it('exports every room that has an index', () => {
    const indexes = src
      .filter(({ path }) => /^src\/[^/]+\/index\.ts$/.test(path))
      .map(({ path }) => `./${path.split('/')[1]}`)
    const subpaths = parts.map(([subpath]) => subpath)
    expect(indexes.filter((room) => !subpaths.includes(room))).toEqual([])
  })
})

describe('ARCHITECTURE.md', () => {
  const text = existsSync(join(ROOT, 'ARCHITECTURE.md')) ? read('ARCHITECTURE.md') : ''
  const rows = [...text.matchAll(/^\|\s*`([^`\s]+)`\s*\|/gm)].map((match) => match[1] ?? '')

  it('ARCHITECTURE.md is short enough to be read at once: 7 kB, and a table of 25 rooms at most', () => {
    expect(text.length).toBeGreaterThan(3000)
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(7000)
    expect(rows.length).toBeLessThanOrEqual(25)
  })

  it('ARCHITECTURE.md has a row for every room of src, and for folders that exist only', () => {
    const rooms = new Set(src.map(({ path }) => path.split('/')[1] ?? ''))
    const folders = [...rooms].filter((room) => !room.endsWith('.ts')).map((room) => `src/${room}/`)
    expect(folders.filter((folder) => !rows.includes(folder))).toEqual([])
    expect(rows.filter((path) => !path.endsWith('/') || !existsSync(join(ROOT, path)))).toEqual([])
  })

  it('ARCHITECTURE.md names files and folders in its walks that exist', () => {
    const named = [...text.slice(text.indexOf('## Walk 1')).matchAll(/`([a-z][a-z-]*\/[^`\s]*)`/g)]
    expect(named.length).toBeGreaterThan(15)
    const missing = named
      .map((match) => match[1] ?? '')
      .filter((path) =>
        ['', 'src', 'src/core', 'src/chatkit'].every(
          (folder) => !existsSync(join(ROOT, folder, path)),
        ),
      )
    expect(missing).toEqual([])
  })
})
