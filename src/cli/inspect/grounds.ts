// Says why a parameter is taken for the caller's credential or identity, or is not.

import type { ExaminedParameter } from 'onbehalf/mcp'

/** In words. None of them come from the server. */
export function groundInWords({
  ground,
  inTools,
  looksLike,
}: Pick<ExaminedParameter, 'ground' | 'inTools' | 'looksLike'>): string {
  switch (ground) {
    case 'name':
      return looksLike === 'credential'
        ? 'its name means nothing but a credential, or what holds one'
        : 'its name means whoever acts'
    case 'everywhere':
      return `most of the server’s tools ask for it (${inTools})`
    case 'credential-beside':
      return 'it stands beside the credential, and says whose that is'
    case 'description':
      return 'its description says so'
    case 'top':
      return 'it stands at the top of the tool, and nothing says that it is something else'
    case 'few-tools':
      return 'the server has too few tools to tell it from something else'
    case 'headers':
      return 'whoever chooses the headers of a request chooses its Authorization'
    case 'resource':
      return 'it is the id of a thing that the server calls a token'
    case 'content':
      return 'it is what the call is about, such as a password to set'
    case 'other-person':
      return 'few tools have it, so it says which other person or account the call is about'
    case 'deep':
      return 'it is deep inside what the call is about'
  }
}
