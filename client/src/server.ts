// Where the server is, and the token that it wants to see. The pages talk to the server that they came from; the widget to the one
// that its host page names.

export interface Server {
  /** Its start page, with a slash at the end: routes are relative to it, so a proxy may put them under any path. */
  readonly base: URL;
  /** A token or API key, where the server wants one. */
  token(): Promise<string | undefined>;
}

/** Built scripts lie in a folder below the start page. In a variable, because Vite takes a URL of import.meta for a file to copy. */
const thisScript = import.meta.url;

/** The server that this script came from; where it is not open to everybody, the page's address has a token: `?token=`. */
export const ownServer: Server = {
  base: new URL('../', thisScript),
  token: async () => new URLSearchParams(location.search).get('token') ?? undefined,
};

/** The address of a route, such as `v1/portraits`. */
export function addressOf(server: Server, route: string): URL {
  return new URL(route, server.base);
}
