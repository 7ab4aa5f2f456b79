// Fills the placeholders of a target: `{port}`, `{mcp.notes}` and the like.

import { UsageError } from '../../command.ts'

/** Values by the name of their placeholder. */
export type Values = ReadonlyMap<string, string>

/**
 * Fills the placeholders of a text.
 *
 * @throws UsageError that names a placeholder which nothing fills.
 */
export function fill(text: string, values: Values): string {
  return text.replace(/\{([a-z][\w.-]*)\}/gi, (_, name: string) => {
    const value = values.get(name)
    if (value !== undefined) return value
    const known = [...values.keys()].map((one) => `{${one}}`).join(' ')
    throw new UsageError(`nothing fills the placeholder {${name}}; there are ${known}`)
  })
}

/** Fills the placeholders of texts. */
export function fillAll(some: readonly string[], values: Values): readonly string[] {
  return some.map((text) => fill(text, values))
}

/** Fills the placeholders of texts by name. */
export function fillRecord(
  some: Readonly<Record<string, string>> | undefined,
  values: Values,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(some ?? {}).map(([name, text]) => [name, fill(text, values)]),
  )
}

/** Fills the placeholders of every text in a JSON value. */
export function fillJson(value: unknown, values: Values): unknown {
  if (typeof value === 'string') return fill(value, values)
  if (Array.isArray(value)) return value.map((one) => fillJson(one, values))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, fillJson(one, values)]),
  )
}

/** The ports that texts ask for: `{port}` and `{port.2}` are two. */
export function portsIn(value: unknown): readonly string[] {
  const found = JSON.stringify(value ?? null).matchAll(/\{(port(?:\.\d+)?)\}/g)
  return [...new Set([...found].map((match) => match[1] ?? ''))]
}
