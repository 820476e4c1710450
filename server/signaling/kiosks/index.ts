// Kiosks: displays that run without anybody at their keyboard, as the server knows them.
export { type KioskReport, kioskName, kioskReport } from './messages.ts';
export { KioskRegistry, type KioskStatus } from './registry.ts';
