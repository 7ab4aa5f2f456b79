// Bounds of what a client may send, and of what one person may have under way.

/** Bounds of what a client may send, and of what one person may have under way. */
export interface ChatkitLimits {
  /** Bytes of a request's body. Default 1 MiB. */
  readonly bodyBytes: number
  /** Bytes of a recording to transcribe, decoded. Default 10 MiB. */
  readonly audioBytes: number
  /** Characters of one message, all its parts together. Default 100,000. */
  readonly textLength: number
  /** Characters of a thread's title. Default 200. */
  readonly titleLength: number
  /** Characters of all events of one resumable answer; they are all stored. Default 16 Mi. */
  readonly logLength: number
  /**
   * Answers that may be under way for one person at once, over all instances that share the run
   * store. Default 8.
   */
  readonly runs: number
  /**
   * Streams that one person may read at once from this instance, resumed ones included. Default
   * 100.
   */
  readonly streams: number
}

/** The limits of a server that sets none. */
export const DEFAULT_LIMITS: ChatkitLimits = Object.freeze({
  bodyBytes: 1024 * 1024,
  audioBytes: 10 * 1024 * 1024,
  textLength: 100_000,
  titleLength: 200,
  logLength: 16 * 1024 * 1024,
  runs: 8,
  streams: 100,
})
