// The names that both ends of our own wire contract use.

/** The response and request header that carries the handle of a placement `session`. */
export const SESSION_HEADER = 'onbehalf-session'

/** How every reference of the prompt pattern begins. */
export const REFERENCE_PREFIX = 'onbehalf_ref_'
