// The forms in which a secret may come back: as it is, and in each encoding of URLs, JSON and
// base64. It decodes nothing.

/** Shorter secrets are not searched for, because they could be in a text by chance. */
export const MIN_SECRET_CHARS = 12

/**
 * The forms of a secret, each once: plain, base64 and base64url (wherever it is in a longer encoded
 * text), percent (RFC 3986 section 2.1), JSON (RFC 8259 section 7) and hex.
 *
 * @returns None for a secret shorter than {@link MIN_SECRET_CHARS}.
 */
export function variantsOf(secret: string): readonly string[] {
  return [...new Set([...compactVariantsOf(secret), ...escapedVariantsOf(secret)])]
}

/** The forms of which every character is escaped: percent, and JSON. */
function escapedVariantsOf(secret: string): readonly string[] {
  if (secret.length < MIN_SECRET_CHARS) return []
  const hex = hexOf(new TextEncoder().encode(secret))
  return [...inBothCases(hex.replace(/../g, '%$&')), ...inBothCases(asEscapes(secret))]
}

/** The forms that are left, when stretches of escapes are decoded. */
export function compactVariantsOf(secret: string): readonly string[] {
  if (secret.length < MIN_SECRET_CHARS) return []
  const bytes = new TextEncoder().encode(secret)
  const hex = hexOf(bytes)
  const forms = [
    secret,
    // UTF-8 read as Latin-1, as `atob` gives it. It differs from the secret outside ASCII only.
    binary(bytes),
    ...[0, 1, 2].flatMap((before) => base64Core(bytes, before)),
    ...inBothCases(hex),
    // Most tokens have no character that these escape.
    ...(/^[\w.~-]*$/.test(secret)
      ? []
      : [...percent(bytes, /[\w.!~*'()-]/), ...percent(bytes, /[\w.~-]/), ...json(secret)]),
  ]
  return [...new Set(forms)]
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/**
 * The characters of an encoded text that depend on the secret alone, in both alphabets.
 *
 * @param before How many bytes are encoded before it, modulo 3.
 */
function base64Core(bytes: Uint8Array, before: number): readonly string[] {
  const padded = new Uint8Array(before + bytes.length)
  padded.set(bytes, before)
  const core = btoa(binary(padded)).slice(
    Math.ceil((before * 8) / 6),
    Math.floor((padded.length * 8) / 6),
  )
  return [core, core.replaceAll('+', '-').replaceAll('/', '_')]
}

/** With small and with capital hex digits. The `u` of JSON stays small. */
function inBothCases(text: string): readonly string[] {
  return [text, text.toUpperCase().replaceAll('\\U', '\\u')]
}

function percent(bytes: Uint8Array, kept: RegExp): readonly string[] {
  const upper = Array.from(bytes, (byte) => {
    const character = String.fromCharCode(byte)
    return byte < 0x80 && kept.test(character)
      ? character
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  })
  return [
    upper.join(''),
    upper.map((part) => (part.length === 1 ? part : part.toLowerCase())).join(''),
  ]
}

/**
 * As `JSON.stringify` writes it, and as writers do that escape the slash, or what is special in
 * HTML.
 */
function json(secret: string): readonly string[] {
  const minimal = JSON.stringify(secret).slice(1, -1)
  const careful = minimal.replace(/[&'+<>`]|[^\0-\x7f]/g, asEscapes)
  const upper = careful.replace(/(?<=\\u)[0-9a-f]{4}/g, (digits) => digits.toUpperCase())
  return [minimal, minimal.replaceAll('/', '\\/'), careful, upper]
}

/** Each UTF-16 unit as `\uXXXX`. */
function asEscapes(text: string): string {
  let out = ''
  for (let at = 0; at < text.length; at++)
    out += `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`
  return out
}

function binary(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}
