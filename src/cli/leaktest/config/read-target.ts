// Reads a target from a value that a person wrote. Every member is checked before anything is started.

import {
  command,
  flag,
  list,
  type Member,
  object,
  oneOf,
  optional,
  record,
  text,
  texts,
  textsByName,
  wrong,
} from './members.ts'
import type {
  BroughtServer,
  Chat,
  Entitlement,
  MessageTemplate,
  Person,
  PlantedSecret,
  Shape,
  SinkSource,
  Start,
  Target,
} from './target.ts'

const KINDS = ['database', 'log', 'audit', 'telemetry', 'file'] as const

/**
 * Reads a target.
 *
 * @throws UsageError that names the member which is wrong, and what to write there.
 */
export function readTarget(value: unknown): Target {
  const member = object({ value, path: '' }, [
    ...['name', 'start', 'chat', 'people', 'mcp', 'secrets', 'sinks', 'entitled'],
    ...['notRemoved', 'fingerprints', 'deterministic'],
  ])
  return {
    name: text(member('name')),
    ...optional('start', member('start'), start),
    chat: chat(member('chat')),
    people: people(member('people')),
    ...optional('mcp', member('mcp'), servers),
    ...optional('secrets', member('secrets'), secrets),
    ...optional('sinks', member('sinks'), (some) => list(some).map(sink)),
    ...optional('entitled', member('entitled'), (some) => list(some).map(entitlement)),
    ...optional('notRemoved', member('notRemoved'), texts),
    ...optional('fingerprints', member('fingerprints'), texts),
    ...optional('deterministic', member('deterministic'), flag),
  }
}

function start(from: Member): Start {
  const member = object(from, ['command', 'env', 'cwd', 'ready', 'seconds'])
  return {
    command: command(member('command')),
    ...optional('env', member('env'), textsByName),
    ...optional('cwd', member('cwd'), text),
    ...optional('ready', member('ready'), ready),
    ...optional('seconds', member('seconds'), seconds),
  }
}

function ready(from: Member): { readonly url: string } | { readonly line: string } {
  const member = object(from, ['url', 'line'])
  if (member('url').value !== undefined) return { url: text(member('url')) }
  if (member('line').value !== undefined) return { line: text(member('line')) }
  throw wrong(from, 'must have a `url` that answers, or a `line` that is printed')
}

function seconds(member: Member): number {
  const { value } = member
  if (typeof value !== 'number' || !(value > 0 && value <= 3600))
    throw wrong(member, 'must be a number of seconds, at most 3600')
  return value
}

function chat(from: Member): Chat {
  const member = object(from, ['url', 'wire', 'variants'])
  const wire = member('wire')
  return {
    url: text(member('url')),
    wire: wire.value === 'chatkit' ? 'chatkit' : template(wire),
    ...optional('variants', member('variants'), texts),
  }
}

function template(from: Member): MessageTemplate {
  if (typeof from.value !== 'object' || from.value === null)
    throw wrong(from, 'must be "chatkit", or an object with the `body` of one message')
  const member = object(from, ['headers', 'body', 'thread', 'history'])
  const body = member('body')
  if (!JSON.stringify(body.value ?? null).includes('{text}'))
    throw wrong(body, 'must hold {text} where the message goes')
  return {
    ...optional('headers', member('headers'), textsByName),
    body: body.value,
    ...optional('thread', member('thread'), pointer),
    ...optional('history', member('history'), text),
  }
}

function pointer(member: Member): string {
  const value = text(member)
  if (!value.startsWith('/')) throw wrong(member, 'must be a JSON pointer, such as /thread/id')
  return value
}

function people(from: Member): readonly [Person, Person] {
  const [first, second, ...more] = list(from).map(person)
  if (!first || !second || more.length > 0)
    throw wrong(from, 'must be two people: what one may see, the other may not')
  if (first.name === second.name) throw wrong(from, 'must have different names')
  return [first, second]
}

function person(from: Member): Person {
  const member = object(from, ['name', 'audience', 'scope', 'token', 'headers'])
  return {
    name: text(member('name')),
    ...optional('audience', member('audience'), text),
    ...optional('scope', member('scope'), text),
    ...optional('token', member('token'), (some) => {
      const token = object(some, ['command', 'env'])
      return {
        command: command(token('command')),
        ...optional('env', token('env'), textsByName),
      }
    }),
    ...optional('headers', member('headers'), textsByName),
  }
}

function servers(from: Member): Readonly<Record<string, BroughtServer>> {
  const read = [...record(from)].map(([name, member]) => [name, server(name, member)] as const)
  if (!read.some(([, one]) => one.hostile))
    throw wrong(from, 'must have a server with `"hostile": true`, which attacks')
  return Object.fromEntries(read)
}

function server(name: string, from: Member): BroughtServer {
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(name))
    throw wrong(from, 'must have a name of lower-case letters, digits and dashes')
  const member = object(from, [
    ...['hostile', 'argument', 'place', 'session', 'requires', 'variants'],
  ])
  return {
    ...optional('hostile', member('hostile'), flag),
    ...optional('argument', member('argument'), text),
    ...optional('place', member('place'), place),
    ...optional('session', member('session'), flag),
    ...optional('requires', member('requires'), (some) =>
      typeof some.value === 'boolean' ? some.value : text(some).toLowerCase(),
    ),
    ...optional('variants', member('variants'), texts),
  }
}

function place(from: Member): string {
  const read = text(from)
  if (!/^(?:(?:query|cookie) [\w-]{1,64}|path|basic|signature)$/.test(read))
    throw wrong(from, 'must be `query NAME`, `cookie NAME`, `path`, `basic` or `signature`')
  return read
}

function secrets(from: Member): Readonly<Record<string, PlantedSecret>> {
  const names = [...record(from).keys()]
  return Object.fromEntries(
    [...record(from)].map(([name, one]) => {
      const member = object(one, ['kind', 'owner', 'shape', 'for'])
      const planted: PlantedSecret = {
        kind: text(member('kind')),
        ...optional('owner', member('owner'), text),
        ...optional('shape', member('shape'), (some) => shape(some, names)),
        ...optional('for', member('for'), texts),
      }
      return [name, planted]
    }),
  )
}

function shape(member: Member, names: readonly string[]): Shape {
  const { value } = member
  const prefix = typeof value === 'string' ? /^prefix:(.+)$/.exec(value)?.[1] : undefined
  if (prefix === undefined) return oneOf(member, ['key', 'opaque', 'short', 'odd', 'jwt'])
  if (!names.includes(prefix)) throw wrong(member, 'must name another secret after `prefix:`')
  return `prefix:${prefix}`
}

function sink(from: Member): SinkSource {
  const member = object(from, ['kind', 'path', 'command'])
  const kind = oneOf(member('kind'), KINDS)
  if (member('path').value !== undefined) return { kind, path: text(member('path')) }
  if (member('command').value !== undefined) return { kind, command: command(member('command')) }
  throw wrong(from, 'must have a `path` to files, or a `command` that prints')
}

function entitlement(from: Member): Entitlement {
  const member = object(from, ['secret', 'sink'])
  return { secret: text(member('secret')), sink: text(member('sink')) }
}
