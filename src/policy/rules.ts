// What an operator writes: the rules of a policy. parse-rules.ts checks them.

/** A policy, as it is written. */
export interface PolicyRules {
  /** What happens to a call that no rule is about. Default `allow`. */
  readonly default?: 'allow' | 'deny'
  /** All rules that fit a call count, in whatever order. `deny` wins over `ask`, and `ask` over `allow`. */
  readonly rules: readonly PolicyRule[]
}

/** One rule. */
export interface PolicyRule {
  /**
   * The calls that it is about: `SERVER/TOOL`, where `*` stands for any text, or a list of such.
   * `Tasks/*` is every tool of Tasks.
   */
  readonly tools: string | readonly string[]
  /** Only for people whose token has all of these claims. Default: for everybody. */
  readonly when?: ClaimConditions
  /** Not for people whose token has all of these claims. Default: for everybody. */
  readonly unless?: ClaimConditions
  /**
   * `ask` lets a call pass when its person has said yes to this very call. Default `allow`.
   */
  readonly effect?: 'allow' | 'ask' | 'deny'
  /** What the arguments may be, by their names or JSON pointers (RFC 6901). Default: anything. */
  readonly arguments?: Readonly<Record<string, ArgumentLimit>>
  /** How many calls each person may make, of all tools of the rule together. Default: any number. */
  readonly limits?: CallLimits
  /** What the model is told when this rule refuses. Default: what the rule says. */
  readonly say?: string
}

/**
 * Claims by their names, or by JSON pointers, each with the value or the values that fit. A claim
 * that is a list fits when one of its entries does; so do the words of `scope`.
 */
export type ClaimConditions = Readonly<Record<string, ClaimValue | readonly ClaimValue[]>>

/** The value of a claim. */
export type ClaimValue = string | number | boolean

/** What an argument may be. Of a list, each entry is judged. */
export interface ArgumentLimit {
  /** Whether a call without it is refused. Default false: then the server's own default counts. */
  readonly required?: boolean
  /** The values that it may have. */
  readonly enum?: readonly ClaimValue[]
  readonly minimum?: number
  readonly maximum?: number
  /** Characters of a text. */
  readonly maxLength?: number
  /** Entries of a list. */
  readonly maxItems?: number
  /** What a text must be like, where `*` stands for any text. It is no regular expression. */
  readonly like?: string | readonly string[]
}

/** How many calls. */
export interface CallLimits {
  /** In one minute of the clock. */
  readonly minute?: number
  readonly hour?: number
  /** In one day (UTC). */
  readonly day?: number
  /** At the same time, in this process. */
  readonly atOnce?: number
}
