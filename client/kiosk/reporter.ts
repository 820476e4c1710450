// Tells the server every few seconds how this kiosk does, and loads the page anew when the server asks for it (docs/kiosk.md).
import type { KioskReport } from '../../server/signaling/kiosks/messages.ts';
import { request } from '../src/api.ts';
import type { Server } from '../src/server.ts';

const INTERVAL_MS = 5000;

export function startReports(name: string, server: Server, report: () => KioskReport): void {
  const route = `v1/kiosks/${encodeURIComponent(name)}/report`;
  const tell = async (): Promise<void> => {
    const body = JSON.stringify(report());
    const headers = { 'content-type': 'application/json' };
    try {
      const { restart } = await request<{ restart: boolean }>(route, { method: 'POST', headers, body }, server);
      if (restart) location.reload();
    } catch (error) {
      // While the server is away nobody can be told; the screen says so already.
      console.info('The kiosk could not report:', error);
    }
  };
  window.setInterval(() => void tell(), INTERVAL_MS);
  void tell();
}
