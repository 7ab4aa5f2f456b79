// A tool's result as MCP describes it (2025-11-25, server/tools, "Tool Result"), made from what the
// server sent: what is known stays, and what is not known is named in words. Pure.

import { isObject, type UnknownObject, writeJson } from '../../core/json.ts'

/**
 * Mends a result. A member that is null counts as absent. Content that cannot be read becomes a
 * text that says so, because the call was made and the rest of its result counts.
 */
export function mendResult(result: UnknownObject): UnknownObject {
  const { content, structuredContent, isError, _meta, ...rest } = result
  const isStructured = isObject(structuredContent)
  const parts = partsOf(content)
  // A list or a plain value is no structured content of MCP 2025-11-25, but it is the result.
  if (!isStructured && structuredContent !== undefined && structuredContent !== null)
    parts.push(textPart(writeJson(structuredContent) ?? NOT_READABLE))
  return {
    ...rest,
    content: parts,
    ...(isStructured ? { structuredContent } : {}),
    ...(isError === true ? { isError } : {}),
    ...(isObject(_meta) ? { _meta } : {}),
  }
}

const NOT_READABLE = '[The tool also sent content that cannot be read.]'

function partsOf(content: unknown): UnknownObject[] {
  if (content === undefined || content === null) return []
  if (typeof content === 'string') return [textPart(content)]
  return (Array.isArray(content) ? content : [content]).map(mendPart)
}

/** Only what a model can be told is kept of a part: an odd annotation must not cost the rest. */
function mendPart(part: unknown): UnknownObject {
  if (typeof part === 'string') return textPart(part)
  if (!isObject(part)) return textPart(NOT_READABLE)
  const { type, text, data, mimeType, resource } = part
  switch (type) {
    case 'text':
      return textPart(typeof text === 'string' ? text : (writeJson(text) ?? NOT_READABLE))
    case 'image':
    case 'audio':
      return isBase64(data) && typeof mimeType === 'string'
        ? { type, data, mimeType }
        : textPart(`[The tool also sent content of the type "${type}" that cannot be read.]`)
    case 'resource_link':
      return mendLink(part)
    case 'resource':
      return (isObject(resource) && mendResource(resource)) || textPart(NOT_READABLE)
    default:
      return textPart(
        `[The tool also sent content of ${nameOf(type)}, which cannot be shown here.]`,
      )
  }
}

function mendLink({ uri, name, title, description, mimeType }: UnknownObject): UnknownObject {
  if (typeof uri !== 'string') return textPart(NOT_READABLE)
  return {
    type: 'resource_link',
    uri,
    name: typeof name === 'string' ? name : uri,
    ...texts({ title, description, mimeType }),
  }
}

function mendResource({ uri, mimeType, text, blob }: UnknownObject): UnknownObject | undefined {
  const kept = { uri: typeof uri === 'string' ? uri : 'unnamed:', ...texts({ mimeType }) }
  if (typeof text === 'string') return { type: 'resource', resource: { ...kept, text } }
  return isBase64(blob) ? { type: 'resource', resource: { ...kept, blob } } : undefined
}

function texts(members: UnknownObject): UnknownObject {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => typeof value === 'string'),
  )
}

/** The type is the server's word, so it is only repeated when it is one plain word. */
function nameOf(type: unknown): string {
  return typeof type === 'string' && /^[\w./-]{1,40}$/.test(type)
    ? `the type "${type}"`
    : 'an unknown type'
}

function isBase64(value: unknown): value is string {
  return typeof value === 'string' && value.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(value)
}

function textPart(text: string): UnknownObject {
  return { type: 'text', text }
}
