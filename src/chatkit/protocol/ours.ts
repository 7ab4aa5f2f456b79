// What this server adds to the ChatKit protocol. The page and the server read the names here.

/** The key of a request's `metadata` that asks for a run that can be resumed. */
export const RESUMABLE = 'onbehalf/resumable'

/**
 * The key of a request's `metadata` that says: the page brings a fresh sign-in when the answer needs
 * one. Also the name of the client effect that asks for it.
 */
export const RENEWS = 'onbehalf/renews'

/** The name of the client effect that shows the person messages to go on with: `{ texts }`. */
export const SUGGESTIONS = 'onbehalf/suggestions'

/** The `code` of the error event that ends an answer because the person's sign-in has ended. */
export const SIGNED_OUT = 'signed_out'

/** The types of the actions by which a person decides about a call. */
export const APPROVE = 'onbehalf.approve'
export const DECLINE = 'onbehalf.decline'

/** The types of the actions by which a person answers a server's question. */
export const ANSWER = 'onbehalf.answer'
export const REFUSE = 'onbehalf.refuse'
