// What is tried, in the order in which it is shown, and what each outcome is called.

/** `absent`: not offered here, which is no fault. `warned`: it works, but not as it should. */
export type Outcome = 'works' | 'warned' | 'fails' | 'absent';

export const STEPS = ['secure', 'server', 'socket', 'udp', 'tcp', 'relay', 'microphone'] as const;
export type Step = (typeof STEPS)[number];

export interface Finding {
  outcome: Outcome;
  /** One sentence for people. */
  detail: string;
  /** Only for the report: addresses, codes. */
  technical?: string | undefined;
  roundTripMs?: number | undefined;
}

export type Findings = Partial<Record<Step, Finding>>;

export const STEP_NAMES: Record<Step, string> = {
  secure: 'Secure page',
  server: 'Server',
  socket: 'WebSocket',
  udp: 'Sound and picture by UDP',
  tcp: 'Sound and picture by TCP',
  relay: 'Sound and picture by a relay',
  microphone: 'Microphone',
};
