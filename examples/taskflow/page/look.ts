// Looks for credentials in a text: those that the page knows, and all that looks like one. Pure.

/** Says whether a text has something that it must not have. */
export interface Finding {
  readonly what: string
  readonly found: boolean
}

/**
 * The beginning of a reference. It stands for a credential at one server in one answer, and has no
 * value anywhere else.
 */
const REFERENCE = 'onbehalf_ref_'

/**
 * Finds a credential field whose value is a text and not a reference, in JSON or in JSON inside
 * JSON.
 */
const FILLED_FIELD =
  /\b(?:access_token|refresh_token|id_token|authorization|client_secret|password|api_?key|bearer)\\?"\s*:\s*\\?"(?!onbehalf_ref_)/i

/** Finds a credential field, whatever its value is. */
const CREDENTIAL_FIELD =
  /"(?:access_token|refresh_token|id_token|authorization|client_secret|password|api_?key|bearer)"\s*:/i

/** Searches a text. `known` has the tokens of this page, each with the name that a person sees. */
export function findCredentials(
  searched: string,
  known: ReadonlyMap<string, string>,
): readonly Finding[] {
  const what = [...new Set(known.values())]
  const own = what.map((kind) => ({
    what: kind,
    found: [...known].some(([token, k]) => k === kind && contains(searched, token)),
  }))
  return [
    ...own,
    {
      what: 'Anything shaped like a signed token (JWT)',
      found: /eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/.test(searched),
    },
    // The model may see references. The prompt then has the fields for them, so only the values of
    // the fields count.
    searched.includes(REFERENCE)
      ? {
          what: 'A credential field with anything but a reference',
          found: FILLED_FIELD.test(searched),
        }
      : {
          what: 'A field for a token, key or password',
          found: CREDENTIAL_FIELD.test(searched),
        },
  ]
}

/**
 * Says whether a text contains a token as it is, or inside a base64 text. Base64 has three
 * alignments. Both ends are left out, because the neighbours change them.
 */
function contains(searched: string, token: string): boolean {
  const spellings = [0, 1, 2].flatMap((shift) => {
    const middle = btoa('x'.repeat(shift) + token).slice(4, -4)
    return [middle, middle.replaceAll('+', '-').replaceAll('/', '_')]
  })
  return [token, encodeURIComponent(token), ...spellings].some((spelling) =>
    searched.includes(spelling),
  )
}
