// Asks the gateway of this container whether it is alive: exit code 0 when it is.

const url = process.env.ONBEHALF_HEALTH_URL ?? 'http://127.0.0.1:8080/healthz'
// The certificate names the address in front, and this one is of the same machine.
if (new URL(url).protocol === 'https:') process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
try {
  const { ok } = await fetch(url, { signal: AbortSignal.timeout(2_500) })
  process.exit(ok ? 0 : 1)
} catch {
  process.exit(1)
}
