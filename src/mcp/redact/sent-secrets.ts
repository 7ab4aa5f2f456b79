// The memory of what was sent to servers. A server may keep what it was sent, and give it to the
// next person. So the memory is that of all people together, and ends with the credential, not with
// the run.

import type { Binding } from '../../core/binding.ts'
import { Credential } from '../../core/credential.ts'
import { refused } from '../../core/errors.ts'
import { andThen } from '../../core/eventual.ts'
import type { IssuedToken } from '../../core/source/exchange.ts'
import type { CredentialSource } from '../../core/source/parts.ts'
import { mayBeWords } from './pieces.ts'
import type { Redactor } from './redactor.ts'
import { type SecretMemory, secretMemory, type Term } from './secret-memory.ts'
import { partsOf } from './secret-parts.ts'
import { redactorOfSets, type SecretSet, secretSet } from './secret-set.ts'
import { MIN_SECRET_CHARS } from './variants.ts'

/** What the process remembers. All runs share it. */
export interface SentSecrets {
  /**
   * The secrets as one run sees them: its own, and what is remembered of others.
   *
   * @param owner `principalKey` of the person.
   */
  run(owner: string): RunSecrets
}

/** The secrets of one run, shared by the fetches of all its servers. */
export interface RunSecrets {
  /** The secrets that one server's answers are searched for. */
  at(server: Pick<Binding, 'resource' | 'source'>): LiveSecrets
}

/** What one server's answers are searched for, in one run. */
export interface LiveSecrets {
  /**
   * Remembers a credential before it is sent.
   *
   * @returns False when there is no room for it. Then it must not be sent: what is not remembered
   *   would not be found when it comes back.
   */
  add(issued: IssuedToken): boolean
  /**
   * Remembers what a caller presented, or was given to present later. Unlike a credential that is
   * sent, it makes room for itself: the oldest of the same person goes.
   */
  addPresented(credential: Credential, expiresAt: number): void
  /**
   * Remembers an id or a handle that the server gave for a session.
   *
   * @returns False for a text that can be no such id (MCP, Streamable HTTP: visible ASCII).
   */
  addSession(id: string): boolean
  /** Whether a text is, as a whole, the id or the handle of a session with this server. */
  isSession(text: string): boolean
  /** The redactor for everything that is known now. */
  redactor(): Redactor
  /**
   * The redactor for what says something of the server when it comes back: not for what a person may
   * have made up. Undefined when that is everything.
   */
  tellingRedactor(): Redactor | undefined
}

/** Options of {@link sentSecrets}. */
export interface SentSecretsOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Secrets of each kind at most. Default 10,000. */
  readonly max?: number
  /** Of these, one person's. Default 512: nobody can fill the memory alone. */
  readonly maxOfPerson?: number
  /** Of these, at one server. Default 256: a server may have a new one issued for each call. */
  readonly maxAtServer?: number
}

/** Servers whose clocks are late take a token for so long after its end. */
const LEEWAY_MS = 300_000
/** A session is remembered for so long after it was last seen. */
const SESSION_MS = 24 * 3_600_000
/** Sessions of one person with one server. A server may give a new one in each answer. */
const MAX_SESSIONS_OF_OWNER = 64
const SESSION_ID = /^[\x21-\x7e]{1,1024}$/

/** What one server's people and the server itself chose. */
interface ChosenSecrets {
  readonly set: SecretSet
  /** Keys that people entered, and tokens that may be words. */
  readonly keys: SecretMemory
  /** Keys that people entered and that may be words, apart from all others. */
  readonly wordSet: SecretSet
  readonly words: SecretMemory
  readonly sessions: SecretMemory
}

/**
 * Makes an empty memory.
 *
 * What an issuer or the operator made is searched for in the answers of every server, because two
 * servers may belong to one attacker. What a person or a server chose is searched for in the
 * answers of that server alone (a key: also in the person's own run). Otherwise one server could
 * choose a common word as the id of a session, and have it removed from the answers of another. The
 * token of a connected account is taken for chosen when it may be made of words: its issuer may
 * belong to the server.
 */
export function sentSecrets(options: SentSecretsOptions): SentSecrets {
  const { now, max = 10_000, maxOfPerson = 512, maxAtServer = 256 } = options
  const memoryOf = (set: SecretSet, most = maxAtServer) =>
    secretMemory({ set, max, maxOfPerson, maxAtServer: most, now })
  const issuedSet = secretSet()
  const issuedMemory = memoryOf(issuedSet)
  const chosenAt = new Map<string, ChosenSecrets>()

  function chosenBy(resource: string): ChosenSecrets {
    const known = chosenAt.get(resource)
    if (known) return known
    const set = secretSet()
    const wordSet = secretSet()
    const chosen = {
      set,
      keys: memoryOf(set),
      wordSet,
      words: memoryOf(wordSet),
      sessions: memoryOf(set, MAX_SESSIONS_OF_OWNER),
    }
    chosenAt.set(resource, chosen)
    return chosen
  }

  function secretsAt(
    person: string,
    { resource, source }: Pick<Binding, 'resource' | 'source'>,
    own: OwnKeys,
  ): LiveSecrets {
    const owner = { person, server: resource }
    const chosen = chosenBy(resource)
    const isTyped = source.type === 'static' && source.of === 'person'
    // The issuer of a connected account may be the server's.
    const mayBeChosen = source.type === 'connection'
    const memories = [issuedMemory, chosen.keys, chosen.words, chosen.sessions]
    const sweep = () => {
      for (const memory of memories) memory.sweep()
    }
    let made: { readonly redactor: Redactor; readonly ownSets: number } | undefined
    return {
      add(issued) {
        const { credential } = issued
        // What is sent now may come back now, whatever its issuer says of its end.
        const untilMs = Math.max(endOf(issued), now() + LEEWAY_MS)
        const term = { ...owner, untilMs, mayGo: untilMs === Number.POSITIVE_INFINITY }
        const isWords = (isTyped || mayBeChosen) && mayBeWords(credential.reveal())
        if (!isTyped) return (isWords ? chosen.keys : issuedMemory).add(credential, term)
        own.add(credential, term)
        return (isWords ? chosen.words : chosen.keys).add(credential, term)
      },
      addPresented(credential, expiresAt) {
        issuedMemory.add(credential, { ...owner, untilMs: endOf({ expiresAt }), mayGo: true })
      },
      addSession(id) {
        if (!SESSION_ID.test(id)) return false
        const term = { ...owner, untilMs: now() + SESSION_MS, mayGo: true }
        // A shorter one is not searched for.
        return id.length < MIN_SECRET_CHARS || chosen.sessions.add(new Credential(id), term)
      },
      isSession: (text) => chosen.sessions.has(text),
      redactor() {
        sweep()
        if (made?.ownSets !== own.sets.length)
          made = {
            redactor: redactorOfSets([issuedSet, chosen.set, chosen.wordSet, ...own.sets]),
            ownSets: own.sets.length,
          }
        return made.redactor
      },
      tellingRedactor() {
        if (chosen.wordSet.size === 0 && own.sets.length === 0) return undefined
        return redactorOfSets([issuedSet, chosen.set])
      },
    }
  }

  return {
    run(person) {
      const own = ownKeys(memoryOf)
      return { at: (server) => secretsAt(person, server, own) }
    },
  }
}

/** Keys of the person whose run it is. Few runs have any. */
interface OwnKeys {
  add(key: Credential, term: Term): void
  readonly sets: readonly SecretSet[]
}

function ownKeys(memoryOf: (set: SecretSet) => SecretMemory): OwnKeys {
  let memory: SecretMemory | undefined
  const sets: SecretSet[] = []
  return {
    sets,
    add(key, term) {
      if (!memory) {
        const set = secretSet()
        sets.push(set)
        memory = memoryOf(set)
      }
      memory.add(key, term)
    },
  }
}

/** A source whose credentials are remembered before they are sent. */
export function rememberingSource(source: CredentialSource, live: LiveSecrets): CredentialSource {
  return (asked) =>
    andThen(source(asked), (issued) => {
      if (!issued.ok) return issued
      const { credential } = issued.value
      const all = [credential, ...partsOf(credential.reveal())]
      return all.every((one) => live.add({ ...issued.value, credential: one }))
        ? issued
        : refused('too_many_credentials')
    })
}

/** When a token is worthless everywhere, in milliseconds since the epoch. */
function endOf({
  expiresAt,
  endsAt = expiresAt,
}: Pick<IssuedToken, 'expiresAt' | 'endsAt'>): number {
  const seconds = Math.max(expiresAt, endsAt)
  return Number.isNaN(seconds) ? Number.POSITIVE_INFINITY : seconds * 1000 + LEEWAY_MS
}
