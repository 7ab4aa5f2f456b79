// URI templates of resources (RFC 6570), as far as they are filled here: `{name}` and the query forms
// `{?a,b}` and `{&a,b}`. Each variable ends at the text behind it, so that no URI takes long to read.

/** A part of a template. */
export type TemplatePart =
  | { readonly text: string }
  | { readonly name: string }
  | { readonly query: readonly string[]; readonly begin: '?' | '&' }

/** A template, and whether all of it can be filled here. */
export interface UriTemplate {
  readonly parts: readonly TemplatePart[]
  /** Every variable that it names, also in forms that are not filled here. */
  readonly names: readonly string[]
  readonly isPlain: boolean
}

/** A longer template is not read. */
export const MAX_TEMPLATE_CHARS = 4096

/** Reads a template; undefined for a text that is none. */
export function parseUriTemplate(text: string): UriTemplate | undefined {
  if (text.length > MAX_TEMPLATE_CHARS) return undefined
  const parts: TemplatePart[] = []
  const names = new Set<string>()
  let isPlain = true
  let at = 0
  for (const { 0: expression, 1: operator = '', 2: list = '', index } of text.matchAll(
    /\{([+#./;?&=,!@|]?)([^{}]*)\}/g,
  )) {
    if (index > at) parts.push({ text: text.slice(at, index) })
    at = index + expression.length
    // Servers take blanks around a name for none.
    const variables = list.split(',').map((one) => one.trim().replace(/(?:\*|:\d+)$/, ''))
    for (const name of variables) names.add(name)
    if (list.includes('*') || list.includes(':')) isPlain = false
    if (operator === '?' || operator === '&') parts.push({ query: variables, begin: operator })
    else {
      // Two variables side by side have no end between them.
      if (operator !== '' || variables.length > 1 || 'name' in (parts.at(-1) ?? {})) isPlain = false
      parts.push({ name: variables[0] ?? '' })
    }
  }
  if (at < text.length) parts.push({ text: text.slice(at) })
  const rest = parts.flatMap((part) => ('text' in part ? [part.text] : [])).join('')
  return /[{}]/.test(rest) ? undefined : { parts, names: [...names], isPlain }
}

/** The variables that every URI of the template has. */
export function pathVariables({ parts }: UriTemplate): readonly string[] {
  return parts.flatMap((part) => ('name' in part ? [part.name] : []))
}

/** What stands in a template for a variable that is filled. */
export function placeOf(name: string): string {
  return `~${name}~`
}

/** Writes a template without some of its variables. In a path, a text stands for each of them. */
export function writeTemplate({ parts }: UriTemplate, hidden: ReadonlySet<string>): string {
  let text = ''
  for (const part of parts) {
    if ('text' in part) text += part.text
    else if ('name' in part) text += hidden.has(part.name) ? placeOf(part.name) : `{${part.name}}`
    else {
      const left = part.query.filter((name) => !hidden.has(name))
      if (left.length > 0) text += `{${part.begin}${left.join(',')}}`
    }
  }
  return text
}

/**
 * The text that every URI of the template begins with. Servers take the parameters of a query in any
 * order, so a query that is written out counts as far as its `?`.
 */
export function beginningOf({ parts }: UriTemplate): string {
  const [first] = parts
  const text = first && 'text' in first ? first.text : ''
  const query = text.indexOf('?')
  return query < 0 || parts.length === 1 ? text : text.slice(0, query + 1)
}

/**
 * Reads the variables of a URI.
 *
 * @returns Undefined for a URI that is not one of the template.
 */
export function readUri(
  { parts }: UriTemplate,
  uri: string,
): Readonly<Record<string, string>> | undefined {
  const values: Record<string, string> = Object.create(null)
  let at = 0
  for (const [index, part] of parts.entries()) {
    if ('text' in part) {
      if (!uri.startsWith(part.text, at)) return undefined
      at += part.text.length
    } else if ('name' in part) {
      const next = parts[index + 1]
      const found = next && 'text' in next ? uri.indexOf(next.text, at) : endOfPath(uri, at)
      if (found <= at) return undefined
      const value = decoded(uri.slice(at, found))
      // A parser of URLs takes such a step, and then the next value is the one before it.
      if (value === undefined || value === '.' || value === '..') return undefined
      values[part.name] = value
      at = found
    } else {
      const end = uri.length
      const query = uri.slice(at, end)
      if (query !== '' && !query.startsWith(part.begin)) return undefined
      for (const pair of query.slice(1).split('&').filter(Boolean)) {
        const [name = '', ...rest] = pair.split('=')
        const value = decoded(rest.join('='))
        const key = decoded(name)
        if (key === undefined || value === undefined || !part.query.includes(key)) return undefined
        if (key in values) return undefined
        values[key] = value
      }
      at = end
    }
  }
  return at === uri.length ? values : undefined
}

function endOfPath(uri: string, from: number): number {
  const end = uri.slice(from).search(/[/?#&]/)
  return end < 0 ? uri.length : from + end
}

/** Undefined for a text that is not one piece of a path or a query, or that cannot be written again. */
function decoded(text: string): string | undefined {
  if (/[/?#&]/.test(text)) return undefined
  try {
    const value = decodeURIComponent(text)
    encodeURIComponent(value)
    return value
  } catch {
    return undefined
  }
}

/** Writes the URI of some values. A variable of the query without a value is left out. */
export function expandUri(
  { parts }: UriTemplate,
  values: Readonly<Record<string, unknown>>,
): string {
  let uri = ''
  for (const part of parts) {
    if ('text' in part) uri += part.text
    else if ('name' in part) uri += encodeURIComponent(String(values[part.name] ?? ''))
    else {
      const pairs = part.query.flatMap((name) =>
        values[name] === undefined
          ? []
          : [`${encodeURIComponent(name)}=${encodeURIComponent(String(values[name]))}`],
      )
      if (pairs.length > 0) uri += `${part.begin}${pairs.join('&')}`
    }
  }
  return uri
}
