// Somebody's website, for tests: pages of another origin than Vaktra's server, one for each path.
import { createServer, type OutgoingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SitePage {
  html: string;
  headers?: OutgoingHttpHeaders;
}

export interface Website {
  origin: string;
  /** By path; what is not there is answered by 404. May be changed at any time. */
  pages: Map<string, SitePage>;
  close(): void;
}

export async function startWebsite(): Promise<Website> {
  const pages = new Map<string, SitePage>();
  const site = createServer((request, response) => {
    const page = pages.get(request.url ?? '/');
    // Browsers ask for an icon by themselves; that there is none is no fault of a test.
    const missing = request.url === '/favicon.ico' ? 204 : 404;
    response.writeHead(page === undefined ? missing : 200, {
      'content-type': 'text/html; charset=utf-8',
      ...page?.headers,
    });
    response.end(page?.html);
  });
  await new Promise<void>((listening) => site.listen(0, '127.0.0.1', listening));
  return {
    origin: `http://127.0.0.1:${(site.address() as AddressInfo).port}`,
    pages,
    close() {
      site.closeAllConnections();
      site.close();
    },
  };
}
