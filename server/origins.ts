// Websites by the origins of their pages, as settings and tokens list them.

/** `https://shop.example`, `https://*.shop.example` (any name below it) or `*`. */
export const ORIGIN_PATTERN = /^(\*|https?:\/\/(\*\.)?[a-z0-9.:[\]-]+)$/i;

/** @param origin as a browser's Origin header has it, in small letters */
export function isListed(origin: string, origins: readonly string[]): boolean {
  return origins.some((allowed) => {
    if (allowed === '*' || allowed.toLowerCase() === origin) return true;
    const [scheme, below] = allowed.toLowerCase().split('*');
    return below !== undefined && origin.startsWith(scheme ?? '') && origin.endsWith(below);
  });
}
