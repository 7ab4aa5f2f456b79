// An OpenAPI document (3.0 or 3.1) as the tools of a server: each operation is one, or is refused by name
// and with its reason while the others work.

import { isObject, type UnknownObject } from '../../core/json.ts'
import { toolSchemas } from './json-schema.ts'
import type { Operation, Parameter, Reserved } from './operation.ts'
import { parametersOf, shown, type UnnamedParameter } from './parameters.ts'
import { type References, referencesIn } from './references.ts'
import { bodyOf } from './request-body.ts'
import { resultSchema } from './result-schema.ts'
import { securityParameters } from './security-parameters.ts'
import { toolNames } from './tool-names.ts'
import { Unusable } from './unusable.ts'

/** An API as tools. */
export interface ApiTools {
  readonly title: string
  readonly version: string
  /** As `tools/list` has them. */
  readonly tools: readonly UnknownObject[]
  /** By the names of the tools. */
  readonly operations: ReadonlyMap<string, Operation>
  readonly refused: readonly RefusedOperation[]
}

/** An operation that is no tool. */
export interface RefusedOperation {
  /** Its method and path. */
  readonly operation: string
  /** A sentence part such as `its body is "multipart/form-data"`. */
  readonly why: string
}

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'] as const
const MAX_DESCRIPTION_CHARS = 1_500
const MAX_SCHEMA_CHARS = 100_000
/** An answer of a server may have 4 MiB. */
const MAX_LIST_CHARS = 2_000_000

/**
 * Makes the tools.
 *
 * @param url The URL of the server, which the paths are below.
 * @param reserved What the placements of the server fill. Parameters of security schemes are added.
 * @throws TypeError for what is no document of OpenAPI 3.0 or 3.1, or has no operation that can be a tool.
 */
export function apiTools(
  document: unknown,
  { url, reserved }: { readonly url: string; readonly reserved: Reserved },
): ApiTools {
  if (!isObject(document) || !/^3\.[01]\./.test(String(document.openapi)))
    throw new TypeError(
      `is no document of OpenAPI 3.0 or 3.1${isObject(document) && document.swagger ? ': it is Swagger 2.0, which has converters to 3.0' : ''}`,
    )
  const references = referencesIn(document)
  const nameOf = toolNames()
  const context: Context = {
    references,
    reserved: securityParameters(document, reserved),
    bases: [url, serverUrl(document.servers)],
  }
  const tools: UnknownObject[] = []
  const operations = new Map<string, Operation>()
  const refused: RefusedOperation[] = []
  for (const [path, item] of Object.entries(isObject(document.paths) ? document.paths : {}))
    for (const method of METHODS) {
      if (!isObject(item) || item[method] === undefined) continue
      try {
        const given = references.follow(item[method])
        const name = nameOf(method, path, given.operationId)
        const made = toolOf({ name, method, path, item, given }, context)
        tools.push(made.tool)
        operations.set(name, made.operation)
      } catch (error) {
        if (!(error instanceof Unusable)) throw error
        refused.push({ operation: `${method.toUpperCase()} ${path}`, why: error.message })
      }
    }
  if (tools.length === 0) throw new TypeError('has no operation that can be a tool')
  if (charsOf(tools) > MAX_LIST_CHARS) leaveOutResults(tools, operations)
  const { title, version } = isObject(document.info) ? document.info : {}
  return { title: text(title), version: text(version), tools, operations, refused }
}

function charsOf(tools: readonly UnknownObject[]): number {
  return tools.reduce((chars, tool) => chars + JSON.stringify(tool).length, 0)
}

/** A list that is too long for one answer says nothing of results. Their text has them all the same. */
function leaveOutResults(tools: UnknownObject[], operations: Map<string, Operation>): void {
  for (const [index, { outputSchema: _, ...tool }] of tools.entries()) tools[index] = tool
  for (const [name, operation] of operations)
    operations.set(name, { ...operation, result: undefined })
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 200) : ''
}

/** What a tool is made of. */
interface Given {
  readonly name: string
  readonly method: string
  readonly path: string
  readonly item: UnknownObject
  readonly given: UnknownObject
}

/** What all operations of a document share. */
interface Context {
  readonly references: References
  readonly reserved: Reserved
  /** What the document may call the server. */
  readonly bases: readonly unknown[]
}

function toolOf(
  { name, method, path, item, given }: Given,
  { references, reserved, bases }: Context,
): { readonly tool: UnknownObject; readonly operation: Operation } {
  // The credential is for the bound server alone.
  const servers = given.servers ?? item.servers
  if (servers !== undefined && !bases.includes(serverUrl(servers)))
    throw new Unusable('it names another server')
  const unnamed = parametersOf(item.parameters, given.parameters, references, reserved)
  checkPath(path, unnamed)
  const parameters = named(unnamed)
  // Such a body is ignored (OpenAPI 3.0), and no client can send it.
  const hasBody = method !== 'get' && method !== 'head'
  const found = hasBody ? bodyOf(given.requestBody, references) : undefined
  const taken = new Set(parameters.map(({ argument }) => argument))
  const body = found && { ...found, argument: free('body', taken, 'request_body') }
  const result = resultSchema(answerSchema(given.responses, references), references)
  const inputSchema = inputOf(parameters, body, references)
  const operation: Operation = {
    method: method.toUpperCase(),
    path,
    parameters,
    body,
    reserved,
    result,
  }
  const tool = {
    name,
    description: descriptionOf(given, operation),
    inputSchema,
    ...(result ? { outputSchema: result } : {}),
    annotations: annotationsOf(method, given.summary),
  }
  return { tool, operation }
}

/** The first one is the one to use (OpenAPI 3.1, Server Object). */
function serverUrl(servers: unknown): unknown {
  const [first] = Array.isArray(servers) ? servers : []
  return isObject(first) ? first.url : undefined
}

/** A path whose fixed parts no URL changes, and whose names are all given. */
function checkPath(path: string, parameters: readonly UnnamedParameter[]): void {
  const inPath = parameters.filter((one) => one.in === 'path').map(({ name }) => name)
  const filled = path.replaceAll(/\{([^{}/]+)\}/g, (whole, name: string) =>
    inPath.includes(name) ? 'x' : whole,
  )
  const isPath = path.startsWith('/') && new URL(`https://x.example${filled}`).pathname === filled
  if (!isPath || /[?#]|%2f|%5c/i.test(filled))
    throw new Unusable('its path has parts that are no parameters of it, or that are no path')
}

function named(parameters: readonly UnnamedParameter[]): readonly Parameter[] {
  const taken = new Set<string>()
  return parameters.map((one) => {
    const argument = free(one.name, taken, `${one.in}_${one.name}`)
    taken.add(argument)
    return { ...one, argument }
  })
}

function free(name: string, taken: ReadonlySet<string>, other: string): string {
  if (!taken.has(name)) return name
  if (!taken.has(other)) return other
  throw new Unusable(`two of its parameters are called ${shown(name)}`)
}

function inputOf(
  parameters: readonly Parameter[],
  body: Operation['body'],
  references: References,
): UnknownObject {
  const schemas = toolSchemas(references)
  const all = [...parameters, ...(body ? [body] : [])]
  const properties = Object.fromEntries(
    all.map(({ argument, schema }) => [argument, schemas.add(schema)]),
  )
  const required = all.filter(({ isRequired }) => isRequired).map(({ argument }) => argument)
  const $defs = schemas.definitions()
  const schema = {
    type: 'object',
    properties,
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
    ...(Object.keys($defs).length > 0 ? { $defs } : {}),
  }
  if (JSON.stringify(schema).length > MAX_SCHEMA_CHARS)
    throw new Unusable(`its schemas have more than ${MAX_SCHEMA_CHARS} characters`)
  return schema
}

function descriptionOf(given: UnknownObject, { method, path }: Operation): string {
  const words = [given.summary, given.description].filter((one) => typeof one === 'string')
  const deprecated = given.deprecated === true ? ['Deprecated.'] : []
  const [summary = `${method} ${path}`, ...more] = [...words, ...deprecated]
  return [summary, ...more].join('\n\n').slice(0, MAX_DESCRIPTION_CHARS)
}

/** What the method says of itself (RFC 9110 section 9.2). */
function annotationsOf(method: string, summary: unknown): UnknownObject {
  const isSafe = method === 'get' || method === 'head' || method === 'options'
  return {
    ...(typeof summary === 'string' ? { title: summary.slice(0, 200) } : {}),
    readOnlyHint: isSafe,
    destructiveHint: !isSafe && method !== 'post',
    idempotentHint: isSafe || method === 'put' || method === 'delete',
    openWorldHint: true,
  }
}

/** The schema of the answer when all went well. */
function answerSchema(responses: unknown, references: References): unknown {
  if (!isObject(responses)) return undefined
  const key = ['200', '201', '202', '2XX', 'default'].find((one) => responses[one] !== undefined)
  const { content } = key === undefined ? {} : references.follow(responses[key])
  const [, media] =
    Object.entries(isObject(content) ? content : {}).find(([type]) => /\bjson\b/i.test(type)) ?? []
  return isObject(media) ? media.schema : undefined
}
