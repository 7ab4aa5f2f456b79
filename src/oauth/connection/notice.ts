// What a person sees when a tool needs an account that is not connected, or their yes: an MCP URL
// elicitation, for both protocol revisions. Pure.

import { checkEndpoint } from '../../core/http/endpoint.ts'

/** The request for a URL elicitation, as MCP clients read it. */
export interface UrlElicitation {
  readonly mode: 'url'
  readonly message: string
  readonly url: string
}

/** The notice in the shapes of both revisions. */
export interface UrlNotice {
  /** 2025-11-25: a JSON-RPC error for the request that needs the account. */
  readonly error: {
    readonly code: -32042
    readonly message: string
    readonly data: {
      readonly elicitations: readonly (UrlElicitation & { readonly elicitationId: string })[]
    }
  }
  /** 2026-07-28: a result for that request. The client asks again when the person is done. */
  readonly result: {
    readonly resultType: 'input_required'
    readonly inputRequests: Readonly<
      Record<string, { readonly method: 'elicitation/create'; readonly params: UrlElicitation }>
    >
  }
}

/** The notice of a server whose account is missing. */
export interface ConnectNotice extends UrlNotice {
  readonly message: string
}

/**
 * Makes a notice.
 *
 * @param what Names the request in the newer shape.
 */
export function urlNotice(what: string, message: string, url: string): UrlNotice {
  const params: UrlElicitation = { mode: 'url', message, url }
  return {
    error: {
      code: -32042,
      message,
      data: { elicitations: [{ ...params, elicitationId: crypto.randomUUID() }] },
    },
    result: {
      resultType: 'input_required',
      inputRequests: { [what]: { method: 'elicitation/create', params } },
    },
  }
}

/**
 * Makes the notice. The link must open a page of the app that signs the person in and then begins
 * the flow. Anybody who opens it connects their own account: the link has no credential and nothing
 * about the person.
 *
 * @param server The operator's name of the server.
 * @param url The app's page.
 * @throws TypeError when the URL is not https (or loopback), or has user-info.
 */
export function connectNotice(server: string, url: string): ConnectNotice {
  checkEndpoint('url', url)
  const message = `Connect your ${server} account to continue.`
  return { message, ...urlNotice('connect', message, url) }
}
