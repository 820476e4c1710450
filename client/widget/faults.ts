// What went wrong: its code for scripts, and its sentence for a visitor.
import { ApiError } from '../src/api.ts';
import type { PanelTexts } from './panel-texts.ts';
import { TokenError } from './token.ts';

export interface Fault {
  code: string;
  message: string;
}

export function faultOf(error: unknown): Fault {
  if (error instanceof ApiError) return { code: error.code, message: error.message };
  if (error instanceof TokenError) return { code: 'token_missing', message: error.message };
  console.error(error);
  return { code: 'internal', message: error instanceof Error ? error.message : String(error) };
}

export function sentenceFor(code: string, texts: PanelTexts): string {
  if (code === 'unreachable' || code === 'timeout') return texts.unreachable;
  if (code === 'conversations_full') return texts.full;
  if (code.startsWith('token_') || code === 'origin_not_allowed' || code === 'scope_missing') return texts.refused;
  if (code === 'conversation_closed' || code === 'conversation_unknown') return texts.closed;
  if (code === 'microphone_denied') return texts.microphoneDenied;
  if (code === 'microphone_missing') return texts.microphoneMissing;
  if (code === 'microphone_insecure') return texts.microphoneInsecure;
  return texts.failed;
}
