// The names that the server and the steps agree on.

/** The app's client. It exchanges. */
export const APP_CLIENT = { id: 'app', secret: 'the-secret-of-the-app' } as const

/** A resource whose access tokens are no JWT. */
export const OPAQUE = 'https://app.example/opaque'

export const SCOPES = 'tasks:read notes:read'
