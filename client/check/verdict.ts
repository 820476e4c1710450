// The whole in one sentence and what to do about it, from what was found. Decides; tries nothing.
import type { Findings } from './findings.ts';

export interface Verdict {
  mood: 'good' | 'fair' | 'bad';
  title: string;
  advice: string;
}

/** From here on people notice that an answer comes late. */
const SLOW_ROUND_TRIP_MS = 250;

export function judge(findings: Findings): Verdict {
  const { secure, server, socket, udp, tcp, relay, microphone } = findings;
  if (server?.outcome === 'fails') {
    return bad(
      'The server does not answer.',
      'Check this device’s connection, then ask whoever runs the server whether it is up.',
    );
  }
  if (socket?.outcome === 'fails') {
    return bad(
      'Conversations cannot start: the WebSocket does not get through.',
      'A proxy on the way does not pass WebSockets, most often. Whoever runs it has to let “Upgrade” requests to /v1/socket through.',
    );
  }
  const works = (finding: Findings['udp']): boolean => finding?.outcome === 'works';
  const isUntried = [udp, tcp, relay].every((finding) => finding?.outcome === 'absent');
  if (isUntried) return { mood: 'fair', title: 'Sound and picture could not be tried.', advice: udp?.detail ?? '' };
  if (![udp, tcp, relay].some(works)) {
    return bad(
      'No sound and no picture gets through.',
      `A firewall keeps back both UDP and TCP to the server’s media port. ${relayAdvice(findings)} Writing still works.`,
    );
  }
  if (secure?.outcome !== 'works') {
    return fair(
      'It works, but nobody can speak.',
      'The page did not come by HTTPS, so the browser hides the microphone. Open it by https:// or on localhost.',
    );
  }
  if (microphone?.outcome === 'fails') {
    return fair('You hear and see everything, but cannot speak.', microphone.detail);
  }
  if (!works(udp)) {
    const way = works(tcp) ? 'by TCP' : 'through a relay';
    return fair(
      `It works, ${way}.`,
      'A network on the way keeps UDP back, so sound may stutter where packets get lost. Nothing needs to be done; a network that lets UDP through is smoother.',
    );
  }
  if ((udp?.roundTripMs ?? 0) > SLOW_ROUND_TRIP_MS) {
    return fair(
      'It works, but the way is long.',
      `A packet needs ${Math.round(udp?.roundTripMs ?? 0)} ms there and back. Answers come later by as much.`,
    );
  }
  return { mood: 'good', title: 'Everything works.', advice: 'Sound and picture take the quickest way there is.' };
}

function relayAdvice({ relay }: Findings): string {
  return relay?.outcome === 'absent'
    ? 'Let them through, or ask whoever runs the server to set up a relay (TURN).'
    : 'The relay cannot be reached either: let one of the three through.';
}

function bad(title: string, advice: string): Verdict {
  return { mood: 'bad', title, advice };
}

function fair(title: string, advice: string): Verdict {
  return { mood: 'fair', title, advice };
}
