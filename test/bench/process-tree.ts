// Processor time and memory of this process and everything it started, from /proc (proc(5)): mediasoup's workers count too.

import { readdirSync, readFileSync } from 'node:fs';

/** Ticks per second of the times in /proc: 100 on every Linux that Node runs on. */
const CLOCK_TICKS_HZ = 100;
const BYTES_PER_MB = 1_048_576;
const PAGE_BYTES = 4096;
/** Positions behind the command's closing bracket in /proc/PID/stat. */
const PARENT = 1;
const USER_TICKS = 11;
const SYSTEM_TICKS = 12;
const RESIDENT_PAGES = 21;

export interface TreeUsage {
  /** User and system time of all processes since each began, in seconds. */
  cpuSeconds: number;
  /** Resident memory of all, in MB; shared pages count once per process. */
  memoryMb: number;
}

interface ProcessStat {
  parent: number;
  cpuSeconds: number;
  memoryMb: number;
}

/** Usage of the tree that begins at `rootPid`. */
export function measureTree(rootPid: number = process.pid): TreeUsage {
  const stats = new Map<number, ProcessStat>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    const stat = Number.isInteger(pid) ? readStat(pid) : undefined;
    if (stat) stats.set(pid, stat);
  }
  const usage: TreeUsage = { cpuSeconds: 0, memoryMb: 0 };
  for (const [pid, stat] of stats) {
    if (!descends(pid, rootPid, stats)) continue;
    usage.cpuSeconds += stat.cpuSeconds;
    usage.memoryMb += stat.memoryMb;
  }
  return usage;
}

function readStat(pid: number): ProcessStat | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    // It ended between the listing and the look.
    return undefined;
  }
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const at = (index: number) => fields[index] ?? 0;
  return {
    parent: at(PARENT),
    cpuSeconds: (at(USER_TICKS) + at(SYSTEM_TICKS)) / CLOCK_TICKS_HZ,
    memoryMb: (at(RESIDENT_PAGES) * PAGE_BYTES) / BYTES_PER_MB,
  };
}

function descends(pid: number, rootPid: number, stats: ReadonlyMap<number, ProcessStat>): boolean {
  for (let at: number | undefined = pid; at; at = stats.get(at)?.parent) {
    if (at === rootPid) return true;
  }
  return false;
}
