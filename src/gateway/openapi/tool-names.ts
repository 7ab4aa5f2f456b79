// The names of the tools of an API: from the operation's id, or its method and path.

import { createHash } from 'node:crypto'

/** With the name of a server before it, a name still has 64 characters at most for most servers. */
const MAX_CHARS = 48

/** Gives each operation a name of its own, in the order of the document. */
export function toolNames(): (method: string, path: string, operationId: unknown) => string {
  const taken = new Set<string>()
  return (method, path, operationId) => {
    const given = typeof operationId === 'string' ? fitting(operationId) : ''
    const name =
      given === '' ? fitting(`${method} ${path.replaceAll(/\{(\w+)\}/g, 'by $1')}`) : given
    const own =
      name.length <= MAX_CHARS && !taken.has(name)
        ? name
        : `${name.slice(0, MAX_CHARS - 9)}_${digest(`${method} ${path}`)}`
    taken.add(own)
    return own
  }
}

/** Letters, digits, `-` and single underscores: what every model's provider takes. */
function fitting(text: string): string {
  return text.replace(/[^A-Za-z0-9-]+/g, '_').replace(/^_+|_+$/g, '')
}

/** The same after a restart, whatever else the document has. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8)
}
