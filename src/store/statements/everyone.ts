// The owner of what holds for every owner. It stands by itself, so that a store need not load the
// queries.

/** No principal has this key. */
export const EVERYONE = ''
