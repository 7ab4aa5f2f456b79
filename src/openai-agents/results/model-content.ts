// What a model reads of a tool's result: texts, and images that it can look at. Pure.

import { isObject, parseJson, type UnknownObject, writeJson } from '../../core/json.ts'

/** One part of what the model reads. */
export type ModelPart =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image'; readonly data: string; readonly mimeType: string }

/** The images that model providers take. Another one would have the whole request refused. */
const SHOWN_IMAGES: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
])

const NOTHING = '[The tool answered without any content.]'

const BREAKS_SCHEMA =
  '[The tool announced another form for its results than this one has. Take it with care.]'

/**
 * Gives the parts, at least one text among them: over Chat Completions a result has no images, and
 * an image alone would not be mentioned at all.
 *
 * @param content The result's content, mended.
 * @param structured Its structured content. It is written out unless a text is JSON already:
 *   servers repeat it there for clients that cannot read it (MCP 2025-11-25, server/tools).
 * @param keepsToSchema False when the result breaks the schema that the tool announced.
 */
export function modelContent(
  content: readonly UnknownObject[],
  structured: unknown,
  keepsToSchema: boolean,
): readonly ModelPart[] {
  const parts = content.flatMap(partsOf)
  if (structured !== undefined && !parts.some(isJson)) {
    const text = writeJson(structured)
    if (text !== undefined) parts.push({ type: 'text', text })
  }
  if (!parts.some((part) => part.type === 'text' && part.text !== ''))
    parts.push({ type: 'text', text: NOTHING })
  if (!keepsToSchema) parts.push({ type: 'text', text: BREAKS_SCHEMA })
  return parts
}

function isJson(part: ModelPart): boolean {
  return part.type === 'text' && /^\s*[[{]/.test(part.text) && parseJson(part.text) !== undefined
}

function partsOf(part: UnknownObject): readonly ModelPart[] {
  const { type, text, data, mimeType, resource } = part
  if (type === 'text' && typeof text === 'string') return [{ type, text }]
  if (type === 'image') return imageParts(data, mimeType)
  if (type === 'audio')
    return [
      said(`[A recording (${plain(mimeType)}) came with this result. It cannot be played to you.]`),
    ]
  if (type === 'resource_link') return [said(linkText(part))]
  return type === 'resource' && isObject(resource) ? resourceParts(resource) : []
}

function imageParts(data: unknown, mimeType: unknown): readonly ModelPart[] {
  const kind = plain(mimeType)
  return typeof data === 'string' && SHOWN_IMAGES.has(kind)
    ? [
        { type: 'image', data, mimeType: kind },
        said(`[An image (${kind}) came with this result. If you cannot see it, say so.]`),
      ]
    : [said(`[An image (${kind}) came with this result. It cannot be shown to you.]`)]
}

function resourceParts({ uri, mimeType, text, blob }: UnknownObject): readonly ModelPart[] {
  const kind = plain(mimeType)
  if (typeof text === 'string') return [said(`[Resource ${plain(uri)}]\n${text}`)]
  if (SHOWN_IMAGES.has(kind)) return [said(`[Resource ${plain(uri)}]`), ...imageParts(blob, kind)]
  return [
    said(
      `[A file, ${plain(uri)} (${kind}), came with this result. Its bytes cannot be shown to you.]`,
    ),
  ]
}

function linkText({ uri, name, title, description, mimeType }: UnknownObject): string {
  const shown = typeof title === 'string' ? title : name
  const kind = typeof mimeType === 'string' ? ` (${plain(mimeType)})` : ''
  const about = typeof description === 'string' ? ` ${description}` : ''
  return `[Resource: ${plain(shown)}, at ${plain(uri)}${kind}]${about}`
}

function said(text: string): ModelPart {
  return { type: 'text', text }
}

/** A short text of the server's, on one line. */
function plain(value: unknown): string {
  return typeof value === 'string' && value !== ''
    ? value.replace(/\s+/g, ' ').slice(0, 2000)
    : 'no type'
}
