// Reads members of JSON that a person wrote, and says which one is wrong and what to write there.

import { UsageError } from '../../command.ts'

/** A value, and where it stands. */
export interface Member {
  readonly value: unknown
  /** As in `start.command[0]`. */
  readonly path: string
}

/** Says what is wrong with a member. The value is not repeated: it may be a credential. */
export function wrong({ path }: Member, sentence: string): UsageError {
  return new UsageError(`${path || 'the target'} ${sentence}`)
}

/** An object with some members and no other. */
export function object(member: Member, known: readonly string[]): (name: string) => Member {
  const read = record(member)
  for (const name of read.keys())
    if (!known.includes(name))
      throw wrong(at(member, name), `is not known here; there are ${known.join(', ')}`)
  return (name) => read.get(name) ?? at(member, name)
}

/** An object with any members. */
export function record(member: Member): ReadonlyMap<string, Member> {
  const { value } = member
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrong(member, 'must be an object')
  return new Map(
    Object.entries(value).map(([name, one]) => [name, { ...at(member, name), value: one }]),
  )
}

/** A list. */
export function list(member: Member): readonly Member[] {
  if (!Array.isArray(member.value)) throw wrong(member, 'must be a list')
  return member.value.map((value, index) => ({ value, path: `${member.path}[${index}]` }))
}

/** A text that is not empty. */
export function text(member: Member): string {
  if (typeof member.value !== 'string' || member.value === '')
    throw wrong(member, 'must be a text that is not empty')
  return member.value
}

/** One of some texts. */
export function oneOf<T extends string>(member: Member, texts: readonly T[]): T {
  const found = texts.find((one) => one === member.value)
  if (found === undefined) throw wrong(member, `must be one of ${texts.join(', ')}`)
  return found
}

/** True or false. */
export function flag(member: Member): boolean {
  if (typeof member.value !== 'boolean') throw wrong(member, 'must be true or false')
  return member.value
}

/** A list of texts. */
export function texts(member: Member): readonly string[] {
  return list(member).map(text)
}

/** A list of texts of which there is one at least: a program and its arguments. */
export function command(member: Member): readonly string[] {
  const words = texts(member)
  if (words.length === 0) throw wrong(member, 'must name a program')
  return words
}

/** Texts by name, empty ones too. */
export function textsByName(member: Member): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...record(member)].map(([name, one]) => [name, one.value === '' ? '' : text(one)]),
  )
}

/** What is read of a member, or nothing where there is no member. Spread it into the result. */
export function optional<N extends string, T>(
  name: N,
  member: Member,
  read: (member: Member) => T,
): { readonly [K in N]?: T } {
  return member.value === undefined ? {} : ({ [name]: read(member) } as { readonly [K in N]: T })
}

function at({ path }: Member, name: string): Member {
  return { value: undefined, path: path === '' ? name : `${path}.${name}` }
}
