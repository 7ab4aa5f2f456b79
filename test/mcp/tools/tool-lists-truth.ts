// The labels of the tool lists: which parameters really are the caller's credential or identity, by
// reading every candidate. No test lives here.
//
// Right is what says or proves who the caller is at the server: a token, a key, a password, a text
// that holds one, a map of HTTP headers, the caller's own id, mailbox or account, and on whose behalf
// the call is made. Not right: which other person, account or thing the call is about; the id of a
// thing that its server calls a token; a password or a secret that the call sets, or that opens a
// thing; and a flag that chooses among the identities of the server itself (`useUAT`).

/** By list and pointer: the tools, or all that have the parameter. */
export type Truth = Readonly<Record<string, Readonly<Record<string, readonly string[] | 'all'>>>>

export const RECORDED_TRUTH: Truth = {
  gcal: { '/account': 'all' },
  mongodb: {
    '/connectionString': ['connect'],
    '/connectionConfig/headers': ['atlas-streams-build', 'atlas-streams-manage'],
  },
}

export const OWN_TRUTH: Truth = {
  'google-workspace': { '/user_google_email': 'all' },
  'seed-flat': { '/user_id': 'all', '/access_token': 'all' },
  'seed-params': { '/params/user_id': 'all', '/params/access_token': 'all' },
  'one-tool': { '/api_key': 'all' },
  'key-and-uid': { '/uid': 'all', '/token': 'all' },
  'who-asks': { '/tenant_id': 'all', '/user_id': 'all' },
  'credential-in-few': { '/access_token': 'all', '/api_key': 'all' },
  database: { '/connection_string': 'all' },
  'database-login': { '/password': ['connect_db'] },
  'mail-account': { '/smtp_password': 'all' },
  'service-desk': { '/raise_on_behalf_of': 'all' },
  dashboards: { '/headers': 'all' },
  'dashboards-described': { '/userId': ['update_dashboard'] },
  'code-host': { '/approval_password': 'all', '/token': ['trigger_pipeline'] },
  crawler: { '/headers': ['scrape', 'crawl', 'map'], '/webhookHeaders': 'all' },
  wallet: { '/private_key': 'all' },
  'login-tool': { '/password': ['login'], '/token': ['authenticate'] },
  described: { '/app_token': ['send_push'], '/account': ['act'] },
  calendars: { '/account': 'all' },
  sudo: { '/impersonate_user': 'all', '/current_user_id': 'all' },
  'mixed-header-api': { '/Authorization': 'all', '/bearer_token': 'all' },
  ads: { '/access_token': 'all' },
  'contacts-with-key': { '/api_key': 'all' },
  'site-login': { '/password': 'all' },
  'chat-bot': { '/token': 'all' },
  'bot-api': { '/token': 'all' },
  'whose-by-default': { '/user_id': ['run_as_me'] },
  'context-objects': { '/context/auth/bearerToken': 'all', '/context/tenantId': 'all' },
  'recursive-credential': { '/root/access_token': 'all' },
}
