// An imported style sheet is its text. scripts/build-web.mjs minifies it.

declare module '*.css' {
  const text: string
  export default text
}
