// Where things are. Everything in scripts/ is plain JavaScript for Node 18 and newer: it runs before anything is installed.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');
/** What set-up makes and npm does not delete: the worker, logs, stamps. */
export const CACHE = join(ROOT, '.cache');
/** Older Nodes cannot run TypeScript as it is. */
const SERVER_NODE_MAJOR = 24;

/** @param {string} path relative to the project's folder */
export function inProject(path) {
  return join(ROOT, path);
}

/** The Node 24 that npm installs for this kind of machine; on other kinds the running one, if it is new enough. */
export function findServerNode() {
  const installed = inProject(`node_modules/node-${process.platform}-${process.arch}/bin/node`);
  if (existsSync(installed)) return installed;
  return Number.parseInt(process.versions.node, 10) >= SERVER_NODE_MAJOR ? process.execPath : undefined;
}

/** The same, for whoever cannot do without. */
export function serverNode() {
  const found = findServerNode();
  if (found !== undefined) return found;
  throw new Error(
    `There is no Node ${SERVER_NODE_MAJOR} on npm for ${process.platform} ${process.arch}, and this one is ${process.version}: ` +
      `install Node ${SERVER_NODE_MAJOR} and run this again with it.`,
  );
}

/** @param {string} path relative to the project's folder */
export function readJson(path) {
  return JSON.parse(readFileSync(inProject(path), 'utf8'));
}
