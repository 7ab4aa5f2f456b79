// What is known of one server's templates of resources. A template is judged as a tool is: its
// variables are hidden, filled or refused by the same rules. A URI is read by the templates before it
// goes out, so that nobody chooses what is hidden.

import { isObject, type UnknownObject } from '../../core/json.ts'
import type { ToolCall } from '../answer/message.ts'
import type { ToolDefinition } from '../arguments/strip.ts'
import type { LearningParts, ToolBook } from '../tools/tool-book.ts'
import type { ToolRefusal } from '../tools/tool-refusal.ts'
import { hasSteps, looseBeginnings, looseForms } from './loose-uri.ts'
import {
  beginningOf,
  expandUri,
  MAX_TEMPLATE_CHARS,
  parseUriTemplate,
  pathVariables,
  placeOf,
  readUri,
  type UriTemplate,
  writeTemplate,
} from './uri-template.ts'

/** A request for a resource, read by the template of its URI. */
export interface ResourceCall extends ToolCall {
  /** Writes the URI with other values of the variables. */
  writeUri(args: unknown): string
}

/** The book of a server's templates. */
export interface TemplateBook extends ToolBook {
  /** Learns the resources that a list names: each may be read as it is. */
  learnListed(resources: readonly unknown[]): void
  /**
   * Reads a URI by the templates.
   *
   * @returns `refused` for one that may be of a template with something hidden and cannot be read;
   *   undefined for one of which nothing is known.
   */
  read(uri: string): ResourceCall | 'refused' | undefined
}

/** Templates, and listed resources, that are known at once. */
const MAX_TEMPLATES = 1_024
const MAX_LISTED = 16_384
const MAX_URI_CHARS = 16_384

interface KnownTemplate {
  readonly key: string
  readonly template: UriTemplate
  readonly beginning: string
  /** The same as lax servers read it. */
  readonly loose: readonly string[]
}

/** Makes the book over an empty book of tools. In a binding a template is named `resources/NAME`. */
export function templateBook(book: ToolBook): TemplateBook {
  const known = new Map<string, KnownTemplate>()
  const listed = new Set<string>()
  /** What URIs begin with whose templates were not read; `''` stands for any. */
  const unread = new Set<string>()

  /** Its URIs are refused as well: nobody knows what their variables are. */
  function refuseUnread(
    { onRefused }: LearningParts,
    uriTemplate: string,
    name: unknown,
    why: ToolRefusal,
  ): void {
    const end = uriTemplate.search(/[{?]/)
    const begin = uriTemplate.slice(0, end < 0 ? MAX_TEMPLATE_CHARS : end).toLowerCase()
    const isNew = !unread.has(begin) && !unread.has('')
    if (isNew) unread.add(unread.size < MAX_TEMPLATES ? begin : '')
    // Each reason is told once for a beginning, not once for each of a thousand templates.
    if (isNew) onRefused([{ tool: `resources/${typeof name === 'string' ? name : ''}`, why }])
  }

  function asTools(value: unknown, told: LearningParts): readonly ToolDefinition[] {
    if (!isObject(value) || typeof value.uriTemplate !== 'string') return []
    const { uriTemplate } = value
    if (uriTemplate.length > MAX_TEMPLATE_CHARS)
      refuseUnread(told, uriTemplate, value.name, 'template_too_long')
    else if (known.size >= MAX_TEMPLATES && !known.has(uriTemplate))
      refuseUnread(told, uriTemplate, value.name, 'list_too_large')
    else return toolOf(uriTemplate, value)
    return []
  }

  function toolOf(uriTemplate: string, value: UnknownObject): readonly ToolDefinition[] {
    const template = parseUriTemplate(uriTemplate)
    if (!template) return []
    const key =
      known.get(uriTemplate)?.key ?? newKey(typeof value.name === 'string' ? value.name : '')
    known.set(uriTemplate, {
      key,
      template,
      beginning: beginningOf(template).toLowerCase(),
      loose: looseBeginnings(beginningOf(template)),
    })
    const properties = Object.fromEntries(template.names.map((name) => [name, { type: 'string' }]))
    const required = template.isPlain ? pathVariables(template) : template.names
    const description =
      typeof value.description === 'string' ? { description: value.description } : {}
    return [{ name: key, ...description, inputSchema: { type: 'object', properties, required } }]
  }

  /** Servers may give several templates one name. Each further one gets a number behind it. */
  function newKey(name: string): string {
    const taken = new Set([...known.values()].map(({ key }) => key))
    let key = `resources/${name}`
    for (let number = 2; taken.has(key); number++) key = `resources/${name}-${number}`
    return key
  }

  function isGuarded(key: string): boolean {
    const tool = book.tool(key)
    return tool?.refused === true || (tool?.hidden.length ?? 0) + (tool?.removed.length ?? 0) > 0
  }

  return {
    tool: book.tool,
    beginList: book.beginList,
    async learn(templates, told, cursor) {
      const given = new Map<string, UnknownObject>()
      const tools: ToolDefinition[] = []
      for (const one of templates) {
        const [tool] = asTools(one, told)
        if (!tool || given.has(tool.name) || !isObject(one)) continue
        given.set(tool.name, one)
        tools.push(tool)
      }
      const { rest } = told
      const restAsTools =
        rest && (async (from: string) => (await rest(from)).flatMap((one) => asTools(one, told)))
      const visible = await book.learn(tools, { ...told, rest: restAsTools }, cursor)
      return visible.flatMap((tool) => {
        const one = isObject(tool) ? given.get(String(tool.name)) : undefined
        return one && isObject(tool) ? asTemplate(one, tool) : []
      })
    },
    learnListed(resources) {
      for (const one of resources)
        if (listed.size < MAX_LISTED && isObject(one) && typeof one.uri === 'string')
          listed.add(one.uri)
    },
    read(uri) {
      if (uri.length > MAX_URI_CHARS) return 'refused'
      return readBy([...known.values()], {
        uri,
        isListed: listed.has(uri),
        isUnread: (asked) => [...unread].some((begin) => asked.startsWith(begin)),
        isGuarded,
      })
    },
  }
}

/** What a URI is, by all templates together. */
function readBy(
  known: readonly KnownTemplate[],
  {
    uri,
    isListed,
    isUnread,
    isGuarded,
  }: {
    readonly uri: string
    readonly isListed: boolean
    /** Whether a URI, in small letters, may be of a template that was not read. */
    readonly isUnread: (asked: string) => boolean
    readonly isGuarded: (key: string) => boolean
  },
): ReturnType<TemplateBook['read']> {
  const asked = uri.toLowerCase()
  const forms = looseForms(uri)
  const isOdd = hasSteps(uri)
  let mayBeGuarded = isUnread(asked)
  let isDisguised = false
  let isOpen = isListed
  for (const { key, template, beginning, loose } of known) {
    const args = template.isPlain ? readUri(template, uri) : undefined
    const isHere = isGuarded(key)
    if (args && isHere) return callOf(key, template, args)
    if (args) isOpen = true
    if (!isHere) continue
    const isSeen = asked.startsWith(beginning)
    mayBeGuarded ||= isSeen
    // Another template that reads it as it is written does not make it harmless.
    if (!isSeen || isOdd)
      isDisguised ||= loose.some((text) => forms.some((form) => form.startsWith(text)))
  }
  return (isDisguised && !isListed) || (mayBeGuarded && !isOpen) ? 'refused' : undefined
}

function callOf(
  name: string,
  template: UriTemplate,
  args: Readonly<Record<string, string>>,
): ResourceCall {
  return {
    kind: 'resources',
    name,
    // What stands there for a variable that is filled is no value that somebody chose.
    args: Object.fromEntries(Object.entries(args).filter(([key, value]) => value !== placeOf(key))),
    writeUri: (filled) => expandUri(template, isObject(filled) ? filled : {}),
  }
}

/** The template as its client sees it. One of a form that is not filled here is left out. */
function asTemplate(one: UnknownObject, tool: UnknownObject): readonly UnknownObject[] {
  const template = parseUriTemplate(String(one.uriTemplate))
  const schema = isObject(tool.inputSchema) ? tool.inputSchema : {}
  const left = isObject(schema.properties) ? schema.properties : {}
  if (!template) return []
  const hidden = new Set(template.names.filter((name) => !Object.hasOwn(left, name)))
  if (hidden.size === 0) return [one]
  return template.isPlain ? [{ ...one, uriTemplate: writeTemplate(template, hidden) }] : []
}
