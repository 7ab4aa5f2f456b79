// Certificates of an authority of the test's own. It holds no test.

import { generate } from 'selfsigned'

/** A certificate and its key, in PEM. */
export interface Pair {
  readonly cert: string
  readonly key: string
}

/** An authority, and what it signs. */
export interface Authority {
  readonly ca: string
  /** A certificate for a server or a client. */
  issue(name: string): Promise<Pair>
}

const KIND = { keyType: 'ec', algorithm: 'sha256' } as const

/** Makes an authority. */
export async function makeAuthority(): Promise<Authority> {
  const ca = await generate([{ name: 'commonName', value: 'test authority' }], {
    ...KIND,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  })
  return {
    ca: ca.cert,
    async issue(name) {
      const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
        ...KIND,
        ca: { key: ca.private, cert: ca.cert },
        extensions: [
          { name: 'basicConstraints', cA: false, critical: true },
          { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
          {
            name: 'subjectAltName',
            altNames: [
              { type: 2, value: 'localhost' },
              { type: 7, ip: '127.0.0.1' },
            ],
          },
        ],
      })
      return { cert, key }
    },
  }
}
