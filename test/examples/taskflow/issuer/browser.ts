// What the issuer's tests need of a browser: cookies, redirects within the issuer, forms. No
// scripts.

import { type CookieJar, cookieJar } from '../../../../examples/taskflow/issuer/cookie-jar.ts'

/** An answer that is no redirect within the issuer. */
export interface Visit {
  readonly url: URL
  readonly status: number
  readonly headers: Headers
  readonly html: string
  /** Where the answer redirects to, outside of the issuer. */
  readonly leftFor?: URL
}

export interface TestBrowser {
  readonly jar: CookieJar
  open(url: string | URL, form?: Readonly<Record<string, string>>): Promise<Visit>
}

export function testBrowser(issuer: string): TestBrowser {
  const jar = cookieJar()
  return {
    jar,
    async open(target, form) {
      let url = new URL(target, issuer)
      let body = form && new URLSearchParams(form)
      for (let step = 0; step < 10; step++) {
        const headers = { accept: 'text/html', cookie: jar.header(url.pathname) }
        const response = await fetch(url, {
          redirect: 'manual',
          headers,
          ...(body ? { method: 'POST', body } : {}),
        })
        jar.keep(response)
        const location = response.headers.get('location')
        const next = location === null ? undefined : new URL(location, url)
        if (!next || next.origin !== issuer) {
          return {
            url,
            status: response.status,
            headers: response.headers,
            html: await response.text(),
            ...(next ? { leftFor: next } : {}),
          }
        }
        url = next
        body = undefined
      }
      throw new Error('too many redirects')
    },
  }
}

/** The value of a hidden field. */
export function hidden(html: string, name: string): string {
  return new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? ''
}

/** Where the page's form goes. */
export function action(html: string): string {
  return /<form[^>]* action="([^"]*)"/.exec(html)?.[1] ?? ''
}
