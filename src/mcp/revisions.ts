// The revisions of MCP whose sessions begin with `initialize`. Those from 2026-07-28 on have neither.

/** Newest first. */
export const HANDSHAKE_REVISIONS = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'] as const

/** The revision without sessions. */
export const STATELESS_REVISION = '2026-07-28'
