// Serves TaskFlow's page: the files of one folder and one configuration. It serves no credential
// and knows of none.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { basename, extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import { OWN_TASKS } from './own-tasks.ts'
import type { SignInMode } from './urls.ts'

/** Options of {@link createPageServer}. */
export interface PageServerOptions {
  /** Origin of the page. */
  readonly web: string
  /** The issuer identifier, which is its origin too. */
  readonly issuer: string
  /** URL of the ChatKit endpoint, which is its resource identifier too. */
  readonly chatkit: string
  /** Base URL of the API, which is its resource identifier too. */
  readonly api: string
  /** Where sign-ins are kept. Default `page`. */
  readonly signIn?: SignInMode
  /** Which model answers, for people; `standIn` when it is not a language model. */
  readonly model: { readonly description: string; readonly standIn: boolean }
}

const FOLDER = new URL('page/', import.meta.url)

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.ts': 'text/javascript; charset=utf-8',
}

interface Served {
  readonly body: string
  readonly type: string
  readonly etag: string
}

/** Makes the fetch handler of the page. It reads its files once, here. */
export function createPageServer(
  options: PageServerOptions,
): (request: Request) => Promise<Response> {
  const { web, issuer, chatkit, api, model, signIn = 'page' } = options
  const config = JSON.stringify({
    issuer,
    chatkit,
    api,
    clientId: 'taskflow-page',
    resources: { chat: chatkit, api },
    signIn,
    tasks: signIn === 'session' ? `${web}${OWN_TASKS}` : `${api}/tasks?limit=200`,
    model,
  })
  // Read once, into a map by exact path: what is not in it does not exist, so there is no path to
  // traverse.
  const files = new Map<string, Served>([
    ['/config.json', { body: config, type: 'application/json', etag: etagOf(config) }],
  ])
  for (const found of readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })) {
    const name = found.replaceAll('\\', '/')
    const type = TYPES[extname(name)]
    if (type) files.set(name === 'index.html' ? '/' : `/${name}`, served(name, type))
  }
  for (const [name, body] of chatModules())
    files.set(name, { body, type: 'text/javascript; charset=utf-8', etag: etagOf(body) })
  // Where the server keeps the sign-ins, the page asks nobody but the server.
  const others = signIn === 'session' ? [] : [new URL(issuer).origin, new URL(api).origin]
  const policy = contentSecurityPolicy(others)

  return async (request) => {
    const url = new URL(request.url)
    const file = files.get(url.pathname)
    if (!file) return new Response('Not found', { status: 404, headers: COMMON })
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return new Response('Method not allowed', {
        status: 405,
        headers: { ...COMMON, allow: 'GET, HEAD' },
      })
    }
    // Under another name (localhost, or one that an attacker had resolve to this machine) nothing
    // is served: sign-in would not find back here.
    if (url.origin !== web)
      return new Response(null, {
        status: 307,
        headers: { ...COMMON, location: web + url.pathname },
      })
    const headers = {
      ...COMMON,
      'content-type': file.type,
      'content-security-policy': policy,
      etag: file.etag,
    }
    if (request.headers.get('if-none-match') === file.etag)
      return new Response(null, { status: 304, headers })
    return new Response(request.method === 'HEAD' ? null : file.body, { headers })
  }
}

/**
 * The modules of the chat component by their paths: `/onbehalf-chat.js`, and what it loads when an
 * answer needs it. In the repository it is source, elsewhere the built module.
 */
export function chatModules(): ReadonlyMap<string, string> {
  const entry = fileURLToPath(import.meta.resolve('onbehalf/web'))
  const { outputFiles } = buildSync({
    entryPoints: { 'onbehalf-chat': entry },
    bundle: true,
    splitting: true,
    chunkNames: 'onbehalf-chat-[name]-[hash]',
    outdir: '/',
    write: false,
    format: 'esm',
    target: 'es2022',
    minify: true,
    loader: { '.css': 'text' },
    logLevel: 'silent',
  })
  return new Map(outputFiles.map(({ path, text }) => [`/${basename(path)}`, text]))
}

const COMMON = {
  'cache-control': 'no-cache',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
} as const

/**
 * Own scripts and styles only, connections to the parts that it asks only, and no text ever becomes
 * markup or script.
 */
function contentSecurityPolicy(others: readonly string[]): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    ["connect-src 'self'", ...others].join(' '),
    ["form-action 'self'", ...others.slice(0, 1)].join(' '),
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')
}

function served(name: string, type: string): Served {
  const source = readFileSync(new URL(name, FOLDER), 'utf8')
  // Stripping puts blanks where the types were, so that line and column stay those of the source.
  const body = name.endsWith('.ts') ? stripTypeScriptTypes(source, { mode: 'strip' }) : source
  return { body, type, etag: etagOf(body) }
}

function etagOf(body: string): string {
  return `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
}
