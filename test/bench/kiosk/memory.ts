// What many visits leave behind: in the page after a collection of its garbage, and in the server's processes.
import type { CDPSession, Page } from 'playwright-core';
import { measureTree } from '../process-tree.ts';
import { askTopic, beginVisit, finishVisit, untilAlive } from './kiosk-page.ts';
import type { ServerProcess } from './server-process.ts';

const BYTES_PER_MB = 1_048_576;
/** Measured after every so many visits. */
const STEP = 10;

export interface MemoryRow {
  visits: number;
  /** Of the page's scripts. */
  pageMb: number;
  /** Elements and their like, also those that are no longer on the page. */
  nodes: number;
  listeners: number;
  serverMb: number;
}

/** @param onRow called with each measurement as it is made */
export async function measureVisits(
  page: Page,
  server: ServerProcess,
  visits: number,
  onRow: (row: MemoryRow) => void,
): Promise<MemoryRow[]> {
  const devtools = await page.context().newCDPSession(page);
  const rows: MemoryRow[] = [];
  for (let visit = 1; visit <= visits; visit++) {
    await beginVisit(page);
    await askTopic(page);
    await finishVisit(page);
    await untilAlive(page);
    if (visit % STEP !== 0) continue;
    const row = await measure(devtools, server, visit);
    rows.push(row);
    onRow(row);
  }
  await devtools.detach();
  return rows;
}

async function measure(devtools: CDPSession, server: ServerProcess, visits: number): Promise<MemoryRow> {
  await devtools.send('HeapProfiler.collectGarbage');
  const { usedSize } = await devtools.send('Runtime.getHeapUsage');
  const { nodes, jsEventListeners } = await devtools.send('Memory.getDOMCounters');
  return {
    visits,
    pageMb: Math.round((100 * usedSize) / BYTES_PER_MB) / 100,
    nodes,
    listeners: jsEventListeners,
    serverMb: Math.round(measureTree(server.pid).memoryMb),
  };
}
