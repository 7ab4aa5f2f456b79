// A signature for the placement `sign`, compiled and run by the tests. docs/placements/sign.md shows it.

import { createHash, createHmac } from 'node:crypto'
import type { BindingInput, Sign } from 'onbehalf'

export const servers: Record<string, BindingInput> = {
  Gateway: {
    url: 'https://gateway.example/mcp',
    source: { type: 'static', of: 'person' },
    placement: { type: 'sign', sign: sigV4('bedrock-agentcore', 'eu-central-1') },
  },
}

/** AWS Signature Version 4. A person's key is JSON: {"accessKeyId":"…","secretAccessKey":"…"}. */
export function sigV4(service: string, region: string, now: () => number = Date.now): Sign {
  return ({ method, url, body }, { credential }) => {
    const { accessKeyId, secretAccessKey } = JSON.parse(credential.reveal())
    const { host, pathname, searchParams } = new URL(url)
    const time = new Date(now()).toISOString().replace(/[-:]|\.\d+/g, '')
    const signed = { host, 'x-amz-date': time }
    const canonical = [
      method,
      pathname.split('/').map(encoded).join('/'),
      [...searchParams]
        .map((pair) => pair.map(encoded).join('='))
        .sort()
        .join('&'),
      ...Object.entries(signed).map(([name, value]) => `${name}:${value}`),
      '',
      Object.keys(signed).join(';'),
      sha256(body),
    ].join('\n')
    const scope = [time.slice(0, 8), region, service, 'aws4_request']
    const key = scope.reduce<Uint8Array>(
      (above, part) => hmac(above, part),
      Buffer.from(`AWS4${secretAccessKey}`),
    )
    const text = ['AWS4-HMAC-SHA256', time, scope.join('/'), sha256(canonical)].join('\n')
    const signature = hmac(key, text).toString('hex')
    return {
      'x-amz-date': time,
      authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope.join('/')}, SignedHeaders=${Object.keys(signed).join(';')}, Signature=${signature}`,
    }
  }
}

function sha256(text: string | Uint8Array): string {
  return createHash('sha256').update(text).digest('hex')
}

function hmac(key: Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

/** RFC 3986, as AWS has it. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
