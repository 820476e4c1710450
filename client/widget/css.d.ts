// A style sheet as text, the way Vite imports it.
declare module '*.css?inline' {
  const css: string;
  export default css;
}
