// The app's client metadata document (draft-ietf-oauth-client-id-metadata-document): it says who
// the app is, at the URL that is the app's client id.

import type { ClientDocument } from './connection-server.ts'
import type { Settings } from './settings.ts'

/** Answers a request for the document; undefined for any other. */
export function clientMetadataResponse(
  request: Request,
  { url, name }: ClientDocument,
  servers: readonly Settings[],
): Response | undefined {
  if (new URL(request.url).pathname !== new URL(url).pathname) return undefined
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return new Response(null, { status: 405, headers: { allow: 'GET, HEAD' } })
  const document = {
    client_id: url,
    client_name: name,
    redirect_uris: servers
      .filter(({ client }) => client.type === 'document')
      .map(({ redirectUri }) => redirectUri),
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    application_type: 'web',
  }
  return Response.json(document, { headers: { 'cache-control': 'public, max-age=300' } })
}
