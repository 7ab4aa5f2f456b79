// What can come of a check.

/** What came of a check. */
export type Outcome =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly why: string }
  /** It was not found out: something is missing, and `why` names it. */
  | { readonly kind: 'unknown'; readonly why: string }
  /** The target has nothing that it could be about. */
  | { readonly kind: 'none'; readonly why: string }

export const PASSED: Outcome = { kind: 'passed' }
export const failed = (why: string): Outcome => ({ kind: 'failed', why })
export const unknown = (why: string): Outcome => ({ kind: 'unknown', why })
export const none = (why: string): Outcome => ({ kind: 'none', why })

/** Passed when it is so, failed with the reason otherwise. */
export const must = (isSo: boolean, why: string): Outcome => (isSo ? PASSED : failed(why))
