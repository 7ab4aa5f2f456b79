// Puts the texts of a JSON value or a stream of events together, in order: a secret may lie across two of
// them.

/** Members that are the same everywhere, and would stand between two halves. */
const BETWEEN =
  /^(?:type|id|role|name|object|model|status|finish_reason|mimeType|.*_id|.*Id|created_at|index)$/

/** Characters of a body that is taken apart. A longer one is searched as it is. */
const MAX_CHARACTERS = 4 * 1024 * 1024

/** All texts of the values in a body, without anything between; empty when there is no JSON in it. */
export function joinedTexts(body: string): string {
  if (body.length > MAX_CHARACTERS) return ''
  const events = [...body.matchAll(/^data: ?(.*)$/gm)].map((match) => match[1] ?? '')
  const found: string[] = []
  for (const text of events.length > 0 ? events : [body]) {
    const value = parse(text)
    if (typeof value === 'object') collect(value, found)
  }
  return found.length > 1 ? found.join('') : ''
}

function collect(value: unknown, found: string[]): void {
  if (typeof value === 'string') found.push(value)
  else if (Array.isArray(value)) for (const one of value) collect(one, found)
  else if (typeof value === 'object' && value !== null)
    for (const [name, one] of Object.entries(value)) if (!BETWEEN.test(name)) collect(one, found)
}

function parse(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
