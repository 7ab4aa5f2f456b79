// What does not keep the rules yet. These lists may only become shorter.

/** Functions over the bound, each with its lines. */
export const REMAINING_FUNCTIONS: Readonly<Record<string, number>> = {}

/** Files of more than 300 lines. */
export const REMAINING_FILES: readonly string[] = []

/** What the wire contract imports besides core and itself. */
export const REMAINING_PROTOCOL_IMPORTS: readonly string[] = []
