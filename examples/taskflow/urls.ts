// Where the parts of a running TaskFlow are: the web port is chosen, the others follow it.

/**
 * The parts, as absolute URLs. The chat, MCP, gateway and API URLs are also the resource identifiers that
 * tokens name as audience.
 */
export interface TaskflowUrls {
  readonly web: string
  readonly chatkit: string
  readonly mcp: string
  /** The gateway to TaskFlow's MCP servers, for agents of any kind. */
  readonly gateway: string
  readonly api: string
  readonly issuer: string
}

/**
 * Where a sign-in is kept: the access token in the memory of the page, or on the server, where a
 * cookie of the browser stands for it.
 */
export const SIGN_INS = ['page', 'session'] as const
export type SignInMode = (typeof SIGN_INS)[number]

/** How many ports in a row a TaskFlow takes. */
export const PORTS = 8

/** The URLs for a web port. */
export function taskflowUrls(port: number): TaskflowUrls {
  const at = (offset: number) => `http://127.0.0.1:${port + offset}`
  return {
    web: at(0),
    chatkit: `${at(0)}/chatkit`,
    mcp: `${at(1)}/mcp`,
    gateway: `${at(7)}/mcp`,
    api: `${at(2)}/api`,
    issuer: at(3),
  }
}

/**
 * TaskFlow classic, the MCP server of the old kind: beside the parts that are told to the outside,
 * because only the chat endpoint calls it.
 */
export function classicUrl(urls: Pick<TaskflowUrls, 'web'>): string {
  return `${originAt(urls, 4)}/mcp`
}

/**
 * The address of TaskFlow classic that takes the token in a header and the person's id as an argument.
 * Its tools differ from the others, so it is a resource of its own.
 */
export function partsUrl(urls: Pick<TaskflowUrls, 'web'>): string {
  return `${classicUrl(urls)}/parts`
}

/**
 * The MCP server that sends the token it is given to the API, as servers of the literal pattern do.
 * Only the left lane of the comparison calls it.
 */
export function literalUrl(urls: Pick<TaskflowUrls, 'web'>): string {
  return `${originAt(urls, 5)}/mcp`
}

/** The thief of the comparison. */
export function thiefUrl(urls: Pick<TaskflowUrls, 'web'>): string {
  return originAt(urls, 6)
}

function originAt({ web }: Pick<TaskflowUrls, 'web'>, offset: number): string {
  return `http://127.0.0.1:${Number(new URL(web).port) + offset}`
}
