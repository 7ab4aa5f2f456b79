// Writes a value as a TypeScript literal in this project's style, ready to paste.

/**
 * The literal. Long ones have a line for each member.
 *
 * @param tall Whether a short one has, too.
 */
export function literal(value: unknown, indent = '', tall = false): string {
  if (typeof value === 'string') return quoted(value)
  if (typeof value !== 'object' || value === null) return String(value)
  const inner = `${indent}  `
  const parts = Array.isArray(value)
    ? value.map((item) => literal(item, inner))
    : Object.entries(value).map(([key, one]) => `${member(key)}: ${literal(one, inner)}`)
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
  if (parts.length === 0) return `${open}${close}`
  const pad = Array.isArray(value) ? '' : ' '
  const flat = `${open}${pad}${parts.join(', ')}${pad}${close}`
  if (!tall && flat.length + indent.length <= 100 && !flat.includes('\n')) return flat
  return `${open}\n${parts.map((part) => `${inner}${part},\n`).join('')}${indent}${close}`
}

/** A member's name. */
export function member(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : quoted(key)
}

function quoted(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
}
