// A style sheet that is imported is its text: scripts/build-web.mjs minifies it.

declare module '*.css' {
  const text: string
  export default text
}
