// The schema that the compiled statements name. It stands by itself, so that a store need not load the
// compiler.

/** The schema of the tables in PostgreSQL, where an app names no other one. */
export const DEFAULT_SCHEMA = 'onbehalf'
