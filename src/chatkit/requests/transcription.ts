// Recordings as they come in: base64, decoded strictly, and their media type.

/** The bytes, or undefined for anything that is not base64 as RFC 4648 section 4 has it: padded, and with no bits left over. */
export function decodeBase64Strict(text: string): Uint8Array<ArrayBuffer> | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? new Uint8Array(bytes) : undefined
}

/** The type without its parameters, in lower case; undefined when it names no kind of recording. */
export function mediaTypeOf(mimeType: string): string | undefined {
  const [type = ''] = mimeType.split(';')
  const plain = type.trim().toLowerCase()
  return /^(audio|video)\/[a-z0-9!#$&^_.+-]+$/.test(plain) ? plain : undefined
}
