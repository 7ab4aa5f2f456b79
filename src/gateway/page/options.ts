// What an operator declares about the connections page.

import type { CallApprovals } from '../../core/call-approvals.ts'
import type { KeptSignIns } from '../../core/door/kept-sign-in.ts'
import { checkOptions, type OptionNames } from '../../core/known-options.ts'
import { hasMethods, isText, type ValueChecks } from '../../core/option-values.ts'
import type { Connections } from '../../oauth/connection/connections.ts'
import { isReturnPath } from '../../oauth/connection/return-path.ts'

/** The sign-ins of the people who open the page, and the routes where they sign in. */
export interface PageSession extends KeptSignIns {
  /** Answers what is below the session's path; undefined for any other path. */
  handle(request: Request): Promise<Response | undefined>
}

/** The page where people connect accounts, put in keys, and take both back. */
export interface GatewayPage {
  /**
   * `serverSession` of onbehalf/session, with the gateway's origin as `origin`. The gateway serves its
   * routes, and takes its cookie, as with the setting `session`.
   */
  readonly session: PageSession
  /**
   * The `path` of the session. Default: `/auth` below the gateway's own address.
   */
  readonly sessionPath?: string
  /**
   * `connections` of onbehalf/oauth, with `/connected` below the gateway's own address as
   * `redirectUri`. It is the gateway's setting `connections`, too. Default: people connect no accounts.
   */
  readonly connections?: Connections
  /**
   * The calls that wait for the person's yes, in the same store as the policy's. The page shows each as it
   * would be made, at `?call=ID` the one of that id first. Default: none are shown.
   */
  readonly approvals?: CallApprovals
}

/** Every option. A new one does not compile until it is here. */
const PAGE_OPTIONS: OptionNames<GatewayPage> = {
  session: 'required',
  sessionPath: 'optional',
  connections: 'optional',
  approvals: 'optional',
}

const PAGE_VALUES: ValueChecks = {
  session: hasMethods(['handle', 'present'], 'serverSession of onbehalf/session'),
  sessionPath: isText,
  connections: hasMethods(
    ['start', 'callback', 'disconnect', 'list', 'credential'],
    'connections of onbehalf/oauth',
  ),
  approvals: hasMethods(
    ['waiting', 'decide'],
    'calls that wait, such as sqliteCallApprovals of onbehalf/store',
  ),
}

/**
 * Checks the declaration.
 *
 * @throws TypeError that names the setting.
 */
export function checkPage(page: GatewayPage): void {
  checkOptions('page', 'page', page, PAGE_OPTIONS, PAGE_VALUES)
  const { sessionPath } = page
  if (sessionPath !== undefined && (!isReturnPath(sessionPath) || /[?#]|\/$/.test(sessionPath)))
    throw new TypeError('page.sessionPath must be a path without a trailing slash, such as /auth')
}
