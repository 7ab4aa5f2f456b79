// Reads a recording from a request: its bytes and its media type.

/**
 * Decodes base64 (RFC 4648 section 4). Undefined for anything else, also when the padding is
 * missing or bits are left over.
 */
export function decodeBase64Strict(text: string): Uint8Array<ArrayBuffer> | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? new Uint8Array(bytes) : undefined
}

/**
 * Gives the type without its parameters, in lower case. Undefined when it is neither audio nor
 * video.
 */
export function mediaTypeOf(mimeType: string): string | undefined {
  const [type = ''] = mimeType.split(';')
  const plain = type.trim().toLowerCase()
  return /^(audio|video)\/[a-z0-9!#$&^_.+-]+$/.test(plain) ? plain : undefined
}
