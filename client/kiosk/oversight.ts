// For whoever looks after the kiosk: its reports to the server, the hidden page, and a screen that stays on.
import type { Server } from '../src/server.ts';
import { Condition, type ConditionParts } from './condition.ts';
import { startReports } from './reporter.ts';
import { StatusPage } from './status-page.ts';
import { WakeLock } from './wake-lock.ts';

/** @param onReset begins anew for the next visitor */
export function startOversight(parts: Omit<ConditionParts, 'wakeLock'>, server: Server, onReset: () => void): void {
  const { name, link, view, errors } = parts;
  const wakeLock = new WakeLock((error) => errors.add(error));
  wakeLock.start();
  const condition = new Condition({ ...parts, wakeLock });
  if (name !== undefined) startReports(name, server, () => condition.report());
  const read = async () => ({
    rows: condition.rows(),
    errors: errors.errors,
    stats: await link.avatar.receiverStats(),
  });
  new StatusPage(read, { onReload: () => location.reload(), onReset }).openBy(view.corner);
}
