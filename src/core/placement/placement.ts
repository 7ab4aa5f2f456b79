// Placements: where in a request the credential goes. Types only; check.ts checks them.

import type { Credential } from '../credential.ts'
import type { Principal } from '../principal.ts'

/**
 * What fills a tool's parameter: the credential, that of another source, the subject, or a verified
 * claim that is a string.
 */
export type ArgumentValue =
  | 'credential'
  | 'subject'
  | { readonly credential: string }
  | { readonly claim: string }

/** A parameter that is hidden from the model and filled in at the call. */
export interface ArgumentParameter {
  /**
   * JSON pointer into the tool's arguments (RFC 6901). `*` stands for every element of an array.
   */
  readonly pointer: string
  readonly value: ArgumentValue
  /** The tool that has the parameter. Default: every tool that has it. */
  readonly tool?: string
}

/**
 * The parameters that are filled: named one by one, or `everywhere`, which means each one that looks
 * like the caller's credential or identity. `onbehalf inspect` lists them.
 */
export type FilledParameters = readonly ArgumentParameter[] | 'everywhere'

/**
 * A text with places that are filled: `{credential}`, `{credential:NAME}` for another source,
 * `{subject}`, `{claim:NAME}`, and `{base64:…}` around some of them. `{{` and `}}` stand for braces.
 *
 * @example
 * ```ts
 * const value: Template = 'Basic {base64:{claim:email}:{credential}}'
 * ```
 */
export type Template = string

/** What all placements that send a credential have. */
interface From {
  /** The source of the credential, by its name in `sources`. Default: the binding's `source`. */
  readonly from?: string
}

/** The request that a function signs, as it leaves. Changing it changes nothing. */
export interface RequestToSign {
  readonly method: string
  readonly url: string
  readonly headers: Headers
  /** Empty when there is no body. */
  readonly body: Uint8Array<ArrayBuffer>
}

/** For whom a request is signed, and with what. */
export interface SigningParts {
  readonly principal: Principal
  readonly credential: Credential
  /** The verified claims of the person's token. */
  readonly claims: Readonly<Record<string, unknown>>
}

/** Headers by their names. */
export type SignedHeaders = Headers | Readonly<Record<string, string>>

/** Gives the headers to add to a request. */
export type Sign = (
  request: RequestToSign,
  parts: SigningParts,
) => SignedHeaders | Promise<SignedHeaders>

/** Where in the request the credential goes. */
export type Placement =
  /**
   * `Authorization: Bearer` on every HTTP request, or another header that holds the bare credential,
   * or what the template says. The default.
   */
  | (From & { readonly type: 'header'; readonly name?: string; readonly value?: Template })
  /**
   * A parameter of the URL's query, percent-encoded. Servers and proxies log URLs: use a header where
   * the server takes one.
   */
  | (From & { readonly type: 'query'; readonly name: string; readonly value?: Template })
  /**
   * The `{credential}` in the path of the binding's URL, percent-encoded. Servers and proxies log
   * URLs: use a header where the server takes one.
   */
  | (From & { readonly type: 'path' })
  /** A cookie (RFC 6265). */
  | (From & { readonly type: 'cookie'; readonly name: string; readonly value?: Template })
  /** Variables in the environment of a child process. */
  | (From & { readonly type: 'env'; readonly variables: Readonly<Record<string, Template>> })
  /** Arguments on the command line of a child process. Other processes of the machine can read it. */
  | (From & { readonly type: 'args'; readonly args: readonly Template[] })
  /**
   * Headers that a function of yours makes of the whole request, such as a signature. It gets the
   * credential, so it belongs to what you trust with it.
   */
  | (From & { readonly type: 'sign'; readonly sign: Sign })
  /**
   * Named tool parameters, for servers that ask for credentials as arguments. The model sees
   * neither the parameters nor their values.
   */
  | (From & {
      readonly type: 'argument'
      readonly parameters: FilledParameters
      /** Removes the sentences about the hidden parameters from descriptions. Default false. */
      readonly rewriteDescriptions?: boolean
      /**
       * What happens to a tool whose definition changes after it was first seen. Default `refuse`:
       * it is hidden.
       */
      readonly onChange?: 'refuse' | 'approve'
    })
  /** A key of the request's `_meta`, with a reverse-DNS prefix of your own. */
  | (From & { readonly type: 'meta'; readonly key: string })
  /**
   * Once, when the server's session opens. Later requests carry only the session's id, or a handle
   * that the server made.
   */
  | { readonly type: 'session' }
  /**
   * The original pattern: the prompt names `user_id` and `access_token`, and the model repeats
   * them. It gets references, which are worthless elsewhere; the call replaces them with the real
   * values.
   */
  | {
      readonly type: 'prompt'
      /** Default `everywhere`. */
      readonly parameters?: FilledParameters
      /**
       * Gives the model the token itself, for tools whose calls we do not make (hosted by the
       * model's provider). Default false.
       *
       * Warning: the model, its provider, the stored conversation and whoever injects a prompt then
       * hold a token of this person for this server. It must be an `exchange` token that lives 5
       * minutes at most.
       */
      readonly insecurelyShowLiteralTokens?: boolean
    }

/** One type of placement. */
export type PlacementOf<Type extends Placement['type']> = Extract<
  Placement,
  { readonly type: Type }
>
