// The forms in which a secret comes back: as it is, and in each encoding that a server, a URL or a JSON text gives it. Not a decoder.

/** Secrets with fewer characters are not searched for: they could stand in a text by chance. */
export const SHORTEST = 12

/**
 * The forms of a secret, each once and each of {@link SHORTEST} characters at least: plain, base64 and base64url (in any place of a longer
 * encoded text), percent (RFC 3986 section 2.1), JSON (RFC 8259 section 7) and hex.
 *
 * @param secret Its text; the forms of one that is too short are left out, so that they do not give it away either.
 */
export function variantsOf(secret: string): readonly string[] {
  if (secret.length < SHORTEST) return []
  const bytes = new TextEncoder().encode(secret)
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  const forms = [
    secret,
    // Differs outside ASCII only: UTF-8 read as Latin-1, which is also what a base64 decoder of the web platform gives.
    binary(bytes),
    ...[0, 1, 2].flatMap((before) => base64Core(bytes, before)),
    ...inBothCases(hex.replace(/../g, '%$&')),
    ...inBothCases(asEscapes(secret)),
    ...inBothCases(hex),
    // Most tokens have no character that these escape.
    ...(/^[\w.~-]*$/.test(secret)
      ? []
      : [...percent(bytes, /[\w.!~*'()-]/), ...percent(bytes, /[\w.~-]/), ...json(secret)]),
  ]
  return [...new Set(forms)]
}

/** The characters that depend on the secret alone when so many other bytes, modulo 3, are encoded before it; in both alphabets. */
function base64Core(bytes: Uint8Array, before: number): readonly string[] {
  const padded = new Uint8Array(before + bytes.length)
  padded.set(bytes, before)
  const core = btoa(binary(padded)).slice(
    Math.ceil((before * 8) / 6),
    Math.floor((padded.length * 8) / 6),
  )
  return [core, core.replaceAll('+', '-').replaceAll('/', '_')]
}

/** Hex digits small and large; the `u` of JSON stays small. */
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
  return [upper.join(''), upper.map((one) => (one.length === 1 ? one : one.toLowerCase())).join('')]
}

/** As JSON.stringify writes it, and as writers do that escape the slash, or what HTML minds. */
function json(secret: string): readonly string[] {
  const minimal = JSON.stringify(secret).slice(1, -1)
  const careful = minimal.replace(/[&'+<>`]|[^\0-\x7f]/g, asEscapes)
  const upper = careful.replace(/(?<=\\u)[0-9a-f]{4}/g, (digits) => digits.toUpperCase())
  return [minimal, minimal.replaceAll('/', '\\/'), careful, upper]
}

/** Each UTF-16 unit. */
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
