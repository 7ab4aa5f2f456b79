// The OpenAPI documents that a gateway's file names for its servers: files beside it, or addresses on
// the public internet. Each is bounded, and read when the gateway's file is read.

import { open } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseDocument } from 'yaml'
import { ConfigError } from './place.ts'
import { isMap } from './settings.ts'

const MAX_BYTES = 16 * 1024 * 1024
const DEADLINE_MS = 20_000
/** Nodes that the aliases of a document may stand for. */
const MAX_ALIASES = 100

/** The options of createGateway that the documents are about. */
interface OpenApiOptions {
  /** Without the setting `openapi`, which createGateway takes apart from them. */
  readonly servers: Readonly<Record<string, unknown>>
  readonly openApi: Readonly<Record<string, unknown>>
}

/**
 * Reads them.
 *
 * @param folder Where the gateway's file is.
 * @throws ConfigError that begins with the setting.
 */
export async function openApiIn(
  servers: Readonly<Record<string, unknown>>,
  folder: string,
): Promise<OpenApiOptions> {
  const others: Record<string, unknown> = {}
  const openApi: Record<string, unknown> = {}
  for (const [name, server] of Object.entries(servers)) {
    if (!isMap(server) || server.openapi === undefined) {
      others[name] = server
      continue
    }
    const { openapi: place, ...other } = server
    const at = `servers.${name}.openapi`
    if (typeof place !== 'string' || place === '')
      throw new ConfigError(`${at} must be a file or an https address, such as ./petstore.yaml`)
    others[name] = other
    openApi[name] = documentIn(await textAt(place, folder, at), at)
  }
  return { servers: others, openApi }
}

function textAt(place: string, folder: string, at: string): Promise<string> {
  return /^https?:/.test(place) ? fetched(place, at) : textOf(resolve(folder, place), at)
}

async function textOf(file: string, at: string): Promise<string> {
  const handle = await open(file).catch(() => {
    throw new ConfigError(`${at} is a file that cannot be read`)
  })
  try {
    const { size } = await handle.stat()
    if (size > MAX_BYTES) throw new ConfigError(`${at} is a file of more than ${MAX_BYTES} bytes`)
    return await handle.readFile('utf8')
  } finally {
    await handle.close()
  }
}

async function fetched(url: string, at: string): Promise<string> {
  const { guardedFetch } = await import('onbehalf/egress').catch(() => {
    throw new ConfigError(`${at} is an address, which needs the package undici: npm install undici`)
  })
  const fetch = guardedFetch({ maxBytes: MAX_BYTES, deadline: DEADLINE_MS })
  const response = await fetch(url).catch((error: unknown) => {
    const why = error instanceof TypeError ? error.message : 'no answer came in time'
    throw new ConfigError(
      `${at} could not be fetched (${why}). An address inside your network needs a file in its place`,
    )
  })
  if (!response.ok) throw new ConfigError(`${at} was answered with status ${response.status}`)
  return response.text()
}

/** JSON is read as JSON, which is many times faster than YAML for a large document. */
function documentIn(text: string, at: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    const document = parseDocument(text, { prettyErrors: false })
    if (document.errors.length > 0) throw new ConfigError(`${at} is neither JSON nor YAML`)
    try {
      return document.toJS({ maxAliasCount: MAX_ALIASES })
    } catch {
      throw new ConfigError(`${at} has too many aliases, or one of nothing`)
    }
  }
}
