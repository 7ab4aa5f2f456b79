// The encodings in which a leak is looked for: how each is made. Used to plant leaks; the search itself decodes.

const hexOf = (text: string) => Buffer.from(text).toString('hex')
const each = (text: string, encode: (code: number) => string) =>
  [...text].map((one) => encode(one.charCodeAt(0))).join('')
const two = (code: number) => code.toString(16).padStart(2, '0')
const base64 = (text: string) => Buffer.from(text).toString('base64')
const base64url = (text: string) => Buffer.from(text).toString('base64url')

/** Each makes the encoded form of a text. */
export const encodings: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  'lower case': (text) => text.toLowerCase(),
  'upper case': (text) => text.toUpperCase(),
  'base64, first alignment': base64,
  'base64, second alignment': (text) => base64(`x${text}y`),
  'base64, third alignment': (text) => base64(`xx${text}yy`),
  'base64 without padding': (text) => base64(text).replace(/=+$/, ''),
  'base64 in lines': (text) => base64(text).replace(/.{64}/g, '$&\r\n'),
  'base64 right after letters': (text) => `prefix${base64(text)}`,
  base64url: (text) => base64url(text),
  'base64url, second alignment': (text) => base64url(`{${text}`),
  'base64 twice': (text) => base64(base64(text)),
  'base64 of Authorization: Bearer': (text) => base64(`Authorization: Bearer ${text}\n`),
  'percent, minimal': encodeURIComponent,
  'percent, full': (text) => each(text, (code) => `%${two(code)}`),
  'percent, twice': (text) => encodeURIComponent(each(text, (code) => `%${two(code)}`)),
  hex: hexOf,
  'hex, upper case': (text) => hexOf(text).toUpperCase(),
  'hex with colons': (text) => hexOf(text).replace(/..(?!$)/g, '$&:'),
  'hex right after letters': (text) => `cafea${hexOf(text)}`,
  'JSON escapes': (text) => each(text, (code) => `\\u00${two(code)}`),
  'JSON escapes in a JSON string': (text) =>
    JSON.stringify(each(text, (code) => `\\u00${two(code)}`)),
  'JavaScript escapes': (text) => each(text, (code) => `\\x${two(code)}`),
  'HTML entities': (text) => each(text, (code) => `&#${code};`),
  'HTML entities, hex': (text) => each(text, (code) => `&#x${two(code)};`),
  'UTF-16': (text) => Buffer.from(text, 'utf16le').toString('latin1'),
  'zero-width characters between': (text) => text.split('').join('\u200b'),
  'blanks between': (text) => text.split('').join(' '),
  reversed: (text) => text.split('').reverse().join(''),
  'percent of base64': (text) => encodeURIComponent(base64(text)),
  'hex of base64url': (text) => hexOf(base64url(text)),
}
